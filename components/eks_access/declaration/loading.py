"""The two doors to a declaration: YAML files and plain Python. Both tell all problems at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ..errors import Problem, Refused
from .files import read_tree
from .form import form
from .models import Declaration
from .nodes import Location, Table, from_python, locate, render, shown
from .references import Finding, Known, findings

PART = frozenset({"externalRoles", "grants", "namespaces", "roles"})
"""What a program may declare of a cluster that another program declares."""
_KEYS = frozenset(field.alias for field in Declaration.model_fields.values())


def load(path: Path | str) -> Declaration:
    """Read a declaration from a YAML file and the files that it includes.

    Args:
        path: the file; what it includes is relative to it.

    Raises:
        Refused: with all problems of all files at once, each with file and line.
    """
    source = read_tree(Path(path))
    return _declare(source.root, source.problems, complete=source.complete)


def from_dict(mapping: object) -> Declaration:
    """Make a declaration from plain Python in the same shape as YAML; raise `Refused` with all problems."""
    root, problems = from_python(mapping)
    return _declare(root, problems, complete=not problems)


def part_from_dict(mapping: object, namespaces: Iterable[str] = ()) -> Declaration:
    """Make the part of a declaration that a program beside the platform's has: namespaces, roles and who gets them.

    Args:
        mapping: plain Python in the shape of YAML, with the keys of `PART` only.
        namespaces: those that exist, made by another program; grants may name them.

    Raises:
        Refused: with all problems, among them every key that belongs into the platform's declaration.
    """
    root, problems = from_python(mapping)
    foreign = [key for key in root.entries if key in _KEYS and key not in PART]
    problems += [_of_the_platform(key) for key in foreign]
    own = Table({key: entry for key, entry in root.entries.items() if key not in foreign}, root.place)
    if not problems and not own.entries:
        rule = "nothing is declared"
        problems.append(Problem(rule=rule, fix="write `grants`, and the `roles` and `namespaces` that they name"))
    return _declare(own, problems, complete=not problems, part_of={*namespaces})


def _of_the_platform(key: str) -> Problem:
    fix = f"take it out; here are {', '.join(sorted(PART))}"
    if key == "metricsReaders":
        fix = "use the component MetricsAccess"
    return Problem(path=key, rule="belongs into the declaration of the whole cluster, which has a `cluster`", fix=fix)


def _declare(root: Table, found: list[Problem], *, complete: bool, part_of: Iterable[str] | None = None) -> Declaration:
    """Check form and references; references are left out where names may be missing through an unreadable file."""
    formed = form(root)
    problems = [*found, *formed.problems]
    if formed.declaration is not None and complete:
        known = Known.of(formed.declaration, formed.broken)
        if part_of is not None:
            known = known.in_a_part(part_of)
            problems += [_policy_in_a_part(index) for index in _policies(formed.declaration)]
        for finding in findings(formed.declaration, known):
            problems.append(_problem(root, finding, formed.written(finding.at)))
    if problems or formed.declaration is None:
        raise Refused(_in_order(problems))
    return formed.declaration


def _policies(declaration: Declaration) -> list[int]:
    return [index for index, grant in enumerate(declaration.grants) if grant.access_policy is not None]


def _policy_in_a_part(index: int) -> Problem:
    rule = "an access policy is part of an access entry, which the platform's program owns"
    return Problem(path=f"grants[{index}].accessPolicy", rule=rule, fix="grant a `role` here, or declare it there")


def _problem(root: Table, finding: Finding, at: Location) -> Problem:
    place, node = locate(root, at)
    value = shown(node) if finding.value is None else finding.value
    return replace(finding.problem(), file=place.file, line=place.line, path=render(at), value=value)


def _in_order(problems: list[Problem]) -> list[Problem]:
    """Sort by file, then line: the order in which somebody corrects them."""
    files = list(dict.fromkeys(problem.file for problem in problems))
    return sorted(problems, key=lambda problem: (files.index(problem.file), problem.line or 0))
