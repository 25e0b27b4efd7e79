"""Tree → declaration: keys, types and shapes, with what is wrong in the words of somebody who writes YAML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..errors import Problem
from .form_words import explain, meant_key
from .models import Declaration
from .nodes import Entry, Items, Leaf, Location, Node, Table, locate, plain, render, shown

_LISTS = ("grants", "metricsReaders", "externalRoles", "externalGroups", "accept")
_MAPS = ("people", "teams", "nodeGroups", "namespaces", "roles")


@dataclass(frozen=True, slots=True)
class Formed:
    """What could be read of a declaration: all of it where `problems` is empty, else its sound pieces."""

    declaration: Declaration | None
    problems: list[Problem]
    broken: frozenset[Location] = frozenset()
    """Pieces that `declaration` lacks because of their form: ``("people", "taro")`` or whole sections."""
    kept: dict[str, list[int]] = field(default_factory=dict)
    """Of each list at the top, which of the written items are in `declaration`, in its order."""

    def written(self, location: Location) -> Location:
        """Translate a location in `declaration` to the one in the tree, which still has the broken items."""
        if len(location) >= 2 and isinstance(location[1], int) and location[0] in self.kept:
            return (location[0], self.kept[str(location[0])][location[1]], *location[2:])
        return location


def form(root: Table) -> Formed:
    """Validate the tree; where pieces are broken, validate what remains without them."""
    empty = list(_nulls(root, ()))
    problems = [_empty_problem(root, location) for location in empty]
    broken = {_piece(location) for location in empty}
    try:
        whole = Declaration.model_validate(plain(root))
    except ValidationError as error:
        for detail, location in _errors(error):
            broken.add(_piece(location))
            if not any(null[: len(location)] == location for null in empty):
                is_key = detail["loc"] != location
                problems.append(_problem(root, location, explain(detail, location, locate(root, location)[1], is_key)))
    else:
        if not broken:
            return Formed(whole, problems)
    sound, kept = _without(root, broken)
    try:
        return Formed(Declaration.model_validate(plain(sound)), problems, frozenset(broken), kept)
    except ValidationError:
        return Formed(None, problems, frozenset(broken), kept)


def _errors(error: ValidationError) -> Iterator[tuple[ErrorDetails, Location]]:
    """Locate pydantic's errors; a key that is missing because it is misspelt is told once, as misspelt."""
    details = error.errors(include_url=False)
    unknown = [detail["loc"] for detail in details if detail["type"] == "extra_forbidden"]
    misspelt = {(*location[:-1], meant_key(location)) for location in unknown}
    for detail in details:
        location = detail["loc"][:-1] if detail["loc"][-1:] == ("[key]",) else detail["loc"]
        if detail["type"] != "missing" or location not in misspelt:
            yield detail, location


def _problem(root: Table, location: Location, words: tuple[str, str]) -> Problem:
    place, node = locate(root, location)
    rule, fix = words
    return Problem(file=place.file, line=place.line, path=render(location), value=shown(node), rule=rule, fix=fix)


def _nulls(node: Node, at: Location) -> Iterator[Location]:
    """Find values left empty. A default in their place would hide lines that were commented out below a key."""
    match node:
        case Table():
            for key, entry in node.entries.items():
                yield from _nulls(entry.node, (*at, key))
        case Items():
            for index, item in enumerate(node.items):
                yield from _nulls(item, (*at, index))
        case Leaf(value=None):
            yield at


def _empty_problem(root: Table, location: Location) -> Problem:
    key = location[-1]
    if isinstance(key, int):
        return _problem(root, location, ("a list item has a value", "write the value, or remove the item"))
    return _problem(
        root,
        location,
        ("a key has a value", f"write the value, `{key}: {{}}` if it is all defaults, or remove the key"),
    )


def _piece(location: Location) -> Location:
    """Return the smallest piece that can be left out without touching the others."""
    return location[: 2 if location[:1] and location[0] in (*_LISTS, *_MAPS) else 1]


def _without(root: Table, broken: set[Location]) -> tuple[Table, dict[str, list[int]]]:
    entries: dict[str, Entry] = {}
    kept: dict[str, list[int]] = {}
    for section, entry in root.entries.items():
        if (section,) in broken:
            continue
        node = entry.node
        if isinstance(node, Table) and section in _MAPS:
            node = Table({key: inner for key, inner in node.entries.items() if (section, key) not in broken})
        elif isinstance(node, Items) and section in _LISTS:
            kept[section] = [index for index in range(len(node.items)) if (section, index) not in broken]
            node = Items([node.items[index] for index in kept[section]])
        entries[section] = Entry(node)
    return Table(entries), kept
