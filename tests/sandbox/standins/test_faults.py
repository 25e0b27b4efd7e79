"""The way by which a test steps in: silent until somebody listens, and then told before and after."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.faults import AFTER, BEFORE, Call, listening
from sandbox.standins.faults import Hook, port_file
from sandbox.standins.resource import Failure

URN = "urn:pulumi:dev::p::eks-access:index:Platform$aws:iam/user:User::hanako"


class Home:
    """As much of a sandbox as listening needs."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "run").mkdir()


def test_without_a_listener_a_call_is_just_made(tmp_path: Path) -> None:
    assert Hook(port_file(tmp_path)).around("Create", URN, lambda: 7) == 7
    assert Hook(None).around("Create", URN, lambda: 7) == 7


def test_a_listener_is_told_before_and_after(tmp_path: Path) -> None:
    home, made = Home(tmp_path), list[str]()

    def decide(call: Call) -> None:
        made.append(call.told)

    with listening(home, decide) as calls:  # type: ignore[arg-type]
        Hook(port_file(tmp_path)).around("Create", URN, lambda: made.append("made"))

    assert made == ["before Create of hanako", "made", "after Create of hanako"]
    assert [(call.number, call.phase) for call in calls.heard] == [(1, BEFORE), (1, AFTER)]
    assert not port_file(tmp_path).exists()


@pytest.mark.parametrize(("phase", "made"), [(BEFORE, []), (AFTER, ["made"])])
def test_a_call_fails_before_its_effect_or_after_it(tmp_path: Path, phase: str, made: list[str]) -> None:
    home, seen = Home(tmp_path), list[str]()

    with (
        listening(home, lambda call: "gone" if call.phase == phase else None),  # type: ignore[arg-type]
        pytest.raises(Failure, match="gone"),
    ):
        Hook(port_file(tmp_path)).around("Create", URN, lambda: seen.append("made"))

    assert seen == made
