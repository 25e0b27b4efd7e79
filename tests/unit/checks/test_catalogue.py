"""Each check fires where its rule is broken, is silent where it is kept, and lets pass what its remedy was applied to.

The examples are those of docs/checks.md; what no file can show is made by hand.
"""

from __future__ import annotations

import pytest
from eks_access.checks import Over, Severity, known
from eks_access.checks import catalogue as listed
from eks_access.checks.catalogue import FAMILIES, check
from eks_access.errors import Problem

from .by_hand import BY_HAND
from .examples import EXAMPLES, found_in, ids, problems_of

IDS = [each.id for each in listed()]


def cases(id: str) -> list[list[Problem]]:
    """What is found where it fires, once it is mended, and in a near one."""
    if id in BY_HAND:
        return [found_in(make()) for make in BY_HAND[id]]
    return [problems_of(EXAMPLES[id][key]) for key in ("fires", "mended", "silent")]


@pytest.mark.parametrize("id", IDS)
def test_a_check_fires_where_its_rule_is_broken_and_nowhere_else(id: str) -> None:
    fires, mended, silent = cases(id)
    found = [problem for problem in fires if problem.check == id]
    catalogued = known(id)

    assert catalogued
    assert found, f"nothing fires; found {ids(fires)}"
    assert id not in ids(mended), [str(problem) for problem in mended]
    assert id not in ids(silent), [str(problem) for problem in silent]
    assert all(problem.rule and problem.fix and problem.path for problem in found)
    assert {problem.severity for problem in found} == {catalogued.severity}


@pytest.mark.parametrize("id", IDS)
def test_the_remedy_leaves_no_other_error(id: str) -> None:
    _, mended, _ = cases(id)

    assert [str(problem) for problem in mended if problem.is_error] == []


def test_every_check_is_shown_to_fire_by_an_example_or_by_hand() -> None:
    by_hand = {id for id, example in EXAMPLES.items() if "by_hand" in example}

    assert list(EXAMPLES) == IDS
    assert by_hand == set(BY_HAND)
    assert all(set(example) == {"fires", "mended", "silent"} for id, example in EXAMPLES.items() if id not in by_hand)


@pytest.mark.parametrize("each", listed(), ids=IDS)
def test_every_check_says_what_why_and_what_to_do(each: object) -> None:
    found = known(str(getattr(each, "id", "")))

    assert found
    assert found.family in FAMILIES.values()
    assert len(found.title) > 15
    assert not found.title.endswith(".")
    assert found.why.endswith(".")
    assert found.fix.endswith(".")
    assert len(found.why) > 60
    assert len(found.fix) > 15
    assert found.find is None or found.find.__doc__
    assert (found.find is None) is (found.over is Over.DECLARATION)


def test_every_reason_of_a_rule_about_others_has_its_source() -> None:
    own = {"EA103", "EA106", "EA901", "EA902", "EA903", "EA904", "EA404"}

    without = {each.id for each in listed() if "http" not in each.why and "pkg/" not in each.why}
    assert without <= own


def test_lock_outs_are_errors_and_never_acceptable() -> None:
    lockouts = [each for each in listed() if each.family == "lock-out"]

    assert len(lockouts) > 5
    assert all(each.severity is Severity.ERROR and not each.acceptable for each in lockouts)


def test_two_checks_cannot_share_an_id() -> None:
    with pytest.raises(RuntimeError, match=IDS[0]):
        check(IDS[0], "title", over=Over.PLAN, why="why", fix="fix")(lambda plan: [])
