"""`eks-access recover` on an engine that a test plays: a program called `pulumi` on PATH."""

from __future__ import annotations

import json
import os
import socket
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eks_access.cli.app import app_with
from typer.testing import CliRunner

URN = "urn:pulumi:dev::p::aws:iam/user:User::hanako"
USER = {"urn": URN, "type": "aws:iam/user:User", "custom": True, "inputs": {"name": "hanako"}}
KEY = {
    "urn": "urn:pulumi:dev::p::aws:kms/key:Key::key", "type": "aws:kms/key:Key", "custom": True, "inputs": {},
}  # fmt: skip
ENGINE = """#!{python}
import json, pathlib, sys
here = pathlib.Path({folder!r})
with (here / "calls").open("a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
lock, state, attrs = here / "lock", here / "state.json", here / "backend/.pulumi/stacks/p/dev.json.attrs"
what = " ".join(sys.argv[1:3])
if what == "whoami --verbose":
    print(json.dumps({{"url": "file://" + str(here / "backend")}}))
elif sys.argv[1] == "cancel":
    lock.unlink()
elif what == "stack export":
    if attrs.exists() and not attrs.read_text():
        sys.exit("error: failed to load checkpoint: EOF")
    if not state.exists():
        sys.exit("error: no stack named 'dev' found")
    print(state.read_text())
elif lock.exists():
    sys.exit("error: the stack is currently locked by 1 lock(s).\\n  x: created by ci@" + lock.read_text() + " at now")
elif what == "stack import":
    state.write_text(sys.stdin.read())
elif sys.argv[1] == "refresh":
    if (here / "unreachable").exists():
        sys.exit("error: configured Kubernetes cluster is unreachable")
    known = json.loads(state.read_text())
    there = (here / "there").read_text().split()
    known["deployment"]["resources"] = [r for r in known["deployment"]["resources"] if r["id"] in there]
    state.write_text(json.dumps(known))
"""


@dataclass
class Played:
    folder: Path

    def state(self, *pending: dict[str, Any], there: str = "") -> None:
        operations = [{"resource": each, "type": "creating"} for each in pending]
        deployment = {"resources": [], "pending_operations": operations}
        (self.folder / "state.json").write_text(json.dumps({"version": 3, "deployment": deployment}))
        (self.folder / "there").write_text(there)

    def lock(self, host: str, pid: int) -> None:
        (self.folder / "lock").write_text(f"{host} (pid {pid})")

    @property
    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]

    @property
    def resources(self) -> list[str]:
        known = json.loads((self.folder / "state.json").read_text())
        return [r["id"] for r in known["deployment"]["resources"]]


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Played:
    program = tmp_path / "bin" / "pulumi"
    program.parent.mkdir()
    program.write_text(ENGINE.format(python=sys.executable, folder=str(tmp_path)))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    return Played(tmp_path)


def recover(*options: str) -> tuple[int, Any, str]:
    done = CliRunner().invoke(app_with(), ["recover", "dev", "--format", "json", *options])
    return done.exit_code, json.loads(done.stdout) if done.stdout else None, done.stderr


@pytest.mark.parametrize("happened", [True, False])
def test_a_create_is_found_or_cleared(engine: Played, happened: bool) -> None:
    engine.state(USER, there="hanako" if happened else "")

    code, said, _ = recover()

    assert (code, said["ready"]) == (0, True)
    assert [(each["urn"], each["happened"]) for each in said["pending"]] == [(URN, happened)]
    assert engine.resources == (["hanako"] if happened else [])


def test_a_create_without_a_known_id_is_left_and_told(engine: Played) -> None:
    engine.state(KEY)

    code, said, _ = recover()
    again, _, _ = recover("--never", KEY["urn"])  # type: ignore[arg-type]

    assert (code, said["ready"], again) == (1, False, 0)
    assert said["pending"][0]["look"] == "aws kms list-keys"


def test_a_dry_run_only_looks(engine: Played) -> None:
    engine.state(USER, there="hanako")

    code, said, _ = recover("--dry-run")

    assert (code, said["ready"], said["pending"][0]["id"]) == (0, False, "hanako")
    assert [call[:2] for call in engine.calls] == [["stack", "export"]]


def test_a_lock_of_the_dead_is_taken_away_only_when_told_so(engine: Played) -> None:
    engine.state(USER, there="hanako")
    engine.lock("another-machine", 1)

    refused, first, _ = recover()
    code, said, _ = recover("--yes")

    assert (refused, first["lock"]["left"]) == (1, True)
    assert (code, said["lock"]["takenAway"]) == (0, True)
    assert said["lock"]["holders"][0]["host"] == "another-machine"


def test_a_lock_of_a_dead_process_of_this_machine_goes_as_well(engine: Played) -> None:
    engine.state()
    engine.lock(socket.gethostname(), os.getpid())  # lives, and is no engine

    code, said, _ = recover("--yes")

    assert (code, said["lock"]["takenAway"]) == (0, True)


def test_a_side_file_that_was_cut_off_is_set_aside(engine: Played) -> None:
    engine.state(USER, there="hanako")
    attrs = engine.folder / "backend/.pulumi/stacks/p/dev.json.attrs"
    attrs.parent.mkdir(parents=True)
    attrs.touch()

    code, said, _ = recover("--yes")

    assert code == 0
    assert said["setAside"] == [f"{attrs}.broken"]
    assert not attrs.exists()


def test_an_unreachable_cluster_is_told_in_the_engine_s_words(engine: Played) -> None:
    engine.state(USER)
    (engine.folder / "unreachable").touch()

    code, said, _ = recover()

    assert code == 1
    assert "cluster is unreachable" in said["failure"]


def test_what_cannot_be_read_ends_with_two(engine: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    no_stack, _, said = recover()
    wrong_id, _, about_ids = recover("--id", "hanako")
    monkeypatch.setenv("PATH", "/nonexistent")
    no_engine, _, about_path = recover()

    assert (no_stack, wrong_id, no_engine) == (2, 2, 2)
    assert "no stack named 'dev'" in said
    assert "URN=ID" in about_ids
    assert "not on PATH" in about_path


def test_text_and_markdown_say_what_to_do_next(engine: Played) -> None:
    engine.state(USER, KEY, there="hanako")

    text = CliRunner().invoke(app_with(), ["recover", "dev", "--dry-run"]).stdout
    markdown = CliRunner().invoke(app_with(), ["recover", "dev", "--format", "md"]).stdout

    for said in (text, markdown):
        assert "aws kms list-keys" in said
        assert "eks-access recover dev --never" in said
    assert "would be looked for as hanako" in text
