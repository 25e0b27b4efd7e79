"""Judgements as text, as Markdown for a pull request's comment, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from ..checks import catalogue
from ..checks.stacks import CHECKS
from ..errors import Problem
from .judging import Judgement, Report
from .output import Format, Line, as_data, code, markdown, printable, problem_lines, problem_markdown, say, say_json


def show(report: Report, format: Format) -> None:
    """Print a report."""
    match format:
        case Format.TEXT:
            say(_text(report))
        case Format.MD:
            say(("", line) for line in _markdown(report))
        case Format.JSON:
            say_json(_data(report))


def show_catalogue(format: Format) -> None:
    """Print every check with its reason."""
    checks = [(each.id, each.title, each.why) for each in catalogue()]
    checks += [(each.id, each.title, each.why) for each in CHECKS]
    match format:
        case Format.TEXT:
            say(line for id, title, why in checks for line in (("bold", f"{id}  {title}"), ("", f"       {why}")))
        case Format.MD:
            table = ["| Check | Rule | Why |", "|---|---|---|"]
            say(("", line) for line in [*table, *(f"| {id} | {title} | {why} |" for id, title, why in checks)])
        case Format.JSON:
            say_json([{"id": id, "title": title, "why": why} for id, title, why in checks])


def _verdict(judgement: Judgement) -> str:
    if not judgement.readable:
        return f"can't be loaded, {_problems(len(judgement.problems))}"
    return _problems(len(judgement.problems)) if judgement.problems else "clean"


def _problems(number: int) -> str:
    return f"{number} problem{'s' if number != 1 else ''}"


def _text(report: Report) -> Iterator[Line]:
    for judgement in report.judgements:
        named = f" ({judgement.file})" if judgement.file and judgement.file != judgement.name else ""
        style = "green" if judgement.readable and not judgement.problems else "bold red"
        yield style, printable(f"{judgement.name}{named}: {_verdict(judgement)}")
        if judgement.facts:
            yield "", f"  {judgement.facts}"
        for problem in judgement.problems:
            yield from problem_lines(problem)
        for notice in judgement.notices:
            yield "dim", f"  note: {printable(notice)}"
    if report.all_stacks:
        yield "bold red" if report.across or report.across is None else "green", _across(report)
        for problem in report.across or ():
            yield from problem_lines(problem)


def _across(report: Report) -> str:
    names = ", ".join(judgement.name for judgement in report.judgements)
    if report.across is None:
        return f"between the stacks ({names}): not looked at, since not all of them can be loaded"
    if report.across:
        return f"between the stacks ({names}): {_problems(len(report.across))}"
    return (
        f"between the stacks ({names}): clean; {', '.join(each.title[0].lower() + each.title[1:] for each in CHECKS)}"
    )


def _markdown(report: Report) -> Iterator[str]:
    mark = "✅" if report.clean and report.readable else "❌"
    yield f"### {mark} eks-access check"
    for judgement in report.judgements:
        good = judgement.readable and not judgement.problems
        yield ""
        yield f"#### {'✅' if good else '❌'} {code(judgement.name)}: {_verdict(judgement)}"
        yield ""
        if judgement.facts:
            yield f"{markdown(str(judgement.facts))}."
        yield from _list(judgement.problems)
        if judgement.notices:
            yield ""
            yield f"<details><summary>{len(judgement.notices)} to know</summary>"
            yield ""
            yield from (f"- {markdown(notice)}" for notice in judgement.notices)
            yield ""
            yield "</details>"
    if report.all_stacks:
        yield ""
        yield f"#### {'✅' if report.across == () else '❌'} {markdown(_across(report))}"
        yield from _list(report.across or ())


def _list(problems: Sequence[Problem]) -> Iterator[str]:
    if problems:
        yield ""
        yield from (problem_markdown(problem) for problem in problems)


def _data(report: Report) -> dict[str, object]:
    return {
        "clean": report.clean,
        "readable": report.readable,
        "stacks": [
            {
                "name": judgement.name,
                "file": judgement.file,
                "readable": judgement.readable,
                "problems": [as_data(problem) for problem in judgement.problems],
                "notices": list(judgement.notices),
                "facts": _camel(asdict(judgement.facts)) if judgement.facts else None,
            }
            for judgement in report.judgements
        ],
        "acrossStacks": None if report.across is None else [as_data(problem) for problem in report.across],
    }


def _camel(data: dict[str, object]) -> dict[str, object]:
    def key(name: str) -> str:
        first, *rest = name.split("_")
        return first + "".join(part.title() for part in rest)

    return {key(name): value for name, value in data.items()}
