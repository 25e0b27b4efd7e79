"""Faults to rehearse: an engine that dies at a call, a call that fails, an AWS that throttles.

`listening` is told of every call by which the stand-ins change something; `failing` has AWS answer with errors.
"""

from __future__ import annotations

import http.client
import json
import signal
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from os import kill
from pathlib import Path
from typing import Any

from sandbox.environment import Sandbox
from sandbox.errors import SandboxError
from sandbox.network import LOOPBACK, answers
from sandbox.processes import Processes
from sandbox.standins.faults import AFTER, BEFORE, port_file
from sandbox.state import FAULTS_PATH, SandboxState

__all__ = ["AFTER", "BEFORE", "Call", "Calls", "failing", "kill_family", "listening", "without_api_server"]

_QUIET = 60


@dataclass(frozen=True, slots=True)
class Call:
    """One moment of a call: before its effect, or after it and before its answer."""

    number: int
    """From 1 on, over all stand-ins; before and after count alike."""
    phase: str
    method: str
    """``Create``, ``Update`` or ``Delete``."""
    urn: str

    @property
    def told(self) -> str:
        """Say it in few words."""
        return f"{self.phase} {self.method} of {self.urn.rpartition('$')[2].rpartition('::')[2]}"


Decide = Callable[[Call], str | None]
"""Looks at a call, and returns the message with which it fails, or None to let it go on."""


@dataclass
class Calls:
    """What was heard so far."""

    decide: Decide
    heard: list[Call] = field(default_factory=list)
    _open: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, told: Mapping[str, str]) -> str | None:
        """Count a call and decide on it; one at a time, so that everybody agrees on the order."""
        with self._lock:
            before = told["phase"] == BEFORE
            number = 1 + sum(call.phase == told["phase"] for call in self.heard)
            call = Call(number, told["phase"], told["method"], told["urn"])
            self.heard.append(call)
            failure = self.decide(call)
            if before:
                self._open += failure is None
            else:
                self._open -= 1
            return failure

    def settle(self) -> None:
        """Wait until no call is under way: what a provider has begun it ends, whether its engine lives or not."""
        deadline = time.monotonic() + _QUIET
        while self._open:
            if time.monotonic() > deadline:
                raise SandboxError(f"{self._open} calls did not end within {_QUIET} s")
            time.sleep(0.02)


@contextmanager
def listening(sandbox: Sandbox, decide: Decide) -> Iterator[Calls]:
    """Be told of each call that changes something while the block runs, and decide on it."""
    calls = Calls(decide)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            message = calls.hear(json.loads(self.rfile.readline()))
            with suppress(BrokenPipeError):
                self.wfile.write(json.dumps({"fail": message} if message else {}).encode() + b"\n")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server((LOOPBACK, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        file = port_file(sandbox.home)
        file.write_text(str(server.server_address[1]))
        try:
            yield calls
            calls.settle()
        finally:
            file.unlink()
            server.shutdown()


def kill_family(pid: int) -> None:
    """Kill a program and all that it started, at once: an engine with its language host and the program."""
    shown = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in (line.split() for line in shown.splitlines())}
    family = [pid]
    for member in family:
        family += [child for child, parent in parents.items() if parent == member]
    for member in family:
        with suppress(ProcessLookupError):
            kill(member, signal.SIGKILL)


@contextmanager
def failing(state: SandboxState, *, status: int, code: str, calls: str, times: int) -> Iterator[None]:
    """Let AWS answer with an error while the block runs.

    Args:
        state: the sandbox.
        status: of the answer, such as 400, 429 or 503.
        code: of the error, such as ``Throttling``.
        calls: a regular expression; what of it occurs in ``iam CreateUser`` or ``eks POST /clusters/dev/…`` fails.
        times: how many calls fail before all is well again.
    """
    _set(state, {"status": status, "code": code, "calls": calls, "times": times})
    try:
        yield
    finally:
        _set(state, {"times": 0})


@contextmanager
def without_api_server(sandbox: Sandbox, cluster: str) -> Iterator[None]:
    """Kill a cluster's API server; start it again as it was, and wait for it, when the block ends."""
    name = f"{cluster}-kube-apiserver"
    processes = Processes(sandbox.home)
    server = processes.find(name)
    if server is None:
        raise SandboxError(f"no API server of {cluster} runs")
    about = Path(f"/proc/{server.pid}")
    command = [word.decode() for word in (about / "cmdline").read_bytes().split(b"\0") if word]
    pairs = [pair.decode().partition("=") for pair in (about / "environ").read_bytes().split(b"\0") if pair]
    kill(server.pid, signal.SIGKILL)
    try:
        yield
    finally:
        again = processes.start(
            name, command, environment={key: value for key, _, value in pairs}, address=server.address
        )
        authority = Path(sandbox.state().cluster(cluster).ca_file)
        port = int(server.address.rpartition(":")[2])
        processes.wait(again, lambda: answers(port, "/readyz", authority=authority), seconds=120)


def _set(state: SandboxState, fault: Mapping[str, Any]) -> None:
    with closing(http.client.HTTPConnection(LOOPBACK, state.port, timeout=30)) as connection:
        connection.request("POST", FAULTS_PATH, json.dumps(fault))
        answer = connection.getresponse()
        said = answer.read()
    if answer.status != 200:
        raise SandboxError(said.decode(errors="replace"))
