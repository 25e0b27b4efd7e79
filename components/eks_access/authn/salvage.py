"""What a person can still read of a broken aws-auth section, item by item.

The authenticator loses a whole section at the first error in its YAML (see `aws_auth_reading`). Whoever repairs it must
not lose the lines with it: each item is read on its own here, and what can't be read is handed back as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from .aws_auth_reading import AwsAuth, MappingLine, parse_aws_auth
from .go_text import go_strip

_KNOWN = "rolearn|userarn|username|groups|userid|sso"
_ITEM = re.compile(rf"\s*-\s*(?:\{{|[\"']?(?:{_KNOWN})\b|[\w.-]+\s*:(?:\s|$)|$)", re.IGNORECASE)
"""Begins an item: groups begin with a dash too, but hold no field."""
_FIELD = re.compile(rf"\s*(?:-\s*)?(?P<name>{_KNOWN})\s*:(?P<value>(?:\s.*)?)", re.IGNORECASE)
_GROUP = re.compile(r"\s*-\s+(?P<value>[^\s#].*)")
_EMPTY = re.compile(r"\s*(?:#.*)?")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A part of a section that says nothing that can be relied on."""

    line: int
    """1-based line of the section on which it begins."""
    text: str
    """As it is written."""


class Salvage(NamedTuple):
    """What is found in a section, sound or broken."""

    lines: tuple[MappingLine, ...]
    unreadable: tuple[Unreadable, ...]


def salvage(text: str, section: str = "mapRoles") -> Salvage:
    """Read what can be read of mapRoles or mapUsers.

    Where the authenticator reads the section, so does this, and what it drops or passes over is unreadable. Where it
    loses the section, each item is read by itself, with its fields put in line if they are out of it, and templates
    quoted. That is a proposal for a person to look at, never what the cluster goes by.
    """
    parts = _parts(text)
    read = _read(section, text)
    if not any(loss.index is None for loss in read.losses):
        said = dict.fromkeys((*_dropped(section, read, parts), *_passed_over(section, read, parts)))
        return Salvage(_lines(section, read), tuple(sorted(said, key=lambda part: part.line)))
    lines: list[MappingLine] = []
    unreadable: list[Unreadable] = []
    for part in parts:
        if (line := _line(section, part.text)) is not None:
            lines.append(replace(line, index=len(lines)))
        else:
            unreadable.append(part)
    return Salvage(tuple(lines), tuple(unreadable))


def _parts(text: str) -> list[Unreadable]:
    """Cut a section into its items, and what stands between them."""
    parts: list[tuple[int, list[str]]] = []
    margin = 0
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        begins = _ITEM.match(line) is not None
        if _EMPTY.fullmatch(line) or re.fullmatch(r"(?:---|\.\.\.)\s*", line):
            if parts:
                parts[-1][1].append(line)
        elif begins or not parts or _leaves(line, margin):
            parts.append((number, [line]))
            margin = len(line) - len(line.lstrip()) if begins else -1
        else:
            parts[-1][1].append(line)
    return [Unreadable(number, "\n".join(lines).rstrip()) for number, lines in parts]


def _leaves(line: str, margin: int) -> bool:
    """Whether a line stands at an item's left edge and is no part of it: the mark of a merge conflict, say."""
    indent = len(line) - len(line.lstrip())
    return 0 <= indent <= margin and not (_FIELD.fullmatch(line) or _GROUP.fullmatch(line))


def _line(section: str, item: str) -> MappingLine | None:
    for attempt in (_dedented(item), _in_line(item)):
        if attempt is None:
            continue
        read = _read(section, attempt)
        found = _lines(section, read)
        if len(found) == 1 and not read.losses:
            return found[0]
    return None


def _dedented(item: str) -> str | None:
    """Move an item to the left; None where another line of it stands further left."""
    lines = item.split("\n")
    margin = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    if any(line.strip() and not line.startswith(margin) for line in lines):
        return None
    return "\n".join(line[len(margin) :] for line in lines)


def _in_line(item: str) -> str | None:
    """Put fields and groups where they belong; None where something else is among them, or a field comes twice."""
    lines = [line for line in item.split("\n") if not _EMPTY.fullmatch(line)]
    names: list[str] = []
    found: list[str] = []
    for line in lines:
        if field := _FIELD.fullmatch(line):
            names.append(field["name"].lower())
            found.append(f"  {field['name']}: {_quoted(field['value'])}")
        elif (group := _GROUP.fullmatch(line)) and names and names[-1] == "groups":
            found.append(f"  - {_quoted(group['value'])}")
        else:
            return None
    if not found or len(set(names)) != len(names):
        return None
    return "-" + found[0][1:] + "".join(f"\n{line}" for line in found[1:])


def _quoted(value: str) -> str:
    """Quote a template, which YAML takes for a mapping: written so, it loses the section."""
    value = value.strip()
    return f'"{value}"' if re.fullmatch(r"\{\{[^\"\\#]+", value) else value


def _dropped(section: str, read: AwsAuth, parts: Sequence[Unreadable]) -> Iterator[Unreadable]:
    kept = {line.index for line in _lines(section, read)}
    for index in sorted({loss.index for loss in read.losses if loss.index is not None} - kept):
        whole = len(parts) == 1 + max((*kept, *(loss.index or 0 for loss in read.losses)))
        said = "; ".join(loss.said for loss in read.losses if loss.index == index)
        yield parts[index] if whole else Unreadable(1, f"item {index + 1}: {said}")


def _passed_over(section: str, read: AwsAuth, parts: Sequence[Unreadable]) -> Iterator[Unreadable]:
    """Find what stands behind the end of the YAML document: the authenticator never looks there.

    A line further left than the list ends the document, and go-yaml says nothing of what follows.
    """
    lines = _lines(section, read)
    count = 1 + max((*(line.index for line in lines), *(loss.index or 0 for loss in read.losses)), default=-1)
    counted = {(line.arn, line.username, line.groups) for line in lines}
    for number, part in enumerate(parts):
        alone = _line(section, part.text)
        differs = alone is not None and (alone.arn, alone.username, alone.groups) not in counted
        if differs or number >= max(count, 1):
            yield part


def _read(section: str, text: str) -> AwsAuth:
    return parse_aws_auth({section: text}) if go_strip(text) else AwsAuth()


def _lines(section: str, read: AwsAuth) -> tuple[MappingLine, ...]:
    return read.roles if section == "mapRoles" else read.users
