"""What all commands share of their output: formats, exit codes, and values that do no harm where they are shown."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum

import typer

from ..errors import EksAccessError, Problem, Refused
from ..printing import printable as printable

CLEAN, FINDINGS, UNREADABLE = 0, 1, 2
"""Exit codes of every command."""

LIVE_MODULES = ("boto3", "botocore", "kubernetes", "urllib3")
"""What only the commands need that ask AWS or a cluster."""

Line = tuple[str, str]
"""Style (as Rich names it) and text."""


class Format(StrEnum):
    """Whom the output is for."""

    TEXT = "text"
    MD = "md"
    JSON = "json"


def exit_code(*, readable: bool, clean: bool) -> int:
    """Return what the command exits with."""
    if not readable:
        return UNREADABLE
    return CLEAN if clean else FINDINGS


@contextmanager
def refusals() -> Iterator[None]:
    """Tell what the package refuses on stderr, without a traceback, and exit with 2."""
    try:
        yield
    except Refused as refusal:
        for problem in refusal.problems:
            typer.echo(f"error: {harmless(problem)}", err=True)
        raise typer.Exit(UNREADABLE) from None
    except EksAccessError as error:
        typer.echo(f"error: {printable(str(error))}", err=True)
        raise typer.Exit(UNREADABLE) from None
    except ModuleNotFoundError as error:
        if error.name not in LIVE_MODULES:
            raise
        needed = f"this asks AWS or a cluster and needs {error.name}"
        typer.echo(f"error: {needed}: pip install 'eks-access[live]'", err=True)
        raise typer.Exit(UNREADABLE) from None


def say(lines: Iterable[Line]) -> None:
    """Print text: in colour on a terminal, plainly anywhere else."""
    if not sys.stdout.isatty():
        if shown := [text for _, text in lines]:
            typer.echo("\n".join(shown))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for style, text in lines:
        console.print(Text(text, style=style), soft_wrap=True)


def say_json(data: object) -> None:
    """Print JSON."""
    typer.echo(json.dumps(data, indent=2))


def as_data(problem: Problem) -> dict[str, object]:
    """Return a problem with its stable keys."""
    keys = ("check", "severity", "file", "line", "path", "value", "rule", "fix")
    return {key: str(problem.severity) if key == "severity" else getattr(problem, key) for key in keys}


def problem_lines(problem: Problem, indent: str = "  ") -> Iterator[Line]:
    """Show a problem as text: the rule, then what to do."""
    head, *fix = str(harmless(problem)).split("\n")
    yield "red" if problem.is_error else "yellow", indent + head
    for line in fix:
        yield "", indent + line


def problem_markdown(problem: Problem) -> str:
    """Show a problem as an item of a Markdown list."""
    where = f"{problem.file}:{problem.line}" if problem.file and problem.line else problem.file
    places = " ".join(code(place) for place in (where, problem.path) if place)
    marks = [f"**{problem.check}**" if problem.check else "", "" if problem.is_error else f"({problem.severity})"]
    head = " ".join(part for part in (*marks, places) if part)
    value = "" if problem.value is None else f" (found: {code(problem.value)})"
    return f"- {head}{': ' if head else ''}{markdown(problem.rule)}{value}  \n  → {markdown(problem.fix)}"


def harmless(problem: Problem) -> Problem:
    """Return the problem with everything on one line and nothing that a terminal would obey."""
    return replace(
        problem,
        rule=printable(problem.rule),
        fix=printable(problem.fix),
        path=printable(problem.path),
        value=None if problem.value is None else printable(problem.value),
        file=None if problem.file is None else printable(problem.file),
    )


def code(text: str) -> str:
    """Show a text in Markdown as it is, whatever it holds: nobody is mentioned, nothing is a link."""
    text = printable(text) or " "
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    space = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{space}{text}{space}{fence}"


def markdown(text: str) -> str:
    """Escape a sentence for Markdown; what it shows between backticks stays code."""
    parts = re.split(r"(`[^`]+`)", printable(text))
    return "".join(code(p[1:-1]) if number % 2 else _escape(p) for number, p in enumerate(parts))


def _escape(text: str) -> str:
    escaped = re.sub(r"([\\`*_\[\]|#~]|(?<=\])\()", r"\\\1", text)
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace("@", "@<!-- -->")
