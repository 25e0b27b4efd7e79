"""AWS throttles, the API server is away, two updates meet: a clear word, and the next update puts everything right."""

from __future__ import annotations

import copy
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.faults import Call, failing, listening, without_api_server

from .killing import joined
from .stage import Stage, declaration

pytestmark = pytest.mark.sandbox

NEW = r"iam (CreateUser|PutUserPolicy|CreateRole)"
THROTTLED = [
    (429, "ThrottlingException", r"eks (POST|PUT|DELETE) /clusters/edge/access-entries"),
    (503, "ServiceUnavailable", "iam CreateUser"),
]


def comes_right(stage: Stage) -> None:
    """Recover, update, and hold everything against the plan."""
    code, said, errors = stage.recover("--yes")
    assert code == 0, f"{said} {errors}"
    finished = stage.update()
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert stage.differences() == []
    assert stage.rests()


def turn(stage: Stage) -> None:
    """Declare the other one of the two declarations."""
    here = "kenji" in stage.file.read_text()
    stage.declare(declaration(stage.name) if here else joined(stage.name))


def test_a_moment_of_throttling_is_waited_out(stage: Stage) -> None:
    turn(stage)

    with failing(stage.sandbox.state(), status=400, code="Throttling", calls=NEW, times=3):
        finished = stage.update()

    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert stage.differences() == []


@pytest.mark.parametrize(("status", "code", "calls"), THROTTLED, ids=[str(each[0]) for each in THROTTLED])
def test_an_aws_that_stays_away_is_named_and_the_next_update_goes_on(
    stage: Stage, status: int, code: str, calls: str
) -> None:
    turn(stage)

    with failing(stage.sandbox.state(), status=status, code=code, calls=calls, times=100_000):
        finished = stage.update()

    said = finished.stdout + finished.stderr
    assert finished.returncode != 0
    assert f"StatusCode: {status}" in said
    assert code in said
    assert "platform-" in said
    assert stage.admins_outside() == []
    comes_right(stage)


def test_an_api_server_that_goes_away_half_way_is_named_and_the_next_update_goes_on(stage: Stage) -> None:
    turn(stage)
    gone = without_api_server(stage.sandbox, stage.name)
    left = threading.Event()

    def leave(call: Call) -> None:
        if "$kubernetes:rbac" in call.urn and not left.is_set():
            left.set()
            gone.__enter__()

    with listening(stage.sandbox, leave):
        finished = stage.update()
    away = stage.recover("--yes")
    gone.__exit__(None, None, None)

    said = finished.stdout + finished.stderr
    assert finished.returncode != 0
    assert "cluster is unreachable" in said
    assert "platform-rbac" in said
    assert away[0] == 1
    assert "unreachable" in away[1]["failure"]
    assert stage.admins_outside() == []
    comes_right(stage)


def test_of_two_updates_the_second_is_refused_and_the_first_is_none_the_worse(stage: Stage) -> None:
    turn(stage)
    begun, go_on = threading.Event(), threading.Event()

    def hold(call: Call) -> None:
        begun.set()
        assert go_on.wait(120)

    with ThreadPoolExecutor(1) as first, listening(stage.sandbox, hold):
        update = first.submit(stage.update)
        assert begun.wait(120)
        second = stage.update()
        code, recovery, _ = stage.recover("--yes")
        go_on.set()

    said = second.stdout + second.stderr
    assert second.returncode != 0
    assert "the stack is currently locked by 1 lock(s)" in said
    assert code == 1
    assert recovery["lock"]["left"]
    assert not recovery["lock"]["takenAway"]
    assert update.result().returncode == 0
    assert stage.differences() == []


def test_recovering_where_nothing_is_wrong_changes_nothing(stage: Stage) -> None:
    before = copy.deepcopy(stage.exported())

    code, said, _ = stage.recover()
    again, dry, _ = stage.recover("--dry-run")

    assert (code, again) == (0, 0)
    assert said["pending"] == dry["pending"] == []
    assert said["gone"] == []
    after = stage.exported()
    assert [r["urn"] for r in after["resources"]] == [r["urn"] for r in before["resources"]]
    assert stage.rests()
