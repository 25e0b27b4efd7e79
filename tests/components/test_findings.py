"""What the checks find is told in every preview: warnings as such, accepted findings with their reasons."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from eks_access import Platform

from ..mock_engine import refusal, run_program
from ..plans import small

RULES = {
    "reader": {"rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]},
    "helper": {"rules": [{"apiGroups": [""], "resources": ["users"], "verbs": ["impersonate"]}]},
}


def access(role: str, *accept: dict[str, str]) -> dict[str, Any]:
    """Somebody with one of the two roles."""
    grants = [{"person": "chie", "role": role, "clusterWide": True}]
    return small(roles={role: RULES[role]}, grants=grants, accept=list(accept))


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What is logged, by level."""
    found: dict[str, list[str]] = {"warn": [], "info": []}
    for level, messages in found.items():
        monkeypatch.setattr(pulumi.log, level, lambda message, *_, _to=messages, **__: _to.append(message))
    return found


def test_a_warning_is_logged_and_things_go_on(said: dict[str, list[str]]) -> None:
    recorder = run_program(lambda: Platform("p", {"access": access("reader")}), preview=True)

    assert recorder.registered
    (warning,) = (text for text in said["warn"] if "EA609" in text)
    assert warning.startswith("roles.reader: ")


def test_an_accepted_finding_is_logged_with_its_reason(said: dict[str, list[str]]) -> None:
    accept = {"check": "EA608", "path": "roles.helper", "reason": "support looks as customers do"}

    recorder = run_program(lambda: Platform("p", {"access": access("helper", accept)}), preview=True)

    assert recorder.registered
    (accepted,) = (text for text in said["info"] if "EA608" in text)
    assert "support looks as customers do" in accepted


def test_an_error_that_nobody_accepts_registers_nothing() -> None:
    text, recorder = refusal(lambda: Platform("p", {"access": access("helper")}))

    assert "[EA608]" in text
    assert recorder.registered == {}
