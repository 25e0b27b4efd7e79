"""examples/fleet: one declaration, three clusters, two at a time; what fails or is interrupted harms nobody else."""

from __future__ import annotations

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.environment import Sandbox
from sandbox.people import Desk
from sandbox.stacks import Stack
from sandbox.state import PROJECT

from .at_the_desk import says, works

pytestmark = pytest.mark.sandbox

CLUSTERS = ("batch", "search", "shop")


@dataclass(frozen=True)
class Fleet:
    """A copy of the example, in an account of its own."""

    sandbox: Sandbox
    folder: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.finish(self.start(*arguments))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start it as a terminal does: with a process group of its own, which Ctrl-C goes to."""
        command = [sys.executable, "fleet.py", *arguments]
        environment = self.sandbox.env() | {"PYTHONUNBUFFERED": "1"}
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def finish(self, running: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
        try:
            said, _ = running.communicate(timeout=500)
        finally:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGKILL)
        return subprocess.CompletedProcess(running.args, running.returncode, said, "")

    def locks(self) -> list[str]:
        """Stacks of the backend that somebody holds."""
        return [str(path) for path in (self.sandbox.home / "pulumi").rglob("*.json") if "locks" in path.parts]

    def desk(self, cluster: str, person: str) -> Desk:
        desk = Desk(self.sandbox, self.sandbox.home / "people" / f"{cluster}-{person}")
        if not (desk.folder / "kubeconfig").exists():
            outputs = Stack(self.sandbox, cluster, self.folder).outputs()
            desk.write("config", outputs["aws_profiles"][person])
            desk.write("kubeconfig", outputs["kubeconfigs"][person])
            desk.add_key(person)
        return desk


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    sandbox = Sandbox(tmp_path_factory.mktemp("fleet") / "home")
    folder = tmp_path_factory.mktemp("copied") / "fleet"
    shutil.copytree(PROJECT / "examples" / "fleet", folder, ignore=shutil.ignore_patterns("__pycache__"))
    try:
        sandbox.up()
        yield Fleet(sandbox, folder)
    finally:
        sandbox.down()


def most_at_a_time(said: str, running: int = 0) -> int:
    """Of the lines that say what begins and ends."""
    most = 0
    for line in said.splitlines():
        if re.fullmatch(r"\w+: running.*", line):
            running += 1
        elif re.fullmatch(r"\w+: (done|failed|interrupted).*", line):
            running -= 1
        most = max(most, running)
    return most


def test_one_cluster_that_fails_stops_no_other(fleet: Fleet) -> None:
    broken = fleet.folder / "clusters" / "search.yaml"
    sound = broken.read_text()
    broken.write_text(sound.replace("creator: ci", "creator: cj"))

    done = fleet.run("up", "--parallel", "2")
    broken.write_text(sound)

    assert done.returncode == 1, done.stdout
    assert "3 of 4 done" in done.stdout
    assert "\nsearch: failed\n" in done.stdout
    assert "clusters/search.yaml:2: cluster.creator: the person `cj` is not declared" in done.stdout
    assert "declared are: ci, hanako, sato, yuki" in done.stdout
    assert "Traceback" not in done.stdout
    assert most_at_a_time(done.stdout) == 2
    assert done.stdout.index("people: done") < done.stdout.index("batch: running")
    for cluster in ("batch", "shop"):
        assert works(fleet.desk(cluster, "yuki"), "get", "pods", "-n", "apps")
        assert says(fleet.desk(cluster, "yuki"), "Forbidden", "get", "pods", "-n", "kube-system")
        assert works(fleet.desk(cluster, "hanako"), "get", "secrets", "-A")


def test_ctrl_c_leaves_no_stack_locked_and_the_next_update_continues(fleet: Fleet) -> None:
    running = fleet.start("up", "search", "shop", "--parallel", "1")
    state = fleet.sandbox.home / "pulumi"
    deadline = time.monotonic() + 300
    while not (fleet.locks() and list(state.rglob("search.json"))):
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.killpg(running.pid, signal.SIGINT)
    done = fleet.finish(running)

    assert done.returncode == 130, done.stdout
    assert "shop: not started" in done.stdout
    assert fleet.locks() == []

    again = fleet.run("up", "search")
    assert again.returncode == 0, again.stdout
    assert works(fleet.desk("search", "yuki"), "get", "pods", "-n", "apps")


def test_afterwards_nothing_is_left_to_change_anywhere(fleet: Fleet) -> None:
    done = fleet.run("preview", "--expect-no-changes")

    assert done.returncode == 0, done.stdout
    assert "4 of 4 done" in done.stdout


def test_on_a_terminal_it_draws_a_table(fleet: Fleet) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "fleet.py", "preview", "people"]
    environment = fleet.sandbox.env() | {"TERM": "xterm", "COLUMNS": "120"}
    drawn = b""
    with subprocess.Popen(command, cwd=fleet.folder, env=environment, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        try:
            while some := os.read(ours, 65536):
                drawn += some
        except OSError:  # how Linux says that nobody writes any more
            pass
        finally:
            os.close(ours)
        assert running.wait(timeout=60) == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn.decode())
    assert "what is wrong" in text
    assert re.search(r"people\s+│\s+running", text)
    assert re.search(r"people\s+│\s+done", text)


def test_an_unknown_cluster_is_told_before_anything_runs(fleet: Fleet) -> None:
    done = fleet.run("up", "shoop")

    assert done.returncode == 2
    assert "no such cluster: shoop" in done.stdout
