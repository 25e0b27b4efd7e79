"""Paths that checks name are found again in the files."""

from __future__ import annotations

from pathlib import Path

import pytest
from eks_access.declaration.nodes import render
from eks_access.declaration.placing import parse, with_places
from eks_access.errors import Problem
from hypothesis import given
from hypothesis import strategies as st


@given(st.lists(st.one_of(st.text(min_size=1), st.integers(0, 10**6)), min_size=1).map(lambda steps: ("a", *steps)))
def test_a_path_is_read_as_it_was_written(location: tuple[str | int, ...]) -> None:
    assert parse(render(location)) == location


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("people.a", 2),
        ("people.a.iamUser.path", 3),
        ("people.b", 1),
        ('people["c@x.y"].iamUser', 4),
        ("nodeGroups (managed)", 5),
        ("grants[1].team", 8),
        ("grants[9]", 6),
        ("admins", None),
        ("", None),
        ("?!", None),
    ],
)
def test_a_problem_gets_the_line_of_what_it_is_about(tmp_path: Path, path: str, line: int | None) -> None:
    file = tmp_path / "dev.yaml"
    file.write_text(
        "people:\n  a: {iamUser: {\n    path: /x/}}\n  c@x.y: {iamUser: {}}\n"
        "nodeGroups: {}\ngrants:\n  - {}\n  - {team: t}\n"
    )

    (placed,) = with_places([Problem(rule="r", fix="f", path=path)], file)

    assert (placed.file, placed.line, placed.path) == (str(file), line, path)


def test_a_problem_that_knows_its_line_keeps_it(tmp_path: Path) -> None:
    known = Problem(rule="r", fix="f", path="people", file="people.yaml", line=7)

    assert with_places([known], tmp_path / "gone.yaml") == [known]
    assert with_places([], tmp_path / "gone.yaml") == []
    (placed,) = with_places([Problem(rule="r", fix="f", path="people")], tmp_path / "gone.yaml")
    assert placed.line is None
