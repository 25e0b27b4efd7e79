"""Start long-running programs, know later whether they still run, and stop them by process id.

Every program gets `<home>/run/<name>.json` (pid, start time, command) and `<home>/logs/<name>.log`. The start time
tells a program of ours from a stranger that was given its process id later.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox.errors import SandboxError

POLL = 0.05


@dataclass(frozen=True, slots=True)
class Process:
    """A program that was started, as recorded on disk."""

    name: str
    pid: int
    started: str
    log: str
    address: str = ""


def start_time(pid: int) -> str | None:
    """When the process began, in the system's own words; None when it is gone (a zombie is gone)."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] in "ZX" else fields[19]
    shown = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True).stdout
    state, _, since = shown.strip().partition(" ")
    return None if not state or state.startswith("Z") else since.strip()


def last_lines(log: Path, count: int = 15) -> str:
    """Return the end of a log, indented for an error message."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-count:]
    except FileNotFoundError:
        lines = []
    return "\n".join(f"    | {line[:400]}" for line in lines) or "    | (empty)"


class Processes:
    """The programs of one sandbox."""

    def __init__(self, home: Path) -> None:
        self._run = home / "run"
        self._logs = home / "logs"
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        address: str = "",
        folder: Path | None = None,
    ) -> Process:
        """Start a program detached from this terminal, with its output in a log."""
        self._run.mkdir(parents=True, exist_ok=True)
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{name}.log"
        with log.open("ab") as output:
            child = subprocess.Popen(
                list(command),
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._children[child.pid] = child
        process = Process(name, child.pid, start_time(child.pid) or "", str(log), address)
        self._write(process)
        return process

    def all(self) -> list[Process]:
        """Every program that was started and not stopped, running or not."""
        return [process for path in sorted(self._run.glob("*.json")) if (process := self._read(path))]

    def find(self, name: str) -> Process | None:
        """Return the record of one program."""
        return self._read(self._run / f"{name}.json")

    def running(self, process: Process) -> bool:
        """Whether this very program is alive, not merely its process id."""
        if child := self._children.get(process.pid):
            child.poll()
        return bool(process.started) and start_time(process.pid) == process.started

    def wait(self, process: Process, ready: Callable[[], bool], *, seconds: float) -> None:
        """Wait until `ready`; raise with the end of the log when the program dies or time is up."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running(process):
                raise SandboxError(f"{process.name} ended while starting. {self._evidence(process)}")
            if time.monotonic() > deadline:
                raise SandboxError(f"{process.name} was not ready after {seconds:.0f} s. {self._evidence(process)}")
            time.sleep(POLL)

    def stop(self, name: str, *, seconds: float = 10) -> None:
        """End a program: ask first, then insist. Does nothing when it is gone already."""
        process = self.find(name)
        if process is None:
            return
        ours = self.running(process)
        for sign in (signal.SIGTERM, signal.SIGKILL):
            deadline = time.monotonic() + seconds
            if self.running(process):
                self._signal(process, sign)
            while self.running(process) and time.monotonic() < deadline:
                time.sleep(POLL)
        if ours and (child := self._children.pop(process.pid, None)):
            # A program whose first thread is gone looks ended though others still wind up: wait for the last one.
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=seconds)
        (self._run / f"{name}.json").unlink(missing_ok=True)

    def stop_all(self, *, first: Sequence[str] = ()) -> None:
        """End everything, the named ones first."""
        names = [process.name for process in self.all()]
        for name in (*(n for n in first if n in names), *(n for n in names if n not in first)):
            self.stop(name)

    def _signal(self, process: Process, sign: signal.Signals) -> None:
        try:
            os.kill(process.pid, sign)
        except ProcessLookupError:
            return

    def _evidence(self, process: Process) -> str:
        return f"Its log is {process.log}; the last lines:\n{last_lines(Path(process.log))}"

    def _write(self, process: Process) -> None:
        """Put the record in its place at once: others read it meanwhile."""
        new = self._run / f"{process.name}.json.{os.getpid()}.new"
        new.write_text(json.dumps(asdict(process), indent=2))
        new.replace(self._run / f"{process.name}.json")

    @staticmethod
    def _read(path: Path) -> Process | None:
        """Return a record; one that is not there, or is cut short or foreign, is none."""
        try:
            return Process(**json.loads(path.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def __iter__(self) -> Iterator[Process]:
        return iter(self.all())
