"""YAML as go-yaml v2 decodes it, and what of it can be JSON.

Source: go.yaml.in/yaml/v2 v2.4.3, ``decode.go`` (gopkg.in/yaml.v2 v2.4.0 is the same code), and sigs.k8s.io/yaml
v1.6.0, ``yaml.go``. Only the first document counts: later ones are never looked at, not even when they are broken.

Nothing here recurses: ten thousand levels are legal for go-yaml, and more than Python's stack.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

from yaml import YAMLError, events

from .go_yaml_text import GoYamlError
from .go_yaml_tokens import MAX_DEPTH, GoParser
from .go_yaml_values import BINARY, MERGE, scalar

Key = str | tuple[str, object]
"""A text, or another value with its type: for Go ``1``, ``1.0`` and ``true`` are three keys."""
_Work = Generator["_Work", Any, Any]


@dataclass(slots=True, eq=False)
class Node:
    """A part of a document before it is decoded."""

    kind: str
    tag: str = ""
    text: str = ""
    implicit: bool = False
    children: list[Node] = field(default_factory=list)
    alias: Node | None = None


def compose(text: str) -> Node | None:
    """Read the first document; None where there is none. Raises GoYamlError."""
    parser = GoParser(text)
    try:
        return _compose(parser)
    except YAMLError as error:
        raise GoYamlError(str(getattr(error, "problem", None) or error)) from error


def _compose(parser: GoParser) -> Node | None:
    take: Callable[[], Any] = parser.get_event
    take()
    if isinstance(take(), events.StreamEndEvent):
        return None
    anchors: dict[str, Node] = {}
    top = Node("document")
    open_nodes = [top]
    while len(open_nodes) > 1 or not top.children:
        event = take()
        if isinstance(event, events.CollectionEndEvent):
            open_nodes.pop()
            continue
        node = _node_of(event, anchors)
        open_nodes[-1].children.append(node)
        if isinstance(event, events.CollectionStartEvent):
            open_nodes.append(node)
    take()  # the end of the document must be readable too
    return top.children[0]


def _node_of(event: Any, anchors: dict[str, Node]) -> Node:
    if isinstance(event, events.AliasEvent):
        if event.anchor not in anchors:
            raise GoYamlError(f"unknown anchor '{event.anchor}' referenced")
        return Node("alias", alias=anchors[event.anchor])
    if isinstance(event, events.ScalarEvent):
        node = Node("scalar", tag=event.tag or "", text=event.value, implicit=event.implicit[0])
    else:
        node = Node("mapping" if isinstance(event, events.MappingStartEvent) else "sequence")
    if event.anchor is not None:
        anchors[event.anchor] = node  # a later anchor of the same name takes over
    return node


class _Decoder:
    """``decoder`` of ``decode.go``, for targets of type interface{}."""

    def __init__(self) -> None:
        self._count = 1  # the document
        self._aliased = 0
        self._depth = 0
        self._open: set[Node] = set()

    def count(self) -> None:
        """Guard against documents that are mostly aliases (``unmarshal``, ``allowedAliasRatio``)."""
        self._count += 1
        if not self._depth:
            return
        self._aliased += 1
        if self._aliased > 100 and self._count > 1000:
            scale = min(max((self._count - 400_000) / 3_600_000, 0.0), 1.0)
            if self._aliased / self._count > 0.99 - 0.89 * scale:
                raise GoYamlError("document contains excessive aliasing")

    def follow(self, node: Node) -> Node:
        """Enter an alias; `leave` it afterwards."""
        if node in self._open:
            raise GoYamlError("anchor value contains itself")
        self._open.add(node)
        self._depth += 1
        assert node.alias is not None
        return node.alias

    def leave(self, node: Node) -> None:
        """Leave an alias."""
        self._depth -= 1
        self._open.discard(node)

    def value(self, node: Node) -> _Work:
        """Decode a node."""
        self.count()
        if node.kind == "scalar":
            return scalar(node.tag, node.text, implicit=node.implicit)[1]
        if node.kind == "alias":
            found = yield self.value(self.follow(node))
            self.leave(node)
            return found
        if node.kind == "sequence":
            items = []
            for child in node.children:
                items.append((yield self.value(child)))
            return items
        mapping: dict[Key, Any] = {}
        yield self._fill(node, mapping)
        return mapping

    def _fill(self, node: Node, mapping: dict[Key, Any]) -> _Work:
        pairs = iter(node.children)
        for key, value in zip(pairs, pairs, strict=True):
            if key.kind == "scalar" and key.text == "<<" and (key.implicit or key.tag == MERGE):
                yield self._merge(value, mapping)
                continue
            found = yield self.value(key)
            if isinstance(found, list | dict):
                raise GoYamlError("invalid map key")
            mapping[_key(found)] = yield self.value(value)

    def _merge(self, node: Node, mapping: dict[Key, Any]) -> _Work:
        """Merge at the place of the ``<<``: what stands before it is overridden."""
        sources = node.children[::-1] if node.kind == "sequence" else [node]
        for source in sources:
            target = source.alias if source.kind == "alias" else source
            if target is None or target.kind != "mapping":
                raise GoYamlError("map merge requires map or sequence of maps as the value")
            self.count()
            if source.kind == "alias":
                self.follow(source)
                self.count()
                yield self._fill(target, mapping)
                self.leave(source)
            else:
                yield self._fill(source, mapping)


def _key(found: Any) -> Key:
    if isinstance(found, str):
        return found
    if isinstance(found, float) and math.isnan(found):
        return ("nan", object())  # equal to no key, not even to itself
    return (type(found).__name__, found)


def _run(work: _Work) -> Any:
    """Do the work of generators that hand out further ones, without recursion."""
    stack: list[_Work] = [work]
    result: Any = None
    while stack:
        try:
            stack.append(stack[-1].send(result))
            result = None
        except StopIteration as done:
            stack.pop()
            result = done.value
    return result


def decode(text: str) -> Any:
    """Decode the first document into what JSON can hold; None where there is none. Raises GoYamlError.

    Mappings have `Key` keys; those that are no text can't name a field.
    """
    node = compose(text)
    if node is None:
        return None
    found = _run(_Decoder().value(node))
    _require_json(found)
    return found


def _require_json(found: Any) -> None:
    """Refuse what sigs.k8s.io/yaml and encoding/json can't convert: keys, floats, depth."""
    waiting: list[tuple[Any, int]] = [(found, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, float) and not math.isfinite(value):
            raise GoYamlError("json: unsupported value")
        if not isinstance(value, list | dict):
            continue
        if depth > MAX_DEPTH:
            raise GoYamlError("exceeded max depth")
        if isinstance(value, dict):
            for key in value:
                if isinstance(key, tuple) and (key[0] == "NoneType" or (key[0] == "int" and _unsigned(key[1]))):
                    raise GoYamlError("unsupported map key")
            value = value.values()
        waiting.extend((child, depth + 1) for child in value)


def _unsigned(value: object) -> bool:
    return isinstance(value, int) and value >= 2**63


def decode_texts(text: str) -> tuple[list[str], list[str]]:
    """Decode into []string without JSON between: the raw text of every scalar, and what went wrong.

    An element of another type is left out. A failure half way leaves what is decoded, and an empty text for every
    other element.
    """
    try:
        node = compose(text)
    except GoYamlError as error:
        return [], [str(error)]
    if node is None or (node.kind == "scalar" and _is_null(node)):
        return [], []
    if node.kind != "sequence":
        return [], ["not a list"]
    decoder, found, said = _Decoder(), list[str](), list[str]()
    decoder.count()
    try:
        for text_or_none in (_text(decoder, child) for child in node.children):
            if text_or_none is None:
                said.append("an element is no text, and left out")
            else:
                found.append(text_or_none)
    except GoYamlError as error:
        return found + [""] * (len(node.children) - len(found)), [*said, str(error)]
    return found, said


def _is_null(node: Node) -> bool:
    try:
        return scalar(node.tag, node.text, implicit=node.implicit)[1] is None
    except GoYamlError:
        return False


def _text(decoder: _Decoder, node: Node) -> str | None:
    decoder.count()
    if node.kind == "alias":
        found = _text(decoder, decoder.follow(node))  # an anchor is never an alias: one level
        decoder.leave(node)
        return found
    if node.kind != "scalar":
        return None
    tag, value = scalar(node.tag, node.text, implicit=node.implicit)
    if value is None:
        return ""
    return str(value) if tag == BINARY else node.text


def children_of(value: Any) -> Iterator[tuple[str, Any]]:
    """Text keys of a mapping with their values, as encoding/json writes them: in byte order."""
    texts = [(key, each) for key, each in value.items() if isinstance(key, str)]
    yield from sorted(texts, key=lambda pair: pair[0].encode("utf-8", "surrogateescape"))
