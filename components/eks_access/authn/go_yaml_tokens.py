"""Tokens as go-yaml v2 makes them, for PyYAML's parser, which is the same state machine but for two states.

Source: go.yaml.in/yaml/v2 v2.4.3, ``scannerc.go`` up to ``yaml_parser_scan_to_next_token``, and ``parserc.go``.
PyYAML's own scanner knows no tabs, takes ``%YAML 1.2``, and finds and forgets simple keys at other moments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from yaml import tokens
from yaml.parser import Parser

from .go_yaml_scalars import scan_anchor, scan_block_scalar, scan_directive, scan_plain, scan_quoted, scan_tag
from .go_yaml_text import BREAKS, GAPS, Cursor, GoYamlError

MAX_DEPTH = 10_000
"""``max_flow_level`` and ``max_indents``."""
_KEY_LENGTH = 1024
_NOT_PLAIN = GAPS + "-?:,[]{}#&*!|>'\"%@`"


@dataclass(slots=True)
class _Key:
    """A place where a simple key may start (``yaml_simple_key_t``)."""

    possible: bool = False
    required: bool = False
    number: int = 0
    pos: int = 0
    line: int = 0
    column: int = 0


class GoScanner:
    """The token queue."""

    def __init__(self, text: str) -> None:
        self._cursor = Cursor(text)
        self._queue: list[tokens.Token] = [tokens.StreamStartToken(None, None)]
        self._taken = 0
        self._ended = False
        self._available = False
        self._indent = -1
        self._indents: list[int] = []
        self._flow = 0
        self._key_allowed = True
        self._keys = [_Key()]
        self._key_at: dict[int, int] = {}

    # what the parser asks for

    def check_token(self, *kinds: type) -> bool:
        """Whether the next token is of one of these kinds."""
        if not self._available:
            self._fill()
        return not kinds or isinstance(self._queue[0], kinds)

    def peek_token(self) -> Any:
        """Look at the next token."""
        if not self._available:
            self._fill()
        return self._queue[0]

    def get_token(self) -> Any:
        """Take the next token."""
        token = self.peek_token()
        self._available = False
        self._taken += 1
        self._queue.pop(0)
        return token

    def _fill(self) -> None:
        while True:
            if self._queue:
                at = self._key_at.get(self._taken)
                if at is None:
                    break
                if at >= len(self._keys):  # go-yaml panics here
                    raise GoYamlError("index out of range")
                if not self._still_possible(self._keys[at]):
                    break
            if self._ended:
                raise GoYamlError("attempted to go past the end of stream")
            self._fetch()
        self._available = True

    # simple keys

    def _still_possible(self, key: _Key) -> bool:
        if not key.possible:
            return False
        if key.line < self._cursor.line or key.pos + _KEY_LENGTH < self._cursor.pos:
            if key.required:
                raise GoYamlError("could not find expected ':'")
            key.possible = False
        return key.possible

    def _save_key(self) -> None:
        if not self._key_allowed:
            return
        cursor = self._cursor
        required = not self._flow and self._indent == cursor.column
        key = _Key(True, required, self._taken + len(self._queue), cursor.pos, cursor.line, cursor.column)
        self._remove_key()
        self._keys[-1] = key
        self._key_at[key.number] = len(self._keys) - 1

    def _remove_key(self) -> None:
        key = self._keys[-1]
        if key.possible:
            if key.required:
                raise GoYamlError("could not find expected ':'")
            key.possible = False
            self._key_at.pop(key.number, None)

    # the queue and the indentation

    def _insert(self, at: int, token: tokens.Token) -> None:
        if at < 0:
            self._queue.append(token)
        else:
            self._queue.insert(at, token)

    def _put(self, kind: Callable[[Any, Any], tokens.Token], width: int = 0) -> None:
        self._cursor.skip(width)
        self._queue.append(kind(None, None))

    def _roll(self, column: int, number: int, kind: Callable[[Any, Any], tokens.Token]) -> None:
        if self._flow or self._indent >= column:
            return
        self._indents.append(self._indent)
        self._indent = column
        if len(self._indents) > MAX_DEPTH:
            raise GoYamlError(f"exceeded max depth of {MAX_DEPTH}")
        self._insert(number - self._taken if number > -1 else number, kind(None, None))

    def _unroll(self, column: int) -> None:
        while not self._flow and self._indent > column:
            self._queue.append(tokens.BlockEndToken(None, None))
            self._indent = self._indents.pop()

    # one token more

    def _fetch(self) -> None:
        cursor = self._cursor
        cursor.need(1)
        self._skip_to_token()
        self._unroll(cursor.column)
        cursor.need(4)
        found = cursor.peek()
        spaced = cursor.peek(1) in GAPS
        if found == "\0":
            self._end()
        elif found == "%" and cursor.column == 0:
            self._document_part(self._directive)
        elif cursor.starts("---"):
            self._document_part(lambda: self._put(tokens.DocumentStartToken, 3))
        elif cursor.starts("..."):
            self._document_part(lambda: self._put(tokens.DocumentEndToken, 3))
        elif found in "[{":
            self._flow_start(tokens.FlowSequenceStartToken if found == "[" else tokens.FlowMappingStartToken)
        elif found in "]}":
            self._flow_end(tokens.FlowSequenceEndToken if found == "]" else tokens.FlowMappingEndToken)
        elif found == ",":
            self._remove_key()
            self._key_allowed = True
            self._put(tokens.FlowEntryToken, 1)
        elif found == "-" and spaced:
            self._entry()
        elif found == "?" and (self._flow or spaced):
            self._explicit_key()
        elif found == ":" and (self._flow or spaced):
            self._value()
        elif found in "|>" and not self._flow:
            self._remove_key()
            self._key_allowed = True
            self._scalar(scan_block_scalar(cursor, self._indent, literal=found == "|"), plain=False)
        elif found in "*&!'\"":
            self._property_or_quoted(found)
        elif (
            found not in _NOT_PLAIN or (found == "-" and cursor.peek(1) not in " \t") or self._odd_plain(found, spaced)
        ):
            self._save_key()
            self._key_allowed = False
            said, broken = scan_plain(cursor, self._indent, flow=bool(self._flow))
            self._scalar(said, plain=True)
            self._key_allowed = broken
        else:
            raise GoYamlError("found character that cannot start any token")

    def _odd_plain(self, found: str, spaced: bool) -> bool:
        return not self._flow and found in "?:" and not spaced

    def _skip_to_token(self) -> None:
        cursor = self._cursor
        while True:
            cursor.need(1)
            if cursor.at_mark():
                cursor.skip()
            cursor.need(1)
            while cursor.peek() == " " or (cursor.peek() == "\t" and (self._flow or not self._key_allowed)):
                cursor.skip()
                cursor.need(1)
            cursor.skip_comment()
            if cursor.peek() not in BREAKS:
                return
            cursor.need(2)
            cursor.line_break()
            if not self._flow:
                self._key_allowed = True

    def _end(self) -> None:
        cursor = self._cursor
        if cursor.column:
            cursor.column = 0
            cursor.line += 1
        self._document_part(lambda: self._put(tokens.StreamEndToken))
        self._ended = True

    def _document_part(self, put: Callable[[], None]) -> None:
        self._unroll(-1)
        self._remove_key()
        self._key_allowed = False
        put()

    def _directive(self) -> None:
        name, value = scan_directive(self._cursor)
        self._queue.append(tokens.DirectiveToken(name, value, None, None))

    def _scalar(self, said: str, *, plain: bool) -> None:
        self._queue.append(tokens.ScalarToken(said, plain, None, None))

    def _property_or_quoted(self, found: str) -> None:
        self._save_key()
        self._key_allowed = False
        if found == "*":
            self._queue.append(tokens.AliasToken(scan_anchor(self._cursor), None, None))
        elif found == "&":
            self._queue.append(tokens.AnchorToken(scan_anchor(self._cursor), None, None))
        elif found == "!":
            self._queue.append(tokens.TagToken(scan_tag(self._cursor), None, None))
        else:
            self._scalar(scan_quoted(self._cursor), plain=False)

    def _flow_start(self, kind: Callable[[Any, Any], tokens.Token]) -> None:
        self._save_key()
        self._keys.append(_Key(number=self._taken + len(self._queue)))
        self._flow += 1
        if self._flow > MAX_DEPTH:
            raise GoYamlError(f"exceeded max depth of {MAX_DEPTH}")
        self._key_allowed = True
        self._put(kind, 1)

    def _flow_end(self, kind: Callable[[Any, Any], tokens.Token]) -> None:
        self._remove_key()
        if self._flow:
            self._flow -= 1
            # This forgets the bracket itself where nothing was saved inside of it: `[]: x` is no key for go-yaml.
            self._key_at.pop(self._keys.pop().number, None)
        self._key_allowed = False
        self._put(kind, 1)

    def _entry(self) -> None:
        if not self._flow:
            if not self._key_allowed:
                raise GoYamlError("block sequence entries are not allowed in this context")
            self._roll(self._cursor.column, -1, tokens.BlockSequenceStartToken)
        self._remove_key()
        self._key_allowed = True
        self._put(tokens.BlockEntryToken, 1)

    def _explicit_key(self) -> None:
        if not self._flow:
            if not self._key_allowed:
                raise GoYamlError("mapping keys are not allowed in this context")
            self._roll(self._cursor.column, -1, tokens.BlockMappingStartToken)
        self._remove_key()
        self._key_allowed = not self._flow
        self._put(tokens.KeyToken, 1)

    def _value(self) -> None:
        key = self._keys[-1]
        if self._still_possible(key):
            self._insert(key.number - self._taken, tokens.KeyToken(None, None))
            self._roll(key.column, key.number, tokens.BlockMappingStartToken)
            key.possible = False
            self._key_at.pop(key.number, None)
            self._key_allowed = False
        else:
            if not self._flow:
                if not self._key_allowed:
                    raise GoYamlError("mapping values are not allowed in this context")
                self._roll(self._cursor.column, -1, tokens.BlockMappingStartToken)
            self._key_allowed = not self._flow
        self._put(tokens.ValueToken, 1)


class GoParser(GoScanner, Parser):
    """Events as go-yaml's parser makes them."""

    def __init__(self, text: str) -> None:
        GoScanner.__init__(self, text)
        Parser.__init__(self)

    def process_directives(self) -> Any:
        """Refuse every version but 1.1 (``yaml_parser_process_directives``)."""
        found = super().process_directives()  # type: ignore[no-untyped-call]
        if self.yaml_version not in (None, (1, 1)):
            raise GoYamlError("found incompatible YAML document")
        return found

    def parse_flow_sequence_entry_mapping_key(self) -> Any:
        """Lose the token behind an empty ``?``, as ``yaml_parser_parse_flow_sequence_entry_mapping_key`` does."""
        self.get_token()
        if not self.check_token(tokens.ValueToken, tokens.FlowEntryToken, tokens.FlowSequenceEndToken):
            self.states.append(self.parse_flow_sequence_entry_mapping_value)
            return self.parse_flow_node()  # type: ignore[no-untyped-call]
        self.get_token()
        self.state = self.parse_flow_sequence_entry_mapping_value
        return self.process_empty_scalar(None)
