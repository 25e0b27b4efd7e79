"""YAML with any number of documents → plain values, as Kubernetes' own tools would read them.

Built on the parser's events: several times faster than a loader on a dump of thousands of objects, nothing is
constructed from tags, and aliases cost what they stand for. Scalars follow YAML 1.1, as sigs.k8s.io/yaml does, but for
dates, which are text there too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

MOST_VALUES = 5_000_000
"""What one document may hold, its aliases expanded."""
MOST_DEPTH = 100
_PARSER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **{form: True for word in ("y", "yes", "true", "on") for form in (word, word.capitalize(), word.upper())},
    **{form: False for word in ("n", "no", "false", "off") for form in (word, word.capitalize(), word.upper())},
}
_NUMBER = re.compile(
    r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9_]+(?:[eE][-+]?[0-9]+)?"
    r"|\.(?:inf|Inf|INF))|\.(?:nan|NaN|NAN)"
)
_MOST_DIGITS = 400
_STARTS = "+-.0123456789~ntfyoNTFYO"
"""First letters of plain scalars that may be something else than text."""


class UnreadableError(Exception):
    """A document that is YAML and still isn't read."""

    def __init__(self, line: int, rule: str, fix: str) -> None:
        super().__init__(rule)
        self.line, self.rule, self.fix = line, rule, fix


def yaml_documents(text: str) -> Iterator[tuple[int, Any]]:
    """Yield each document with the line that it begins on.

    Raises:
        yaml.YAMLError: it is no YAML.
        UnreadableError: it is too big, too deep, or its keys are no words.
    """
    events = iter(yaml.parse(text, Loader=_PARSER))
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            first = next(events)
            yield _line(first), _Builder(events).node(first, 0)[0]


class _Builder:
    """Builds one document; a node comes with the count of values that it stands for."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self._events = events
        self._anchors: dict[str, tuple[Any, int]] = {}

    def node(self, event: Any, depth: int) -> tuple[Any, int]:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            built: tuple[Any, int] = (_scalar(event), 1)
        elif depth > MOST_DEPTH:
            raise UnreadableError(_line(event), f"maps and lists are nested at most {MOST_DEPTH} deep", "flatten it")
        elif kind is yaml.MappingStartEvent:
            built = self._map(event, depth)
        elif kind is yaml.SequenceStartEvent:
            built = self._list(event, depth)
        else:  # an alias: nothing else can be where a node is
            if event.anchor not in self._anchors:
                raise UnreadableError(_line(event), "an alias names an anchor further up", "write the value out")
            return self._anchors[event.anchor]
        if event.anchor is not None:
            self._anchors[event.anchor] = built
        return built

    def _list(self, start: yaml.Event, depth: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        size = 1
        for event in self._events:
            if type(event) is yaml.SequenceEndEvent:
                break
            value, cost = self.node(event, depth + 1)
            size += cost
            found.append(value)
        return found, self._bounded(size, start)

    def _map(self, start: yaml.Event, depth: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        size = 1
        for event in self._events:
            if type(event) is yaml.MappingEndEvent:
                break
            if type(event) is not yaml.ScalarEvent:
                raise UnreadableError(_line(event), "a key is a word", "quote a value that begins with { or [")
            value, cost = self.node(next(self._events), depth + 1)
            size += cost
            if event.value == "<<" and event.implicit[0]:
                _merge(found, value)
            else:
                found[event.value] = value
                if event.anchor is not None:
                    self._anchors[event.anchor] = (event.value, 1)
        return found, self._bounded(size, start)

    def _bounded(self, size: int, start: yaml.Event) -> int:
        if size > MOST_VALUES:
            rule = f"a document has at most {MOST_VALUES:,} values, aliases expanded"
            raise UnreadableError(_line(start), rule, "split it, or write it without aliases")
        return size


def _merge(found: dict[str, Any], value: Any) -> None:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            for key, inner in each.items():
                found.setdefault(key, inner)


def _scalar(event: Any) -> object:
    text: str = event.value
    if not event.implicit[0] or (text and text[0] not in _STARTS):
        return text
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if len(text) <= _MOST_DIGITS and _NUMBER.fullmatch(text) else text


def _number(text: str) -> object:
    digits = text.replace("_", "")
    try:
        if re.fullmatch(r"[-+]?0[0-7]+", digits):
            return int(digits, 8)
        return int(digits, 0)
    except ValueError:
        try:
            return float(digits.replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            return text


def _line(event: Any) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
