"""What the program says of access, whatever the last update kept; and that nothing is made of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from eks_access import Platform, compile_plan
from eks_access.declaration import from_dict
from eks_access.review.diff.stored import stored_access

from ..mock_engine import Recorder
from .conftest import Run


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the program logs."""
    told: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda message, *_, **__: told.append(message))
    return told


def kept(declaration: dict[str, Any]) -> dict[str, Any]:
    return {"access_state": stored_access(compile_plan(from_dict(declaration)))}


def of_access(said: list[str]) -> list[str]:
    return [line for line in said if line.startswith("access: ")]


@pytest.mark.parametrize("phase", ["preview", "up"])
def test_who_loses_what_is_said_in_preview_and_in_up(
    run_in: Callable[[str], Run], dev: dict[str, Any], said: list[str], phase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = copy.deepcopy(dev)
    before["grants"].append({"team": "payments", "role": "edit", "namespaces": ["search"]})
    monkeypatch.setattr(Recorder, "last_outputs", kept(before))
    run_in(phase)(lambda: Platform("platform", {"access": dev}))

    (told,) = of_access(said)
    assert "loses: " in told
    assert "in search (through team payments, role edit)" in told


def test_the_sessions_of_who_leaves_a_team_are_named(
    run: Run, dev: dict[str, Any], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = copy.deepcopy(dev)
    before["people"]["rin"] = {"iamUser": {}}
    before["teams"]["payments"]["members"].append("rin")
    monkeypatch.setattr(Recorder, "last_outputs", kept(before))
    run(lambda: Platform("platform", {"access": dev}))

    (told,) = of_access(said)
    assert "sessions of arn:aws:iam::111122223333:role/dev-team-payments that rin opened before still enter" in told
    assert "teams.payments.assumeRole: revokeSessionsBefore" in told


def test_the_same_again_is_no_change(
    run: Run, dev: dict[str, Any], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Recorder, "last_outputs", kept(dev))
    run(lambda: Platform("platform", {"access": dev}))

    assert of_access(said) == ["access: no effective change"]


@pytest.mark.parametrize(
    "outputs",
    [{}, {"cluster_name": "dev"}, {"access_state": "older"}, {"access_state": json.dumps({"format": 99})}, None],
)
def test_an_update_that_kept_nothing_readable_is_no_obstacle(
    run: Run, dev: dict[str, Any], said: list[str], outputs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Recorder, "last_outputs", outputs)
    recorder = run(lambda: Platform("platform", {"access": dev}))

    assert recorder.registered
    assert not any("gains" in line or "loses" in line for line in of_access(said))


def test_what_was_kept_decides_nothing(
    run_in: Callable[[str], Run], dev: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_in("up")
    without = run(lambda: Platform("platform", {"access": dev}))
    before = copy.deepcopy(dev)
    before["grants"] = []
    monkeypatch.setattr(Recorder, "last_outputs", kept(before))
    with_it = run(lambda: Platform("platform", {"access": dev}))

    assert with_it.registered == without.registered
