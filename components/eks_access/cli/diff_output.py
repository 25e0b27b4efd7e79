"""An access diff as text and JSON; as Markdown by `diff_markdown`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from ..review.diff import AccessDiff, Change, Right
from ..review.diff.boxes import Box, Part, Texts
from ..review.diff.lines import Lines
from ..review.diff.regions import Region
from ..review.diff.summary import components_of, escalations, headline, ordered, remarks, told
from ..review.diff.words import fact_words, right_words
from .output import Format, Line, as_data, printable, say, say_json

if TYPE_CHECKING:
    from .diff_sides import Compared


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentDiff:
    """What changes in one environment."""

    name: str
    is_new: bool = False
    is_gone: bool = False
    diff: AccessDiff
    lines: Lines

    @property
    def head(self) -> str:
        """Name of the environment, and that it is new where it is."""
        more = " (new)" if self.is_new else " (removed)" if self.is_gone else ""
        return f"{self.name}{more}: {headline(self.diff)}"


def write(compared: Compared, diffs: Sequence[EnvironmentDiff], format: Format) -> None:
    """Print it."""
    match format:
        case Format.JSON:
            say_json(as_json(compared, diffs))
        case Format.MD:
            from .diff_markdown import as_markdown

            typer.echo(as_markdown(compared, diffs))
        case Format.TEXT:
            say((style, printable(text)) for style, text in as_text(compared, diffs))


def as_text(compared: Compared, diffs: Sequence[EnvironmentDiff]) -> Iterator[Line]:
    """Show words first, then the lines behind them."""
    yield "bold", f"{compared.old} → {compared.new}"
    if not diffs:
        yield "", "no environment with a cluster could be compared"
    for each in diffs:
        yield "", ""
        yield "bold", each.head
        yield from _changes(each)
        for session in each.diff.sessions:
            yield "yellow", f"  {session}"
        for line in remarks(each.diff) if not each.diff.empty else ():
            yield "dim", f"  {line}"
        yield from _names(each)
        yield from _lines(each)
        for notice in each.diff.notices:
            yield "dim", f"  note: {notice}"


def _changes(each: EnvironmentDiff) -> Iterator[Line]:
    for change in ordered(each.diff):
        said = told(change)
        yield (
            ("bold red" if said.marks else "bold"),
            f"  {said.who}" + (f"  ! {', '.join(said.marks)}" if said.marks else ""),
        )
        for fact in said.facts:
            yield "", f"    {fact}"
        for right in said.gains:
            yield "green", f"    gains: {right}"
        for right in said.loses:
            yield "red", f"    loses: {right}"
        for name in said.names:
            yield "dim", f"    {name}"


def _names(each: EnvironmentDiff) -> Iterator[Line]:
    renamed = [(change.kind, told(change)) for change in each.diff.renamed]
    if renamed or each.lines.renamed:
        yield "", "  other names, and nothing else:"
    for line in each.lines.renamed:
        yield "dim", f"    {line}"
    for _, said in renamed:
        yield "dim", f"    {said.who}: {'; '.join(said.names)}"


def _lines(each: EnvironmentDiff) -> Iterator[Line]:
    about = ""
    for line in each.lines.changed:
        if line.about != about:
            about = line.about
            yield "", f"  {about}:"
        yield ("green" if line.added else "red"), f"    {'+' if line.added else '-'} {line.text}"


def as_json(compared: Compared, diffs: Sequence[EnvironmentDiff]) -> dict[str, object]:
    """Return everything with stable keys; `parts` are the exact sets of requests."""
    return {
        "old": compared.old,
        "new": compared.new,
        "empty": all(each.diff.empty for each in diffs) and not compared.problems,
        "environments": [_environment(each) for each in diffs],
        "problems": [as_data(problem) for problem in compared.problems],
    }


def _environment(each: EnvironmentDiff) -> dict[str, object]:
    diff = each.diff
    return {
        "name": each.name,
        "isNew": each.is_new,
        "isGone": each.is_gone,
        "cluster": diff.cluster,
        "empty": diff.empty,
        "headline": headline(diff),
        "remarks": list(remarks(diff)),
        "changes": [_change(change) for change in (*ordered(diff), *components_of(diff), *diff.renamed)],
        "sessions": [
            {"person": s.person, "role": s.role_arn, "via": s.via, "seconds": s.seconds, "fix": s.fix}
            for s in diff.sessions
        ],
        "unchanged": [{"kind": str(kind), "name": name} for kind, name in diff.unchanged],
        "lines": [{"about": line.about, "text": line.text, "added": line.added} for line in each.lines.changed],
        "renamed": list(each.lines.renamed),
        "notices": list(diff.notices),
    }


def _change(change: Change) -> dict[str, object]:
    return {
        "kind": str(change.kind),
        "name": change.name,
        "effective": change.effective,
        "escalations": list(escalations(change)),
        "facts": [
            {"kind": str(f.kind), "old": list(f.old), "new": list(f.new), "words": fact_words(f, change.kind)}
            for f in change.facts
        ],
        "gains": [_right(right) for right in change.gains],
        "loses": [_right(right, lost=True) for right in change.loses],
    }


def _right(right: Right, *, lost: bool = False) -> dict[str, object]:
    return {
        "words": right_words(right, lost=lost),
        "where": {
            "everywhere": right.everywhere,
            "namespaces": [place for place in right.places if isinstance(place, str) and place],
            "patterns": [_region(place) for place in right.places if isinstance(place, Region)],
            "butNot": [_region(place) if isinstance(place, Region) else place for place in right.apart],
        },
        "through": [{"via": each.via, "by": each.by} for each in right.through],
        "marks": [str(mark) for mark in right.marks],
        "unknown": right.unknown,
        "parts": [_part(part) for part in right.parts],
    }


def _region(region: Region) -> dict[str, object]:
    return {"matching": list(region.matching), "notMatching": list(region.others)}


def _part(part: Part) -> dict[str, object]:
    if not isinstance(part, Box):
        return {"verbs": _texts(part.verbs), "path": part.pattern, "butPaths": sorted(part.but)}
    names = ("verbs", "apiGroups", "resources", "subresources", "names")
    return dict(zip(names, map(_texts, part.sides), strict=True))


def _texts(texts: Texts) -> dict[str, object]:
    return {"allBut" if texts.others else "only": sorted(texts.named)}
