"""The two doors to a declaration: YAML files and plain Python. Both tell all problems at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..errors import Problem, Refused
from .files import read_tree
from .form import form
from .models import Declaration
from .nodes import Location, Table, from_python, locate, render, shown
from .references import Finding, Known, findings


def load(path: Path | str) -> Declaration:
    """Read a declaration from a YAML file and the files that it includes; raise `Refused` with all problems."""
    source = read_tree(Path(path))
    return _declare(source.root, source.problems, complete=source.complete)


def from_dict(mapping: object) -> Declaration:
    """Make a declaration from plain Python in the same shape as YAML; raise `Refused` with all problems."""
    root, problems = from_python(mapping)
    return _declare(root, problems, complete=not problems)


def _declare(root: Table, found: list[Problem], *, complete: bool) -> Declaration:
    """Check form and references; references are left out where names may be missing through an unreadable file."""
    formed = form(root)
    problems = [*found, *formed.problems]
    if formed.declaration is not None and complete:
        known = Known.of(formed.declaration, formed.broken)
        for finding in findings(formed.declaration, known):
            problems.append(_problem(root, finding, formed.written(finding.at)))
    if problems or formed.declaration is None:
        raise Refused(_in_order(problems))
    return formed.declaration


def _problem(root: Table, finding: Finding, at: Location) -> Problem:
    place, node = locate(root, at)
    value = shown(node) if finding.value is None else finding.value
    return replace(finding.problem(), file=place.file, line=place.line, path=render(at), value=value)


def _in_order(problems: list[Problem]) -> list[Problem]:
    """Sort by file, then line: the order in which somebody corrects them."""
    files = list(dict.fromkeys(problem.file for problem in problems))
    return sorted(problems, key=lambda problem: (files.index(problem.file), problem.line or 0))
