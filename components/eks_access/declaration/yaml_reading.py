"""YAML text → tree with positions.

Built on the parser's events instead of its loader, because a declaration wants less than YAML gives: YAML 1.2 scalars
(``no`` is text), no tags, no merge keys, no duplicate keys, and aliases that can't grow without bound. Nothing is
constructed from tags, so nothing in a file can run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

import yaml

from ..errors import Problem
from .nodes import MOST_DEPTH, Entry, Items, Leaf, Location, Node, Place, Table, render
from .yaml_errors import syntax_problem
from .yaml_scalars import scalar

MOST_NODES = 200_000
"""Far above a real declaration; what aliases may expand to."""
EMPTY = "the file is empty"
NO_MAP = "a declaration is a map of sections such as people, teams and grants"
_PARSER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(text: str, file: str) -> tuple[Table | None, list[Problem]]:
    """Return the tree of one YAML file, None where it can't be read, and everything that is wrong with its form."""
    builder = _Builder(file)
    try:
        return builder.document(yaml.parse(text, Loader=_PARSER)), builder.problems
    except _UnreadableError:
        return None, builder.problems
    except yaml.YAMLError as error:
        return None, [*builder.problems, syntax_problem(error, text, file)]


_NODES = (yaml.ScalarEvent, yaml.SequenceStartEvent, yaml.MappingStartEvent)


class _UnreadableError(Exception):
    """The file can't be read any further; the reason is among the problems."""


@dataclass(slots=True)
class _Built:
    """A node with what it expands to, so that an alias costs what it stands for."""

    node: Node
    size: int = 1
    depth: int = 1


@dataclass(slots=True)
class _Builder:
    file: str
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, _Built] = field(default_factory=dict)

    def document(self, events: Iterator[yaml.Event]) -> Table:
        next(events)
        if isinstance(next(events), yaml.StreamEndEvent):
            self._stop(1, EMPTY, "write at least one section, for example `people:`")
        first = next(events)
        root = self._node(first, events, ()).node
        next(events)
        after = next(events)
        if not isinstance(after, yaml.StreamEndEvent):
            line = _line(after)
            self._stop(
                line,
                "a file holds one YAML document",
                "move what follows `---` to its own file and name it under `include:`",
            )
        if isinstance(root, Leaf) and root.value is None:
            self._stop(1, EMPTY, "write at least one section, for example `people:`")
        if not isinstance(root, Table):
            self._stop(
                _line(first),
                NO_MAP,
                "write `people:` (or another section) at the start of a line, and its content indented below",
            )
        return root

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], at: Location) -> _Built:
        line = _line(event)
        if len(at) > MOST_DEPTH:
            self._stop(line, f"a declaration is nested at most {MOST_DEPTH} levels deep", "flatten this part", at[:3])
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, line, at)
        if not isinstance(event, _NODES):
            raise TypeError(f"not the start of a YAML node: {event}")
        if event.tag not in (None, "!"):
            self._add(
                line, "YAML tags are not used here", "remove the tag; to force text, quote the value", at, event.tag
            )
        if isinstance(event, yaml.ScalarEvent):
            built = _Built(self._leaf(event, line))
        elif isinstance(event, yaml.SequenceStartEvent):
            built = self._items(events, line, at)
        else:
            built = self._table(events, line, at)
        if event.anchor is not None:
            self.anchors[event.anchor] = built
        return built

    def _leaf(self, event: yaml.ScalarEvent, line: int) -> Leaf:
        place = Place(self.file, line)
        if not event.implicit[0]:
            return Leaf(event.value, place)
        value = scalar(event.value)
        return Leaf(value, place, None if isinstance(value, str) else event.value)

    def _alias(self, event: yaml.AliasEvent, line: int, at: Location) -> _Built:
        built = self.anchors.get(event.anchor or "")
        if built is None:
            self._stop(line, "an alias names an anchor further up", "write the value out", at, f"*{event.anchor}")
        if len(at) + built.depth > MOST_DEPTH:
            self._stop(line, f"a declaration is nested at most {MOST_DEPTH} levels deep", "write it out", at[:3])
        return built

    def _items(self, events: Iterator[yaml.Event], line: int, at: Location) -> _Built:
        built = _Built(node := Items([], Place(self.file, line)))
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            self._grow(built, item := self._node(event, events, (*at, len(node.items))), line)
            node.items.append(item.node)
        return built

    def _table(self, events: Iterator[yaml.Event], line: int, at: Location) -> _Built:
        built = _Built(node := Table({}, Place(self.file, line)))
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._key(event, events, at)
            key_line = _line(event)
            value = self._node(next(events), events, (*at, key or "?"))
            self._grow(built, value, line)
            if key in node.entries:
                first = node.entries[key].place.line
                rule = f"a key is written once in a map; this one is on line {first} already"
                self._add(key_line, rule, "keep one of the two, or merge them", (*at, key), key)
            elif key is not None:
                node.entries[key] = Entry(value.node, Place(self.file, key_line))
        return built

    def _key(self, event: yaml.Event, events: Iterator[yaml.Event], at: Location) -> str | None:
        line = _line(event)
        key = self._node(event, events, (*at, "?")).node
        if isinstance(key, Leaf) and key.text is None and isinstance(key.value, str):
            if key.value == "<<" and isinstance(event, yaml.ScalarEvent) and event.implicit[0]:
                rule = "merge keys are not used here: a reader must see at each place what it grants"
                self._add(line, rule, "write the keys out", at, "<<")
                return None
            return key.value
        if isinstance(key, Leaf) and key.text:
            self._add(line, "keys are text", f'quote the key: "{key.text}":', at, key.text)
        else:
            self._add(
                line, "keys are text", "write one word before the colon; quote a value that starts with { or [", at
            )
        return None

    def _grow(self, whole: _Built, part: _Built, line: int) -> None:
        whole.size += part.size
        whole.depth = max(whole.depth, part.depth + 1)
        if whole.size > MOST_NODES:
            self._stop(
                line, f"a declaration has at most {MOST_NODES:,} values, aliases expanded", "write it without aliases"
            )

    def _add(self, line: int, rule: str, fix: str, at: Location = (), value: str | None = None) -> None:
        self.problems.append(
            Problem(file=self.file, line=line, path=render(at), value=value and value[:80], rule=rule, fix=fix)
        )

    def _stop(self, line: int, rule: str, fix: str, at: Location = (), value: str | None = None) -> NoReturn:
        self._add(line, rule, fix, at, value)
        raise _UnreadableError


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
