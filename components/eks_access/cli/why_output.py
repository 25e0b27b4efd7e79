"""Findings as text, Markdown and JSON. What they quote was pasted by somebody, so nothing of it is trusted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from ..diagnosis.model import Finding, Remedy
from .output import Format, Line, code, markdown, printable, say, say_json

NOTHING = (
    "nothing in this text is an error that is known here; paste it whole, from the first line on, and see "
    "docs/errors.md for those that are"
)


def show(findings: Sequence[Finding], label: str | None, format: Format) -> None:
    """Print what was found.

    Args:
        findings: the answers; none where nothing was recognised.
        label: the declaration that they go by; None for general answers.
        format: for whom.
    """
    if format is Format.JSON:
        found = [{**asdict(finding), "wall": str(finding.wall)} for finding in findings]
        say_json({"source": label, "recognised": bool(findings), "findings": found})
    elif format is Format.MD:
        say(("", line) for line in _markdown(findings, label))
    else:
        say(_text(findings, label))


def _text(findings: Sequence[Finding], label: str | None) -> Iterator[Line]:
    if not findings:
        yield "", NOTHING
    for number, finding in enumerate(findings):
        if number:
            yield "", ""
        yield from finding_text(finding, label)


def finding_text(finding: Finding, label: str | None) -> Iterator[Line]:
    """Show one finding as text: what is wrong, what tells so, what to do."""
    yield "bold red", printable(f"{finding.wall}: {finding.said}" + (f" ({label})" if label else ""))
    for text in finding.evidence:
        yield "dim", printable(f"  {text}")
    for remedy in finding.remedies:
        yield from _remedy(remedy)
    if finding.ask:
        yield "", printable(f"  who can do it: {', '.join(finding.ask)}")


def _remedy(remedy: Remedy) -> Iterator[Line]:
    yield "green", printable(f"  → {remedy.say}")
    if remedy.lines:
        yield "", printable(f"    {_place(remedy)}:")
        for line in remedy.lines.splitlines():
            yield "bold", printable(f"      {line}")
    if remedy.command:
        yield "bold", printable(f"    $ {remedy.command}")


def _place(remedy: Remedy) -> str:
    where = f"in {remedy.file}, " if remedy.file else ""
    return f"{where}under {remedy.path}" if remedy.path else f"{where}each under its key"


def _markdown(findings: Sequence[Finding], label: str | None) -> Iterator[str]:
    if not findings:
        yield NOTHING
    for finding in findings:
        yield from finding_markdown(finding, label)


def finding_markdown(finding: Finding, label: str | None) -> Iterator[str]:
    """Show one finding in Markdown."""
    yield f"#### {markdown(f'{finding.wall}: {finding.said}')}" + (f" ({code(label)})" if label else "")
    yield ""
    for text in finding.evidence:
        yield f"- {code(text)}"
    for remedy in finding.remedies:
        yield from _remedy_markdown(remedy)
    if finding.ask:
        yield f"- who can do it: {', '.join(map(code, finding.ask))}"
    yield ""


def _remedy_markdown(remedy: Remedy) -> Iterator[str]:
    command = f": {code(remedy.command)}" if remedy.command else ""
    yield f"- → {markdown(remedy.say)}{command}"
    if remedy.lines:
        lines = [printable(line) for line in remedy.lines.splitlines()]
        fence = "`" * (1 + max((2, *(len(run) for line in lines for run in re.findall("`+", line)))))
        yield ""
        yield f"  {code(_place(remedy))}"
        yield f"  {fence}yaml"
        yield from (f"  {line}" for line in lines)
        yield f"  {fence}"
