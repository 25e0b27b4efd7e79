"""Ctrl-C lets the engine wind up; a second one ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from sandbox.state import PROJECT

ENGINE = """
import os, signal, sys, time
def wind_up(*_):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.write(1, b"winding up\\n")
    time.sleep({seconds})
    os.write(1, b"wound up\\n")
    sys.exit(3)
signal.signal(signal.SIGINT, wind_up)
os.write(1, b"ready\\n")
time.sleep(60)
"""
COMMAND_LINE = """
import subprocess, sys
from sandbox.stacks import finish
engine = subprocess.Popen([sys.executable, "-c", sys.argv[1]], text=True)
try:
    finish(engine)
except KeyboardInterrupt:
    print("interrupted", engine.returncode, flush=True)
"""


class Terminal:
    """A command line whose engine takes some time to wind up, in a process group that gets Ctrl-C."""

    def __init__(self, seconds: float) -> None:
        self.program = subprocess.Popen(
            [sys.executable, "-c", COMMAND_LINE, ENGINE.format(seconds=seconds)],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._shown = self.program.stdout or ()
        assert self.program.stdout is not None
        self.lines = map(str.strip, self.program.stdout)

    def interrupt(self) -> None:
        os.killpg(self.program.pid, signal.SIGINT)

    def close(self) -> None:
        self.program.kill()
        self.program.communicate()


@pytest.fixture
def terminal(request: pytest.FixtureRequest) -> Iterator[Terminal]:
    found = Terminal(request.param)
    yield found
    found.close()


@pytest.mark.parametrize("terminal", [0.6], indirect=True)
def test_the_first_interrupt_waits_for_the_engine(terminal: Terminal) -> None:
    assert next(terminal.lines) == "ready"
    terminal.interrupt()
    assert list(terminal.lines) == ["winding up", "wound up", "interrupted 3"]


@pytest.mark.parametrize("terminal", [60], indirect=True)
def test_the_second_interrupt_kills_the_engine(terminal: Terminal) -> None:
    assert next(terminal.lines) == "ready"
    terminal.interrupt()
    assert next(terminal.lines) == "winding up"
    # two signals that come before the first is looked at are one, so a busy machine needs more
    deadline = time.monotonic() + 30
    while terminal.program.poll() is None and time.monotonic() < deadline:
        terminal.interrupt()
        time.sleep(0.2)
    assert [line for line in terminal.lines if line != "winding up"] == ["interrupted -9"]
