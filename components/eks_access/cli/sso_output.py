"""Permission sets and comparisons as text, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from ..errors import Problem
from ..iam.sso import SsoRole
from .output import Format, Line, as_data, code, printable, problem_lines, problem_markdown, say, say_json
from .rotation import Comparison


def show_roles(account: str, roles: Sequence[SsoRole], problems: Sequence[Problem], format: Format) -> None:
    """Print roles, each with the line to paste into a declaration."""
    if format is Format.JSON:
        found = [asdict(role) | {"yaml": role.yaml} for role in roles]
        say_json({"account": account, "permissionSets": found, "problems": [as_data(each) for each in problems]})
    elif format is Format.MD:
        say(("", f"- {code(role.name)}: {code(role.yaml)}, {code(role.arn)}") for role in roles)
        say(("", problem_markdown(problem)) for problem in problems)
    else:
        say(_roles(account, roles, problems))


def show_comparisons(comparisons: Sequence[Comparison], written: Sequence[Path], format: Format) -> None:
    """Print what is still true of the declared permission sets."""
    if format is Format.JSON:
        say_json({"stacks": [_data(each) for each in comparisons], "written": [str(file) for file in written]})
    elif format is Format.MD:
        say(("", line) for each in comparisons for line in _markdown(each))
    else:
        say(line for each in comparisons for line in _text(each))
        say(("bold", f"written: {printable(str(file))}") for file in written)


def _roles(account: str, roles: Sequence[SsoRole], problems: Sequence[Problem]) -> Iterator[Line]:
    if not roles and not problems:
        yield "", f"account {printable(account)} has no roles of IAM Identity Center"
    for role in roles:
        yield "bold", f"{role.name}: {role.arn}"
        yield "", f"  {role.yaml}"
    for problem in problems:
        yield from problem_lines(problem, indent="")


def _text(comparison: Comparison) -> Iterator[Line]:
    number = len(comparison.problems)
    style, verdict = ("bold red", f"{number} to correct") if number else ("green", "ok")
    named = f" ({comparison.file})" if comparison.file != comparison.name else ""
    yield style, printable(f"{comparison.name}{named}: {verdict}")
    if not comparison.declared:
        yield "", "  nobody enters with a permission set"
    for declared in comparison.declared:
        if comparison.holds(declared):
            yield "", f"  {printable(declared.person)}: {declared.name} has suffix {declared.suffix}, as declared"
    for problem in comparison.problems:
        yield from problem_lines(problem)


def _markdown(comparison: Comparison) -> Iterator[str]:
    yield f"#### {'❌' if comparison.problems else '✅'} {code(comparison.name)}: permission sets"
    yield ""
    for declared in comparison.declared:
        if comparison.holds(declared):
            yield f"- {code(declared.person)}: {code(declared.name)} has suffix {code(declared.suffix)}, as declared"
    yield from (problem_markdown(problem) for problem in comparison.problems)
    yield ""


def _data(comparison: Comparison) -> dict[str, object]:
    return {
        "name": comparison.name,
        "file": comparison.file,
        "account": comparison.account.id,
        "declared": [
            {
                "person": each.person,
                "permissionSet": each.name,
                "suffix": each.suffix,
                "region": each.region,
                "ok": comparison.holds(each),
            }
            for each in comparison.declared
        ],
        "problems": [as_data(problem) for problem in comparison.problems],
    }
