"""Judgements as text, as Markdown for a pull request's comment, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from ..checks import Accepted, Check, Over, catalogue
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
    checks = catalogue()
    match format:
        case Format.TEXT:
            say(line for each in checks for line in _text_of(each))
        case Format.MD:
            table = ["| Check | Severity | Rule | Why | Fix |", "|---|---|---|---|---|"]
            say(("", line) for line in [*table, *map(_row_of, checks)])
        case Format.JSON:
            keys = ("id", "family", "severity", "over", "title", "why", "fix", "acceptable")
            say_json([{key: getattr(each, key) for key in keys} for each in checks])


def _text_of(each: Check) -> Iterator[Line]:
    yield "bold", f"{each.id}  {each.title}"
    yield "", f"       {each.severity}, about {each.family}; looks at: {each.over}"
    yield "", f"       why: {each.why}"
    yield "", f"       fix: {each.fix}"


def _row_of(each: Check) -> str:
    cells = (each.title, each.why, each.fix)
    return f"| {each.id} | {each.severity} | {' | '.join(markdown(cell) for cell in cells)} |"


def _verdict(judgement: Judgement) -> str:
    if not judgement.readable:
        return f"can't be loaded, {_problems(len(judgement.problems))}"
    parts = [_problems(len(judgement.problems))] if judgement.problems else []
    parts += [_counted(len(judgement.warnings), "warning")] if judgement.warnings else []
    parts += [f"{len(judgement.accepted)} accepted"] if judgement.accepted else []
    return ", ".join(parts if judgement.problems or judgement.warnings else ["clean", *parts])


def _problems(number: int) -> str:
    return _counted(number, "problem")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


def _text(report: Report) -> Iterator[Line]:
    for judgement in report.judgements:
        named = f" ({judgement.file})" if judgement.file and judgement.file != judgement.name else ""
        style = "green" if judgement.readable and not judgement.problems else "bold red"
        yield style, printable(f"{judgement.name}{named}: {_verdict(judgement)}")
        if judgement.facts:
            yield "", f"  {judgement.facts}"
        for problem in (*judgement.problems, *judgement.warnings):
            yield from problem_lines(problem)
        for each in judgement.accepted:
            yield from _accepted_lines(each)
        for notice in judgement.notices:
            yield "dim", f"  note: {printable(notice)}"
    if report.all_stacks:
        yield "bold red" if report.across or report.across is None else "green", _across(report)
        for problem in report.across or ():
            yield from problem_lines(problem)


def _accepted_lines(each: Accepted) -> Iterator[Line]:
    """Show an accepted finding on one line, and why it is one."""
    where = ": ".join(part for part in (each.problem.place, each.problem.rule) if part)
    yield "dim", f"  accepted: {printable(where)} [{each.problem.check}]"
    yield "dim", f"    → {printable(each.reason)}{f' (until {each.until})' if each.until else ''}"


def _across(report: Report) -> str:
    names = ", ".join(judgement.name for judgement in report.judgements)
    if report.across is None:
        return f"between the stacks ({names}): not looked at, since not all of them can be loaded"
    if report.across:
        return f"between the stacks ({names}): {_problems(len(report.across))}"
    rules = ", ".join(each.title[0].lower() + each.title[1:] for each in catalogue(Over.STACKS))
    return f"between the stacks ({names}): clean; {rules}"


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
        yield from _list((*judgement.problems, *judgement.warnings))
        if judgement.accepted:
            yield ""
            yield f"<details><summary>{_counted(len(judgement.accepted), 'finding')} accepted</summary>"
            yield ""
            for each in judgement.accepted:
                until = f", until {each.until}" if each.until else ""
                yield f"- **{each.problem.check}** {code(each.problem.path)}: {markdown(each.problem.rule)}  "
                yield f"  → {markdown(each.reason)}{until}"
            yield ""
            yield "</details>"
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
                "warnings": [as_data(problem) for problem in judgement.warnings],
                "accepted": [
                    {**as_data(each.problem), "reason": each.reason, "until": each.until} for each in judgement.accepted
                ],
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
