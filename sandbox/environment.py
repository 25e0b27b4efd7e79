"""A sandbox as an object: what the command line and the test fixtures call."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.network import answers, free_ports
from sandbox.plugins import Choice, parse_request
from sandbox.plugins_switch import PluginSwitch
from sandbox.processes import Process, Processes
from sandbox.profiles import write_profiles
from sandbox.progress import Reporter
from sandbox.shell import inherited, variables, write_bin
from sandbox.state import (
    DAEMON,
    DEFAULT_HOME,
    EMULATOR,
    HEALTH_PATH,
    PROJECT,
    SandboxState,
    load_state,
    new_root_key,
    state_file,
)
from sandbox.toolchain import Toolchain


@dataclass(frozen=True, slots=True)
class Part:
    """One line of `sandbox status`."""

    name: str
    state: str
    address: str
    pid: int
    log: str


class Sandbox:
    """One account with the clusters made in it, in one folder. Several can run side by side."""

    def __init__(self, home: Path = DEFAULT_HOME, reporter: Reporter | None = None, *, cache_seconds: int = 1) -> None:
        """Know a sandbox in a folder; `cache_seconds` is how long its API servers trust an answer about access."""
        self.home = home.resolve()
        self._cache_seconds = cache_seconds
        self._reporter = reporter or Reporter()
        self._processes = Processes(self.home)
        self._plugins = PluginSwitch(self.home, self._processes, self._reporter)

    def up(self, *, plugins: str | None = None) -> SandboxState:
        """Start what is not running. A sandbox lives as long as its daemon: nothing of a dead one is kept.

        `plugins` says where real provider plugins are wanted (`sandbox.plugins.FORMS`); without it the wish of the
        `up` before is kept.
        """
        parse_request(plugins or "auto")
        with self._exclusively():
            running = self._running_state()
            if running is None:
                self._discard_dead()
                running = self._start()
            self._plugins.apply(plugins, running.tools["pulumi"], self.env())
            return running

    def down(self) -> None:
        """Stop everything by process id and remove the folder."""
        with self._exclusively():
            self._remove()

    def _remove(self) -> None:
        if not self.home.exists():
            return
        if not state_file(self.home).exists() and any(self.home.iterdir()):
            raise SandboxError(f"{self.home} holds no state.json, so it is not a sandbox; nothing was removed.")
        with self._reporter.step(f"stopping the sandbox in {self.home}"):
            self._processes.stop(DAEMON, seconds=60)
            self._processes.stop_all()
            shutil.rmtree(self.home)

    def state(self) -> SandboxState:
        """Return the running sandbox's state."""
        state = self._running_state()
        if state is None:
            raise SandboxError(f"No sandbox is running in {self.home}.\n    → python -m sandbox up --home {self.home}")
        return state

    def variables(self) -> dict[str, str]:
        """Return the variables by which programs find this sandbox."""
        return variables(self.state(), self._live())

    def env(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return a whole environment for a subprocess that is to work in this sandbox."""
        base = os.environ if base is None else base
        return inherited(base) | self.variables()

    def parts(self) -> list[Part]:
        """Every program of the sandbox and whether it runs."""
        return [
            Part(p.name, "running" if self._processes.running(p) else "stopped", p.address, p.pid, p.log)
            for p in self._processes
        ]

    def providers(self) -> list[Choice]:
        """Return what serves each provider: a real plugin or a stand-in."""
        return self._plugins.choices()

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        """Keep a second `up` or `down` out; the lock is on the folder above, so it leaves no file behind."""
        self.home.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(self.home.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _live(self) -> list[Process]:
        return [process for process in self._processes if self._processes.running(process)]

    def _running_state(self) -> SandboxState | None:
        state = load_state(self.home)
        # the credentials come last: without them an earlier start was cut short
        if (
            state is None
            or state.credentials is None
            or not {DAEMON, EMULATOR} <= {process.name for process in self._live()}
        ):
            return None
        return state if answers(state.port, HEALTH_PATH) else None

    def _discard_dead(self) -> None:
        if state_file(self.home).exists():
            self._reporter.say(f"The sandbox in {self.home} had stopped; its account is gone, so a new one is started.")
            self._remove()
        elif self.home.exists() and any(self.home.iterdir()):
            raise SandboxError(f"{self.home} is not empty and not a sandbox.\n    → choose another folder with --home")

    def _start(self) -> SandboxState:
        from sandbox.account import prepare_account  # boto3: not for `env` and `status`, which people wait for

        tools = Toolchain(self._reporter).ensure_all()
        port, emulator_port = free_ports(2)
        state = SandboxState(str(self.home), port, emulator_port, new_root_key())
        state.tools = {name: str(path) for name, path in tools.items()}
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o700)
        state.save()
        with self._reporter.step("starting AWS"):
            self._start_daemon(state)
            state.credentials = prepare_account(state)
        write_profiles(state, state.credentials)
        write_bin(state)
        self._prepare_engine()
        state.save()
        return state

    def _start_daemon(self, state: SandboxState) -> None:
        daemon = self._processes.start(
            DAEMON,
            [
                *(sys.executable, "-m", "sandbox.daemon", "--home", str(self.home)),
                *("--cache-seconds", str(self._cache_seconds)),
            ],
            environment=inherited(os.environ)
            | {"PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1", "TMPDIR": str(self.home)},
            address=state.aws_endpoint,
        )
        self._processes.wait(daemon, lambda: answers(state.port, HEALTH_PATH), seconds=90)

    def _prepare_engine(self) -> None:
        """Make a state backend and an engine home of the sandbox's own."""
        (self.home / "pulumi").mkdir(exist_ok=True)
        (self.home / "pulumi-home").mkdir(exist_ok=True)
