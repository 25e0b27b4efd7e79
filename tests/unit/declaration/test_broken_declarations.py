"""Every mistake in the tables is refused with its place and its remedy, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from eks_access.declaration import load
from eks_access.errors import Refused

from . import broken_form, broken_references, broken_yaml
from .broken import PIECES, Broken

CASES = [*broken_yaml.CASES, *broken_form.CASES, *broken_references.CASES]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in PIECES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_mistake_is_told_once_with_file_line_path_and_remedy(case: Broken, folder: Path) -> None:
    main = folder / "main.yaml"
    main.write_text(case.text)

    with pytest.raises(Refused) as refusal:
        load(main)

    (problem,) = refusal.value.problems
    assert problem.path == case.path
    assert case.says in f"{problem.rule} → {problem.fix}"
    assert (problem.file, problem.line) == (str(folder / case.file), case.expected_line)


def test_every_mistake_in_the_tables_has_its_own_title() -> None:
    titles = [case.title for case in CASES]
    assert len(titles) == len(set(titles))
    assert len(titles) >= 100


def test_the_files_that_broken_ones_include_are_sound(folder: Path) -> None:
    main = folder / "main.yaml"
    main.write_text("include: [people.yaml, cluster.yaml, roles.yaml]\n")
    assert set(load(main).people) == {"hanako", "taro", "sato", "oncall", "ci"}
