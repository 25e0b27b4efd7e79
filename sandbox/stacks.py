"""Stacks of this project on the real engine, in a sandbox."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.environment import Sandbox
from sandbox.errors import SandboxError
from sandbox.state import PROJECT


class Stack:
    """One stack of a Pulumi project; every call is the real command line."""

    def __init__(
        self, sandbox: Sandbox, name: str, project: Path = PROJECT, variables: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self._sandbox = sandbox
        self._project = project
        self._variables = dict(variables or {})

    def select(self) -> None:
        """Select the stack, creating it where the backend doesn't have it yet."""
        self.run("stack", "select", "--create", self.name)

    def preview(self, *options: str) -> None:
        """Show what `up` would do."""
        self.show("preview", "--stack", self.name, "--suppress-outputs", "--non-interactive", *options)

    def up(self, *options: str) -> None:
        """Deploy."""
        self.show(
            "up", "--stack", self.name, "--yes", "--skip-preview", "--suppress-outputs", "--non-interactive", *options
        )

    def destroy(self) -> None:
        """Take everything down again."""
        self.show("destroy", "--stack", self.name, "--yes", "--skip-preview", "--non-interactive")

    def outputs(self) -> dict[str, Any]:
        """Read the stack's outputs; secret ones stay hidden."""
        text = self.run("stack", "output", "--json", "--stack", self.name).stdout
        outputs: dict[str, Any] = json.loads(text)
        return outputs

    def show(self, *arguments: str) -> None:
        """Run a command whose output the caller watches.

        Raises:
            SandboxError: the command failed; it has said why itself.
        """
        finished = subprocess.run(self._command(arguments), cwd=self._project, env=self._environment(), check=False)
        if finished.returncode:
            raise SandboxError(f"`pulumi {' '.join(arguments)}` failed; what it says is above.")

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command and return what it printed.

        Raises:
            SandboxError: the command failed and `check` is on.
        """
        finished = subprocess.run(
            self._command(arguments),
            cwd=self._project,
            env=self._environment(),
            check=False,
            capture_output=True,
            text=True,
        )
        if check and finished.returncode:
            raise SandboxError(f"`pulumi {' '.join(arguments)}` failed:\n{finished.stdout}{finished.stderr}")
        return finished

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return [self._sandbox.state().tools["pulumi"], *arguments]

    def _environment(self) -> Mapping[str, str]:
        return self._sandbox.env() | self._variables


def deploy(sandbox: Sandbox, names: Sequence[str]) -> None:
    """Preview and deploy stacks, in the order given."""
    for name in names:
        stack = Stack(sandbox, name)
        stack.select()
        stack.preview()
        stack.up()
