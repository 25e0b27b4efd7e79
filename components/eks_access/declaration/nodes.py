"""A declaration as a tree that still knows where each piece was written.

Both YAML and plain Python become this tree; what validates it never sees either.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import Problem
from .yaml_scalars import scalar

Location = tuple[str | int, ...]
"""Keys and indexes from the top: ``("grants", 2, "team")``."""

MOST_SHOWN = 80
MOST_BITS = 8192
"""Python refuses to print much longer numbers."""
MOST_DEPTH = 20
"""Deeper than anything the declaration has; keeps recursion over hostile input bounded."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written; nothing is known of plain Python arguments."""

    file: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar; `text` is how YAML spelled it where that differs from the value (``1.30`` is the number 1.3)."""

    value: object
    place: Place = Place()
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: list[Node]
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Entry:
    """A value in a map, with the place of its key."""

    node: Node
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Table:
    """A map."""

    entries: dict[str, Entry]
    place: Place = Place()


Node = Leaf | Items | Table


def render(location: Location) -> str:
    """Write a location as people read it: ``grants[2].team``, ``people["a@example.com"].iamUser``."""
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        elif re.fullmatch(r"[A-Za-z0-9_-]+", step):
            path += f".{step}" if path else step
        else:
            path += f"[{json.dumps(step, ensure_ascii=False)}]"
    return path


def plain(node: Node) -> object:
    """Return the tree as dicts, lists and scalars."""
    match node:
        case Table():
            return {key: plain(entry.node) for key, entry in node.entries.items()}
        case Items():
            return [plain(item) for item in node.items]
        case Leaf():
            return node.value


def locate(root: Node, location: Location) -> tuple[Place, Node | None]:
    """Return the place of `location` and what is there; for what is missing, the place it would be in and None."""
    place, node = root.place, root
    for step in location:
        if isinstance(node, Table) and isinstance(step, str) and step in node.entries:
            entry = node.entries[step]
            place, node = entry.place, entry.node
        elif isinstance(node, Items) and isinstance(step, int) and 0 <= step < len(node.items):
            node = node.items[step]
            place = node.place
        else:
            return place, None
    return place, node


def shown(node: Node | None) -> str | None:
    """Return a short text of a value as it was written, for an error message."""
    match node:
        case None | Leaf(value=None):
            return None
        case Leaf(text=str(text)):
            full = text
        case Leaf(value=str(value)):
            full = value if isinstance(scalar(value), str) else json.dumps(value)
        case Leaf(value=bool() | float() as value):
            full = json.dumps(value)
        case Leaf(value=int(value)):
            full = str(value) if value.bit_length() < MOST_BITS else "a number of thousands of digits"
        case Leaf(value=value):
            full = f"a Python {type(value).__name__}"
        case Items():
            full = "[" + ", ".join(shown(item) or "" for item in node.items[:4]) + "]"
        case Table():
            entries = list(node.entries.items())[:4]
            full = "{" + ", ".join(f"{key}: {shown(entry.node)}" for key, entry in entries) + "}"
    full = " ".join(full.split()) or full
    return full if len(full) <= MOST_SHOWN else full[: MOST_SHOWN - 1] + "…"


def from_python(value: object) -> tuple[Table, list[Problem]]:
    """Turn plain Python into a tree. A key whose value is None is the same as no key, as Python callers expect."""
    problems: list[Problem] = []
    if isinstance(value, Mapping):
        node = _convert(value, (), problems)
        if isinstance(node, Table):
            return node, problems
    rule = "a declaration is a map of sections such as people, teams and grants"
    found = f"a Python {type(value).__name__}"
    return Table({}), [
        Problem(rule=rule, value=found, fix="pass a dict; see the declaration's JSON Schema for its keys")
    ]


def _convert(value: object, at: Location, problems: list[Problem]) -> Node:
    if len(at) > MOST_DEPTH:
        rule = f"a declaration is nested at most {MOST_DEPTH} levels deep"
        problems.append(Problem(path=render(at[:3]), rule=rule, fix="remove the map or list that contains itself"))
        return Leaf("")
    if isinstance(value, Mapping):
        entries = {}
        for key, inner in value.items():
            if not isinstance(key, str):
                found = f"{key!r:.60} (a Python {type(key).__name__})"
                problems.append(
                    Problem(path=render(at), value=found, rule="keys are text", fix="write the key as a str")
                )
            elif inner is not None:
                entries[key] = Entry(_convert(inner, (*at, key), problems))
        return Table(entries)
    if isinstance(value, list | tuple):
        return Items([_convert(item, (*at, index), problems) for index, item in enumerate(value)])
    return Leaf(value)
