"""A copy of the project on the real engine, with declarations that a test may edit."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sandbox.environment import Sandbox
from sandbox.people import Desk, desk
from sandbox.stacks import Stack
from sandbox.state import PROJECT

Changes = dict[str, str]
"""``Type name`` → operation, of everything that changes, but for the stack and our components: they only record."""


@dataclass(frozen=True)
class Environment:
    """The project's program and stacks in a folder of the test's own."""

    sandbox: Sandbox
    project: Path
    selected: set[str] = field(default_factory=set)

    @classmethod
    def copy(cls, sandbox: Sandbox, folder: Path) -> Environment:
        """Copy what the engine needs; the package itself comes from the virtual environment."""
        for name in ("Pulumi.yaml", "__main__.py"):
            shutil.copy(PROJECT / name, folder / name)
        shutil.copytree(PROJECT / "stacks", folder / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
        return cls(sandbox, folder)

    def stack(self, name: str) -> Stack:
        """One stack of this copy; it is made the first time."""
        stack = Stack(self.sandbox, name, self.project)
        if name not in self.selected:
            stack.select()
            self.selected.add(name)
        return stack

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace text in a file below stacks/."""
        path = self.project / "stacks" / file
        text = path.read_text()
        assert text.count(old) == 1, f"{old!r} is not once in {file}"
        path.write_text(text.replace(old, new))

    def adopt(self, name: str, keys: list[str]) -> None:
        """Set what the next update of a stack takes over."""
        path = self.project / "stacks" / f"Pulumi.{name}.yaml"
        settings = yaml.safe_load(path.read_text())
        settings["config"]["eks-access:adopt"] = keys
        path.write_text(yaml.safe_dump(settings, sort_keys=False))

    def preview(self, name: str) -> Changes:
        """What `pulumi preview` shows."""
        return changes(self.preview_steps(name))

    def preview_steps(self, name: str) -> list[dict[str, Any]]:
        """The steps of a preview, with the state that each one plans."""
        shown = json.loads(self.stack(name).run("preview", "--stack", name, "--json", "--non-interactive").stdout)
        steps: list[dict[str, Any]] = shown["steps"]
        return steps

    def up(self, name: str, *options: str) -> Changes:
        """What `pulumi up` does."""
        return self._update(name, "up", *options)

    def destroy(self, name: str) -> Changes:
        """What `pulumi destroy` does."""
        return self._update(name, "destroy")

    def refused(self, name: str) -> str:
        """What `pulumi up` says when it fails, and it must."""
        finished = self.stack(name).run(
            "up", "--stack", name, "--yes", "--skip-preview", "--non-interactive", check=False
        )
        assert finished.returncode != 0, "the update was expected to be refused"
        return finished.stdout + finished.stderr

    def resources(self, name: str) -> list[dict[str, Any]]:
        """What the stack's state holds."""
        exported = json.loads(self.stack(name).run("stack", "export", "--stack", name).stdout)
        resources: list[dict[str, Any]] = exported["deployment"].get("resources", [])
        return resources

    def kubectl(self, person: str | None, *arguments: str, stack: str = "dev") -> subprocess.CompletedProcess[str]:
        """Run kubectl at somebody's desk, with a real token of theirs; as the creator when `person` is None."""
        command = [self.sandbox.state().tools["kubectl"], *arguments]
        if person is not None:
            return Desk(self.sandbox, desk(self.sandbox, stack, person)).run(*command)
        environment = self.sandbox.env()
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)

    def enter_with_mfa(self, person: str, profile: str, stack: str = "dev") -> None:
        """Let a person enrol a device and enter through a role that asks for one."""
        Desk(self.sandbox, desk(self.sandbox, stack, person)).enter_with_mfa(person, profile)

    def aws(self, *arguments: str) -> object:
        """Ask the account, as the deployer."""
        program = self.sandbox.home / "bin" / "aws"
        answer = subprocess.run(
            [program, *arguments, "--output", "json"],
            env=self.sandbox.env(),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return json.loads(answer.stdout) if answer.stdout.startswith(("{", "[")) else answer.stdout

    def urn(self, stack: str, type_: str, name: str) -> str:
        """The URN of one resource in the state."""
        (urn,) = (
            str(resource["urn"])
            for resource in self.resources(stack)
            if resource["type"] == type_ and resource["urn"].endswith(f"::{name}")
        )
        return urn

    def _update(self, name: str, verb: str, *options: str) -> Changes:
        printed = (
            self.stack(name)
            .run(verb, "--stack", name, "--yes", "--skip-preview", "--json", "--non-interactive", *options)
            .stdout
        )
        events = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
        done = [event["resourcePreEvent"]["metadata"] for event in events if "resourcePreEvent" in event]
        return changes(done)


def changes(steps: Iterable[Mapping[str, Any]]) -> Changes:
    """Keep what changes of the engine's steps."""
    found = {}
    for urn, op in ((step["urn"], step["op"]) for step in steps):
        types, name = urn.split("::", 2)[2].split("::", 1)
        type_ = types.rsplit("$", 1)[-1]
        records_only = type_.startswith(("eks-access:index:", "pulumi:pulumi:", "eks:index:"))
        if op not in {"same", "read", "refresh"} and not records_only:
            found[f"{type_.rsplit(':', 1)[-1]} {name}"] = op
    return found
