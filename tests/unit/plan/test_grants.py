"""A grant with an end holds through its last day, is announced before, and then leaves no trace."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from eks_access.plan.grants import WARN_DAYS

from ...plans import plan_of, small

LAST_DAY = dt.date(2026, 7, 31)
GRANT: dict[str, Any] = {"person": "chie", "role": "view", "namespaces": ["default"], "until": LAST_DAY.isoformat()}


def bound_people(today: dt.date) -> set[str]:
    return {b.subject.name for b in plan_of(small(grants=[GRANT]), today).rbac.bindings}


@pytest.mark.parametrize("days_left", [365, 1, 0])
def test_it_holds_until_the_end_of_its_last_day(days_left: int) -> None:
    assert "person:chie" in bound_people(LAST_DAY - dt.timedelta(days=days_left))


def test_from_the_day_after_there_is_neither_binding_nor_mapping_nor_way_in() -> None:
    plan = plan_of(small(grants=[GRANT]), LAST_DAY + dt.timedelta(days=1))

    assert "person:chie" not in {b.subject.name for b in plan.rbac.bindings}
    assert "people.chie" not in {p.source for p in plan.principals}
    assert "chie" not in {e.person for e in plan.entrances}


@pytest.mark.parametrize(
    ("days_left", "notice"),
    [
        (WARN_DAYS + 1, None),
        (WARN_DAYS, "grant ends after 2026-07-31: person chie: view in default"),
        (0, "grant ends after 2026-07-31: person chie: view in default"),
        (-1, "grant ended on 2026-07-31 and is dropped: person chie: view in default"),
    ],
)
def test_its_end_is_announced_two_weeks_ahead(days_left: int, notice: str | None) -> None:
    plan = plan_of(small(grants=[GRANT]), LAST_DAY - dt.timedelta(days=days_left))

    assert [n for n in plan.notices if n.startswith("grant")] == ([notice] if notice else [])


def test_a_grant_without_an_end_is_not_announced() -> None:
    endless = {key: value for key, value in GRANT.items() if key != "until"}

    assert not any(n.startswith("grant") for n in plan_of(small(grants=[endless])).notices)


@pytest.mark.parametrize(
    ("grant", "words"),
    [
        ({"team": "t", "role": "view", "clusterWide": True}, "team t: view cluster-wide"),
        ({"serviceAccount": "a/b", "role": "edit", "namespaces": ["y", "x"]}, "a/b: edit in x, y"),
        (
            {"person": "chie", "accessPolicy": "AmazonEKSViewPolicy", "clusterWide": True},
            "person chie: AmazonEKSViewPolicy cluster-wide",
        ),
    ],
)
def test_a_notice_says_the_grant_in_words(grant: dict[str, Any], words: str) -> None:
    raw = small(teams={"t": {"members": ["chie"]}}, grants=[{**grant, "until": "2026-07-01"}])

    assert any(notice.endswith(words) for notice in plan_of(raw, dt.date(2026, 7, 1)).notices)
