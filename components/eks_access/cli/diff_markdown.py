"""An access diff as one comment of a pull request: folded, bounded, and harmless whatever the names in it are.

GitHub refuses comments of more than 65,536 characters. Names come from declarations and clusters, so each is shown as
code: nobody is mentioned, nothing is a link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..review.diff.summary import Told, headline, ordered, remarks, told
from .output import code, markdown, printable

if TYPE_CHECKING:
    from .diff_output import EnvironmentDiff
    from .diff_sides import Compared

LIMIT = 60_000
"""Characters of one comment, with room for what the poster adds."""
_LONGEST = 2_000
"""Characters of one name or sentence."""
_HEADS = 20_000
"""Characters that the environments' heads may take; what follows shares the rest."""


class _Page:
    """Takes whole pieces of markup as long as there is room, and counts those for which there is none."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._left = LIMIT

    def add(self, piece: str, *, keep: int = 0) -> bool:
        """Add a piece unless less than `keep` characters would be left."""
        if len(piece) + 1 + keep > self._left:
            return False
        self._left -= len(piece) + 1
        self._pieces.append(piece)
        return True

    def add_list(self, pieces: Sequence[str], *, keep: int, what: str) -> None:
        """Add what there is room for, and say how many are left out."""
        for at, piece in enumerate(pieces):
            if not self.add(piece, keep=keep + 100):
                self.add(f"- … {len(pieces) - at} {what} are left out here: run `eks-access diff`", keep=keep)
                return

    def __str__(self) -> str:
        return "\n".join(self._pieces)


def as_markdown(compared: Compared, diffs: Sequence[EnvironmentDiff]) -> str:
    """Write the comment: escalations on top, then everybody by environment, then the lines, folded."""
    page = _Page()
    page.add(f"### Access: {_code(compared.old)} → {_code(compared.new)}\n")
    if compared.problems:
        page.add(f"**{len(compared.problems)} problems keep a part from being read; it is not compared.**\n")
    if all(each.diff.empty for each in diffs) and not compared.problems:
        page.add("**No effective change**: nobody's rights change.\n")
    page.add_list(list(_warnings(diffs)), keep=_HEADS, what="escalations")
    share = _HEADS // max(1, len(diffs))
    for at, each in enumerate(diffs):
        later = share * (len(diffs) - at - 1)
        if not page.add(f"\n#### {_code(each.name)}{_state(each)}: {headline(each.diff)}\n", keep=500):
            page.add(f"\n… {len(diffs) - at} environments are left out here: run `eks-access diff`")
            break
        said = [_told(told(change)) for change in ordered(each.diff)]
        page.add_list(said, keep=later + share // 2, what="changes")
        page.add_list([f"- {_code(str(session))}" for session in each.diff.sessions], keep=later, what="sessions")
        if not each.diff.empty:
            page.add("\n" + markdown("; ".join(remarks(each.diff))) + "\n", keep=later)
        _fold(page, "Other names, and nothing else", list(_names(each)), keep=later)
        _fold(page, "Lines of mappings and RBAC", list(_lines(each)), keep=later)
        _fold(page, "Notes", [_cut(printable(notice)) for notice in each.diff.notices], keep=later)
    return str(page)


def _state(each: EnvironmentDiff) -> str:
    return " (new)" if each.is_new else " (removed)" if each.is_gone else ""


def _warnings(diffs: Sequence[EnvironmentDiff]) -> Iterator[str]:
    for each in diffs:
        for change in ordered(each.diff):
            said = told(change)
            if said.marks:
                yield f"- ⚠️ **{_code(said.who)}** in {_code(each.name)}: {', '.join(said.marks)}"


def _told(said: Told) -> str:
    mark = "⚠️ " if said.marks else ""
    lines = [f"- {mark}**{_code(said.who)}**" + "".join(f" · {_code(fact)}" for fact in said.facts)]
    lines += [f"  - gains {_code(right)}" for right in said.gains]
    lines += [f"  - loses {_code(right)}" for right in said.loses]
    lines += [f"  - {_code(name)}" for name in said.names]
    return "\n".join(lines)


def _names(each: EnvironmentDiff) -> Iterator[str]:
    yield from (_cut(printable(line)) for line in each.lines.renamed)
    for change in each.diff.renamed:
        said = told(change)
        yield _cut(printable(f"{said.who}: {'; '.join(said.names)}"))


def _lines(each: EnvironmentDiff) -> Iterator[str]:
    for line in each.lines.changed:
        yield _cut(printable(f"{'+' if line.added else '-'} {line.about}: {line.text}"))


def _fold(page: _Page, title: str, lines: list[str], *, keep: int) -> None:
    """Add lines in a folded block of code, as many as there is room for."""
    if not lines:
        return
    runs = [len(run) for line in lines for run in re.findall("`+", line)]
    fence = "`" * max(3, 1 + max(runs, default=0))
    head = f"<details><summary>{title} ({len(lines)})</summary>\n\n{fence}diff"
    foot = f"{fence}\n\n</details>\n"
    room = len(foot) + 120 + keep
    if not page.add(head, keep=room):
        page.add(f"… {title} ({len(lines)}) is left out here: run `eks-access diff`", keep=keep)
        return
    for at, line in enumerate(lines):
        if not page.add(line, keep=room):
            page.add(f"… and {len(lines) - at} more: run eks-access diff", keep=len(foot) + keep)
            break
    page.add(foot)


def _code(text: str) -> str:
    return code(_cut(text))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
