"""Programs are known by pid and start time, and end when they are told to."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.processes import Processes, start_time

PYTHON = [sys.executable, "-c"]
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"


@pytest.fixture
def processes(tmp_path: Path) -> Processes:
    return Processes(tmp_path)


def test_a_started_program_is_known_to_later_runs(processes: Processes, tmp_path: Path) -> None:
    started = processes.start("sleeper", ["sleep", "60"], environment=os.environ)
    later = Processes(tmp_path)
    assert later.find("sleeper") == started
    assert later.running(started)
    processes.stop("sleeper")
    assert not later.running(started)
    assert later.all() == []


def test_a_stranger_with_the_same_pid_is_not_ours_and_is_left_alone(processes: Processes, tmp_path: Path) -> None:
    stranger = processes.start("stranger", ["sleep", "60"], environment=os.environ)
    record = replace(stranger, name="ours", started="long ago")
    (tmp_path / "run" / "ours.json").write_text(json.dumps(asdict(record)))
    assert not processes.running(record)
    processes.stop("ours")
    assert processes.running(stranger)
    processes.stop("stranger")


def test_what_ignores_the_request_to_end_is_killed(processes: Processes, tmp_path: Path) -> None:
    stubborn = processes.start("stubborn", [*PYTHON, STUBBORN], environment=os.environ)
    processes.wait(stubborn, lambda: "on" in Path(stubborn.log).read_text(), seconds=20)
    processes.stop("stubborn", seconds=0.3)
    assert start_time(stubborn.pid) is None


def test_a_program_that_ends_while_starting_is_told_with_its_log(processes: Processes) -> None:
    failing = processes.start("failing", [*PYTHON, "raise SystemExit('port in use')"], environment=os.environ)
    with pytest.raises(SandboxError) as refusal:
        processes.wait(failing, lambda: False, seconds=20)
    assert failing.log in str(refusal.value)
    assert "port in use" in str(refusal.value)


def test_a_program_that_is_never_ready_is_told_with_the_time(processes: Processes) -> None:
    idle = processes.start("idle", ["sleep", "60"], environment=os.environ)
    with pytest.raises(SandboxError, match="not ready after 0 s"):
        processes.wait(idle, lambda: False, seconds=0.2)
    processes.stop_all()
    assert start_time(idle.pid) is None


@pytest.mark.parametrize("text", ["", '{"name": "cut', "[]", '{"name": "foreign"}'])
def test_a_record_that_cannot_be_read_is_none(processes: Processes, tmp_path: Path, text: str) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "broken.json").write_text(text)
    sleeper = processes.start("sleeper", ["sleep", "60"], environment=os.environ)
    assert processes.all() == [sleeper]
    processes.stop_all()


def test_stopping_what_was_never_started_does_nothing(processes: Processes) -> None:
    processes.stop("nothing")
