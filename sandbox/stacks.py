"""Stacks of this project on the real engine, in a sandbox."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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

    def exists(self) -> bool:
        """Whether it was deployed before."""
        return bool(self._exported().get("resources"))

    def refuse_to_lose(self, drops: Sequence[str]) -> None:
        """Let `eks-access audit --before-up` look for what an update would take away and nobody declared.

        Raises:
            SandboxError: it found something that `drops` doesn't name.
        """
        command = [sys.executable, "-m", "eks_access.cli", "audit", "--live", "--stack", self.name, "--before-up"]
        command += ["--deployed", "-", *(part for drop in drops for part in ("--drop", drop))]
        exported = json.dumps({"version": 3, "deployment": self._exported()})
        looked = subprocess.run(command, cwd=self._project, env=self._environment(), input=exported, text=True)
        if looked.returncode:
            raise SandboxError(f"stack {self.name} is not updated; what to do is said above.")

    def _exported(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("stack", "export", "--stack", self.name).stdout)["deployment"]
        return found

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
        if self._finished(arguments).returncode:
            raise SandboxError(f"`pulumi {' '.join(arguments)}` failed; what it says is above.")

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command and return what it printed.

        Raises:
            SandboxError: the command failed and `check` is on.
        """
        finished = self._finished(arguments, subprocess.PIPE)
        if check and finished.returncode:
            said = [finished.stdout + finished.stderr, *self._failed_clusters()]
            raise SandboxError(f"`pulumi {' '.join(arguments)}` failed:\n" + "\n".join(said))
        return finished

    def _failed_clusters(self) -> Iterator[str]:
        """Say why clusters didn't come up: AWS says only that they didn't."""
        for name, facts in self._sandbox.state().clusters.items():
            if facts.failure:
                yield f"cluster {name}: {facts.failure}"

    def _finished(self, arguments: Sequence[str], output: int | None = None) -> subprocess.CompletedProcess[str]:
        command = self._command(arguments)
        child = subprocess.Popen(
            command, cwd=self._project, env=self._environment(), stdout=output, stderr=output, text=True
        )
        stdout, stderr = finish(child)
        return subprocess.CompletedProcess(command, child.returncode, stdout, stderr)

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return [self._sandbox.state().tools["pulumi"], *arguments]

    def _environment(self) -> Mapping[str, str]:
        return self._sandbox.env() | self._variables


def finish(child: subprocess.Popen[str]) -> tuple[str, str]:
    """Wait until a program ends and return what it printed to pipes.

    Ctrl-C reaches the program as well, which then winds up: an engine that is killed leaves its stack locked, with
    operations pending. So only a second one kills it.
    """
    interrupts: list[int] = []

    def interrupted(number: int, _frame: object) -> None:
        interrupts.append(number)
        if len(interrupts) > 1:
            child.kill()

    with _on_interrupt(interrupted):
        printed = child.communicate()
    if interrupts:
        raise KeyboardInterrupt
    return printed


@contextmanager
def _on_interrupt(handler: Callable[[int, object], None]) -> Iterator[None]:
    """Have Ctrl-C handled; in a thread, which never gets it, do nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def deploy(sandbox: Sandbox, names: Sequence[str], drops: Sequence[str] = ()) -> None:
    """Preview and deploy stacks, in the order given; `drops` names what others wrote and may go.

    Raises:
        SandboxError: something of others would be lost, or the engine failed.
    """
    for name in names:
        stack = Stack(sandbox, name)
        stack.select()
        again = stack.exists()
        if again:
            stack.refuse_to_lose(drops)
        # what was changed by hand is written over only once the engine has seen it
        stack.preview(*(["--refresh"] if again else []))
        stack.up(*(["--refresh"] if again else []))
