"""Audits, drills and rights as text, as Markdown for an issue or a chat, and as JSON."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..audit.model import AuditFinding, Severity
from .output import Format, Line, code, markdown, printable, say, say_json

if TYPE_CHECKING:
    from ..audit.before_up import BeforeUp
    from ..audit.drill import Drill
    from ..audit.permissions import Permissions
    from .auditing import Audited, Declared

_STYLES = {Severity.CRITICAL: "bold red", Severity.HIGH: "red", Severity.LOW: "yellow", Severity.NOTE: "dim"}


def show(found: Audited, format: Format) -> None:
    """Print an audit."""
    counted = [each for each in found.findings if each.counts]
    head = f"audit of {found.label}: " + ("as declared" if not counted else _count(len(counted)))
    _show(head, not counted, found.findings, found.notices, format, {"clean": not counted, "source": found.label})


def show_before_up(found: Audited, judged: BeforeUp, format: Format) -> None:
    """Print what an update would take away."""
    head = f"before an update of {found.label}: " + (
        f"it would take away or write over {len(judged.stops)} that nobody declared: keep each, or drop it by name"
        if judged.stops
        else "nothing of others would be lost"
    )
    dropped = [each.name for each in judged.dropped]
    notices = (*found.notices, *(f"dropped by name: {name}" for name in dropped))
    stops = judged.stops
    if format is Format.JSON:
        _say_json({"clean": not stops, "source": found.label, "dropped": dropped}, stops, notices)
        return
    _show(head, not stops, stops, notices, format, {})
    if stops and format is Format.TEXT:
        names = [_word(name) for name in dict.fromkeys(each.name for each in stops)]
        say([("", ""), ("", "or, if all of this may go:"), ("", f"  {' '.join(f'--drop {name}' for name in names)}")])
        say([("", f"  with make: DROP={shlex.quote(' '.join(names))}")])


def show_no_cluster(named: Declared, format: Format, *, clean: bool) -> None:
    """Say that there is nothing yet to look at."""
    cluster = named.plan.cluster
    said = f"EKS knows no cluster {cluster.name} there" if cluster else f"{named.target.label} declares no cluster"
    said += ": there is nothing to audit, and nothing that an update could take away"
    match format:
        case Format.JSON:
            _say_json({"clean": clean, "source": None}, (), (said,))
        case Format.MD:
            say([("", f"- {markdown(said)}")])
        case Format.TEXT:
            say([("", printable(said))])


def show_drill(found: Audited, walked: Drill, format: Format) -> None:
    """Print how the break-glass way was walked."""
    well = not walked.findings
    head = f"break-glass drill of {found.label}: " + ("usable today" if well else _count(len(walked.findings)))
    if format is Format.JSON:
        steps = [asdict(step) for step in walked.steps]
        _say_json({"clean": well, "source": found.label, "steps": steps}, walked.findings, found.notices)
        return
    marks = ["✓" if step.well else "✗" for step in walked.steps]
    if format is Format.MD:
        lines = [f"### {'✅' if well else '❌'} {markdown(head)}", ""]
        lines += [f"- {mark} {markdown(step.said)}" for mark, step in zip(marks, walked.steps, strict=True)]
        lines += [f"- → {markdown(each.fix)}" for each in walked.findings]
        say(("", line) for line in lines)
        return
    told: list[Line] = [("green" if well else "bold red", printable(head))]
    for mark, step in zip(marks, walked.steps, strict=True):
        told.append(("green" if step.well else "red", printable(f"  {mark} {step.said}")))
        told += [("", printable(f"      → {each.fix}")) for each in walked.findings if each.what == step.said]
    say(told)


def show_permissions(needed: Permissions, format: Format) -> None:
    """Print the rights that an audit needs."""
    import yaml

    from ..audit.permissions import NAME, as_json

    policy = as_json(needed.policy)
    manifests = "---\n".join(yaml.safe_dump(each, sort_keys=False) for each in needed.manifests)
    declaration = yaml.safe_dump(needed.declaration, sort_keys=False)
    match format:
        case Format.JSON:
            say_json({"policy": needed.policy, "manifests": needed.manifests, "declaration": needed.declaration})
        case Format.MD:
            parts = [
                ("IAM policy of whoever audits", "json", policy),
                ("In the declaration, so that the auditor is declared too", "yaml", declaration),
                (f"Or by hand, for the group `{NAME}`", "yaml", manifests),
            ]
            shown = parts if needed.manifests else parts[:1]
            say(("", line) for title, kind, text in shown for line in (f"#### {title}", "", f"```{kind}", text, "```"))
        case Format.TEXT:
            say([("bold", "# IAM policy of whoever audits"), ("", policy), ("", "")])
            if needed.manifests:
                say([("bold", "# In the declaration, so that the auditor is declared too"), ("", declaration)])
                say([("bold", f"# Or by hand, for the group {NAME}"), ("", manifests)])


def _show(
    head: str,
    clean: bool,
    findings: Sequence[AuditFinding],
    notices: Sequence[str],
    format: Format,
    told: dict[str, Any],
) -> None:
    match format:
        case Format.JSON:
            _say_json(told, findings, notices)
        case Format.MD:
            say(("", line) for line in _markdown(head, clean, findings, notices))
        case Format.TEXT:
            say(_text(head, clean, findings, notices))


def _text(head: str, clean: bool, findings: Sequence[AuditFinding], notices: Sequence[str]) -> Iterator[Line]:
    yield "green" if clean else "bold red", printable(head)
    for each in findings:
        yield _STYLES[each.severity], printable(f"  {each.severity}: {each.what} [{each.kind}]")
        if each.severity is Severity.NOTE:
            continue
        yield "", printable(f"      {each.where}")
        yield "", printable(f"      → {each.fix}")
        for line in each.lines.split("\n") if each.lines else ():
            yield "", f"        {printable(line)}"
    for notice in notices:
        yield "dim", f"  note: {printable(notice)}"


def _markdown(head: str, clean: bool, findings: Sequence[AuditFinding], notices: Sequence[str]) -> Iterator[str]:
    yield f"### {'✅' if clean else '❌'} {markdown(head)}"
    yield ""
    for each in findings:
        yield f"- **{each.severity}** {code(each.kind)} {code(each.where)}: {markdown(each.what)}  "
        yield f"  → {markdown(each.fix)}"
        for line in each.lines.split("\n") if each.lines else ():
            yield f"  <br>{code(line)}"
    yield from (f"- {markdown(notice)}" for notice in notices)


def _say_json(told: dict[str, Any], findings: Sequence[AuditFinding], notices: Sequence[str]) -> None:
    found = [{**asdict(each), "kind": str(each.kind), "severity": str(each.severity)} for each in findings]
    say_json({**told, "findings": found, "notices": list(notices)})


def _count(number: int) -> str:
    return f"{number} finding{'s' if number != 1 else ''}"


def _word(name: str) -> str:
    return shlex.quote(printable(name))
