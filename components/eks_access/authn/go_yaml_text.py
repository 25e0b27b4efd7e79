"""Text as go-yaml v2's reader hands it out: in blocks, with its idea of characters, blanks and line breaks.

Source: go.yaml.in/yaml/v2 v2.4.3, ``readerc.go`` and ``yamlprivateh.go``.
"""

from __future__ import annotations

import re

BREAKS = "\r\n\x85\u2028\u2029"
BLANKS = " \t"
ENDS = BREAKS + "\0"
"""What ends a line (``is_breakz``)."""
GAPS = BLANKS + ENDS
"""What ends a word (``is_blankz``)."""
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BLOCK = 512
"""Bytes that are read at once (``input_raw_buffer_size``): a forbidden character is found as early as its block."""
_BYTE_ORDER_MARK = "\ufeff"


class GoYamlError(ValueError):
    """What go-yaml refuses, and with it the whole text."""


class Cursor:
    """A place in a text, and what has been read of it so far."""

    def __init__(self, text: str) -> None:
        text = text or "\n"
        forbidden = _FORBIDDEN.search(text)
        self._forbidden = forbidden.start() if forbidden else len(text)
        self._size = len(text)
        self._ends = _block_ends(text)
        self._read = 0
        self._text = text + "\0" * 16
        self.pos = 1 if text.startswith(_BYTE_ORDER_MARK) else 0
        self.line = 0
        self.column = 0
        self._buffer_start = self.pos

    def need(self, count: int) -> None:
        """Read on until this many characters lie ahead (``yaml_parser_update_buffer``)."""
        if self.pos + count <= self._read:
            return
        self._buffer_start = self.pos
        while self._read - self.pos < count:
            if not self._ends:
                self._read += 1  # the NUL behind the end
                return
            self._read = self._ends.pop()
            if self._forbidden < self._read and self._forbidden < self._size:
                raise GoYamlError("control characters are not allowed")

    def peek(self, ahead: int = 0) -> str:
        """Look at a character; NUL behind the end."""
        at = self.pos + ahead
        return self._text[at] if at < len(self._text) else "\0"

    def starts(self, marker: str) -> bool:
        """Whether a document indicator stands here, at the start of a line."""
        return self.column == 0 and self._text.startswith(marker, self.pos) and self.peek(len(marker)) in GAPS

    def at_mark(self) -> bool:
        """Whether go-yaml believes to stand at a byte order mark: it looks at the start of its buffer instead."""
        return self.column == 0 and self._text[self._buffer_start] == _BYTE_ORDER_MARK

    def skip(self, count: int = 1) -> None:
        """Go on, within the line."""
        self.pos += count
        self.column += count

    def run(self, pattern: re.Pattern[str]) -> str:
        """Take what matches here, which may be nothing."""
        found = pattern.match(self._text, self.pos)
        taken = found.group() if found else ""
        self.skip(len(taken))
        return taken

    def line_break(self) -> str:
        """Take a line break as it is kept: LS and PS stay, all others are a line feed (``read_line``)."""
        found = self.peek()
        if found not in BREAKS:
            return ""
        self.pos += 2 if found == "\r" and self.peek(1) == "\n" else 1
        self.column = 0
        self.line += 1
        return found if found in "\u2028\u2029" else "\n"

    def skip_blanks(self) -> None:
        """Go past spaces and tabs."""
        self.need(1)
        while self.peek() in BLANKS:
            self.skip()
            self.need(1)

    def skip_comment(self) -> None:
        """Go past a comment, up to the end of its line."""
        if self.peek() == "#":
            while self.peek() not in ENDS:
                self.skip()
                self.need(1)

    def finish_line(self, context: str) -> None:
        """Go past blanks and a comment to the next line; anything else is an error."""
        self.skip_blanks()
        self.skip_comment()
        if self.peek() not in ENDS:
            raise GoYamlError(f"{context}: did not find expected comment or line break")
        if self.peek() in BREAKS:
            self.need(2)
            self.line_break()


def _block_ends(text: str) -> list[int]:
    """Character positions at which blocks end, the last one first."""
    if text.isascii():
        ends = [*range(_BLOCK, len(text), _BLOCK), len(text)]
        return ends[::-1]
    raw, start, characters, ends = text.encode("utf-8", "surrogatepass"), 0, 0, []
    while start < len(raw):
        end = min(start + _BLOCK, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80:  # a character isn't torn
            end -= 1
        characters += len(raw[start:end].decode("utf-8", "surrogatepass"))
        ends.append(characters)
        start = end
    return ends[::-1]
