"""A finding can be accepted by id and path, with a reason; a lock-out can't, and what fits nothing is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from eks_access import Refused, compile_plan
from eks_access.checks import Findings, judge, refuse_unless_sound
from eks_access.declaration import from_dict

from ...plans import TODAY, small

ROLES: dict[str, Any] = {
    "reader": {"rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]},
    "helper": {"rules": [{"apiGroups": [""], "resources": ["users"], "verbs": ["impersonate"]}]},
}
GRANTS = [{"person": "chie", "role": role, "clusterWide": True} for role in ROLES]
BOTH = [
    {"check": "EA609", "path": "roles.reader", "reason": "the audit wants it"},
    {"check": "EA608", "path": "roles.helper", "reason": "support looks as customers do"},
]


def judged(*accept: dict[str, Any], today: dt.date = TODAY, **parts: Any) -> Findings:
    whole = small(**{"roles": ROLES, "grants": GRANTS, "accept": list(accept), **parts})
    return judge(compile_plan(from_dict(whole), today=today))


def ids(findings: Findings) -> list[str | None]:
    return [problem.check for problem in findings.problems]


def test_without_a_word_both_are_found() -> None:
    findings = judged()

    assert ids(findings) == ["EA608", "EA609"]
    assert [problem.path for problem in findings.errors] == ["roles.helper"]
    assert [problem.path for problem in findings.warnings] == ["roles.reader"]


def test_what_is_accepted_is_set_apart_with_its_reason() -> None:
    findings = judged(*BOTH)

    assert findings.problems == ()
    assert [(each.problem.check, each.reason) for each in findings.accepted] == [
        ("EA608", "support looks as customers do"),
        ("EA609", "the audit wants it"),
    ]


def test_an_accepted_error_no_longer_refuses() -> None:
    whole = small(roles=ROLES, grants=GRANTS)
    with pytest.raises(Refused, match="EA608"):
        refuse_unless_sound(compile_plan(from_dict(whole)))

    refuse_unless_sound(compile_plan(from_dict({**whole, "accept": BOTH})))


@pytest.mark.parametrize("path", ["roles", "roles.reader"])
def test_what_lies_below_an_accepted_path_is_meant_too(path: str) -> None:
    assert ids(judged({**BOTH[0], "path": path}, BOTH[1])) == []


@pytest.mark.parametrize("path", ["roles.read", "roles.reader.rules[0]", "grants", "role", ".", "[", "roles.reader2"])
def test_another_path_accepts_nothing_and_is_told(path: str) -> None:
    findings = judged({**BOTH[0], "path": path}, BOTH[1])

    assert ids(findings) == ["EA609", "EA904"]
    assert findings.problems[-1].path == "accept[0]"


def test_another_check_at_the_path_still_counts() -> None:
    assert "EA608" in ids(judged({**BOTH[1], "check": "EA609", "path": "roles"}))


@pytest.mark.parametrize("lockout", ["EA101", "EA104", "EA107"])
def test_a_lock_out_is_never_accepted(lockout: str) -> None:
    findings = judged(*BOTH, {"check": lockout, "path": "admins", "reason": "there is one of us"})

    (problem,) = findings.errors
    assert problem.check == "EA902"
    assert "can't be accepted" in problem.rule
    assert problem.path == "accept[2].check"


def test_an_accepted_lock_out_is_found_all_the_same() -> None:
    accept = {"check": "EA101", "path": "admins", "reason": "there is one of us"}

    assert {"EA101", "EA902"} <= set(ids(judged(accept, *BOTH, admins={"people": ["aiko"]})))


@pytest.mark.parametrize("id", ["EA000", "EA316", "EA401", "EA411", "EA904"])
def test_what_no_plan_can_be_found_with_is_refused(id: str) -> None:
    findings = judged(*BOTH, {"check": id, "path": "roles", "reason": "it sounds right"})

    assert [(problem.check, problem.path) for problem in findings.errors] == [("EA901", "accept[2].check")]


@pytest.mark.parametrize(
    "broken",
    [
        {"check": "EA609", "path": "roles.reader"},
        {"check": "EA609", "path": "roles.reader", "reason": ""},
        {"check": "EA609", "path": "roles.reader", "reason": " "},
        {"check": "609", "path": "roles.reader", "reason": "the audit wants it"},
        {"check": "EA609", "path": "", "reason": "the audit wants it"},
        {"check": "EA609", "path": "roles.reader", "reason": "the audit wants it", "until": "tomorrow"},
    ],
)
def test_an_acceptance_without_its_parts_is_refused_where_it_is_written(broken: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refusal:
        judged(*BOTH, broken)

    assert all(problem.path.startswith("accept[2]") for problem in refusal.value.problems)


def test_an_acceptance_holds_on_its_last_day_and_not_after() -> None:
    until = {**BOTH[0], "until": "2027-01-31"}

    assert ids(judged(until, BOTH[1], today=dt.date(2027, 1, 31))) == []
    assert ids(judged(until, BOTH[1], today=dt.date(2027, 2, 1))) == ["EA609", "EA903"]
