"""Tests begin in the order of a list of names, which must not outlive the files that it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..conftest import LONGEST_FIRST, rank

TESTS = Path(__file__).parent.parent


@pytest.mark.parametrize("name", LONGEST_FIRST)
def test_what_is_to_begin_early_is_there(name: str) -> None:
    files = [path.relative_to(TESTS.parent).as_posix() for path in TESTS.rglob("test_*.py")]

    assert any(name in file for file in files)


def test_what_is_named_begins_in_that_order_and_before_everything_else() -> None:
    named = [rank(f"tests/{name}") for name in LONGEST_FIRST]

    assert named == sorted(set(named))
    assert rank("tests/unit/plan/test_people.py") > max(named)
