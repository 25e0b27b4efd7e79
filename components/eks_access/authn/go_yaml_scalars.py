"""Scalars, anchors, tags and directives as go-yaml v2 scans them.

Source: go.yaml.in/yaml/v2 v2.4.3, ``scannerc.go`` from ``yaml_parser_scan_directive`` on.
"""

from __future__ import annotations

import re

from .go_yaml_text import BLANKS, BREAKS, ENDS, GAPS, Cursor, GoYamlError

_WORD = re.compile(r"[0-9A-Za-z_-]+")
_DIGITS = re.compile(r"[0-9]+")
_URI = re.compile(r"[0-9A-Za-z_\-;/?:@&=+$,.!~*'()\[\]]+")
_ESCAPED_OCTET = re.compile(r"%[0-9A-Fa-f]{2}")
_PLAIN_IN_BLOCK = re.compile(f"(?:[^:{GAPS}]|:(?![{GAPS}]))+")
_PLAIN_IN_FLOW = re.compile(rf"(?:[^:,?\[\]{{}}{GAPS}]|:(?![{GAPS}]))+")
_IN_SINGLE = re.compile(f"[^'{GAPS}]+")
_IN_DOUBLE = re.compile(rf'[^"\\{GAPS}]+')
_LINE = re.compile(f"[^{ENDS}]+")
_ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    '"': '"',
    "'": "'",
    "\\": "\\",  # no "/", which YAML 1.2 has
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
_CODES = {"x": 2, "u": 4, "U": 8}


def scan_directive(cursor: Cursor) -> tuple[str, tuple[int, int] | tuple[str, str]]:
    """Scan ``%YAML`` or ``%TAG``; there are no others."""
    cursor.skip()
    cursor.need(1)
    name = cursor.run(_WORD)
    cursor.need(1)
    if not name or cursor.peek() not in GAPS:
        raise GoYamlError("could not find expected directive name")
    value: tuple[int, int] | tuple[str, str]
    cursor.skip_blanks()
    if name == "YAML":
        major = _version_number(cursor)
        if cursor.peek() != ".":
            raise GoYamlError("did not find expected digit or '.' character")
        cursor.skip()
        value = (major, _version_number(cursor))
    elif name == "TAG":
        handle = _tag_handle(cursor, directive=True)
        cursor.need(1)
        if cursor.peek() not in BLANKS:
            raise GoYamlError("did not find expected whitespace")
        cursor.skip_blanks()
        value = (handle, _tag_uri(cursor, ""))
        cursor.need(1)
        if cursor.peek() not in GAPS:
            raise GoYamlError("did not find expected whitespace or line break")
    else:
        raise GoYamlError("found unknown directive name")
    cursor.finish_line("while scanning a directive")
    return name, value


def _version_number(cursor: Cursor) -> int:
    cursor.need(1)
    digits = cursor.run(_DIGITS)
    cursor.need(1)
    if not 1 <= len(digits) <= 2:
        raise GoYamlError("did not find expected version number")
    return int(digits)


def scan_anchor(cursor: Cursor) -> str:
    """Scan the name of an anchor or alias."""
    cursor.skip()
    cursor.need(1)
    name = cursor.run(_WORD)
    cursor.need(1)
    if not name or cursor.peek() not in GAPS + "?:,]}%@`":
        raise GoYamlError("did not find expected alphabetic or numeric character")
    return name


def scan_tag(cursor: Cursor) -> tuple[str | None, str]:
    """Scan a tag into its handle (None for none) and suffix."""
    cursor.need(2)
    handle: str | None
    if cursor.peek(1) == "<":
        cursor.skip(2)
        handle, suffix = None, _tag_uri(cursor, "")
        if cursor.peek() != ">":
            raise GoYamlError("did not find the expected '>'")
        cursor.skip()
    else:
        handle = _tag_handle(cursor, directive=False)
        if len(handle) > 1 and handle.endswith("!"):
            suffix = _tag_uri(cursor, "")
        else:
            suffix = _tag_uri(cursor, handle)
            handle, suffix = ("!", suffix) if suffix else (None, "!")
    cursor.need(1)
    if cursor.peek() not in GAPS:
        raise GoYamlError("did not find expected whitespace or line break after a tag")
    return handle, suffix


def _tag_handle(cursor: Cursor, *, directive: bool) -> str:
    cursor.need(1)
    if cursor.peek() != "!":
        raise GoYamlError("did not find expected '!'")
    cursor.skip()
    cursor.need(1)
    handle = "!" + cursor.run(_WORD)
    cursor.need(1)
    if cursor.peek() == "!":
        cursor.skip()
        return handle + "!"
    if directive and handle != "!":
        raise GoYamlError("did not find expected '!'")
    return handle


def _tag_uri(cursor: Cursor, head: str) -> str:
    found = [head[1:].encode()]
    cursor.need(1)
    while True:
        taken = cursor.run(_URI)
        cursor.need(1)
        if cursor.peek() == "%":
            found.append(_escaped_character(cursor))
        elif taken:
            found.append(taken.encode())
            continue
        else:
            break
        found.insert(-1, taken.encode())
    if not head and not any(found):
        raise GoYamlError("did not find expected tag URI")
    return b"".join(found).decode("utf-8", "surrogateescape")


def _escaped_character(cursor: Cursor) -> bytes:
    octets, width = b"", 1
    while len(octets) < width:
        cursor.need(3)
        octet = cursor.run(_ESCAPED_OCTET)
        if not octet:
            raise GoYamlError("did not find URI escaped octet")
        value = int(octet[1:], 16)
        if not octets:
            width = 1 if value < 0x80 else 2 if value & 0xE0 == 0xC0 else 3 if value & 0xF0 == 0xE0 else 4
            if value >= 0xF8 or 0x80 <= value < 0xC0:
                raise GoYamlError("found an incorrect leading UTF-8 octet")
        elif value & 0xC0 != 0x80:
            raise GoYamlError("found an incorrect trailing UTF-8 octet")
        octets += bytes((value,))
    return octets


def scan_block_scalar(cursor: Cursor, parent: int, *, literal: bool) -> str:
    """Scan what follows ``|`` or ``>``; `parent` is the indentation around it."""
    cursor.skip()
    keep, increment = _block_header(cursor)
    cursor.finish_line("while scanning a block scalar")
    indent = max(parent, 0) + increment if increment else 0
    said: list[str] = []
    line_break, after_blank = "", False
    indent, breaks = _block_breaks(cursor, indent, parent)
    cursor.need(1)
    while cursor.column == indent and cursor.peek() != "\0":
        blank = cursor.peek() in BLANKS
        if not literal and not after_blank and not blank and line_break == "\n":
            said.append("" if breaks else " ")
        else:
            said.append(line_break)
        said.append(breaks)
        after_blank = blank
        said.append(cursor.run(_LINE))
        cursor.need(2)
        line_break = cursor.line_break()
        indent, breaks = _block_breaks(cursor, indent, parent)
    return "".join(said) + (line_break if keep >= 0 else "") + (breaks if keep > 0 else "")


def _block_header(cursor: Cursor) -> tuple[int, int]:
    keep = increment = 0
    for _ in range(2):
        cursor.need(1)
        found = cursor.peek()
        if found in "+-" and not keep:
            keep = 1 if found == "+" else -1
        elif found in "0123456789" and not increment:
            increment = int(found)
            if not increment:
                raise GoYamlError("found an indentation indicator equal to 0")
        else:
            break
        cursor.skip()
    return keep, increment


def _block_breaks(cursor: Cursor, indent: int, parent: int) -> tuple[int, str]:
    breaks, deepest = "", 0
    while True:
        cursor.need(1)
        while (not indent or cursor.column < indent) and cursor.peek() == " ":
            cursor.skip()
            cursor.need(1)
        deepest = max(deepest, cursor.column)
        if (not indent or cursor.column < indent) and cursor.peek() == "\t":
            raise GoYamlError("found a tab character where an indentation space is expected")
        if cursor.peek() not in BREAKS:
            return indent or max(deepest, parent + 1, 1), breaks
        cursor.need(2)
        breaks += cursor.line_break()


def scan_quoted(cursor: Cursor) -> str:
    """Scan a single- or double-quoted scalar."""
    quote = cursor.peek()
    cursor.skip()
    said: list[str] = []
    while True:
        cursor.need(4)
        if cursor.starts("---") or cursor.starts("..."):
            raise GoYamlError("found unexpected document indicator")
        if cursor.peek() == "\0":
            raise GoYamlError("found unexpected end of stream")
        broken = _quoted_word(cursor, quote, said)
        cursor.need(1)
        if cursor.peek() == quote:
            cursor.skip()
            return "".join(said)
        said.append(_fold(*_gap(cursor, broken=broken)))


def _quoted_word(cursor: Cursor, quote: str, said: list[str]) -> bool:
    """Scan up to a blank or the quote; whether it ended with an escaped line break."""
    while (found := cursor.peek()) not in GAPS:
        if found == quote:
            if quote == '"' or cursor.peek(1) != "'":
                return False
            cursor.skip(2)
            said.append("'")
        elif found == "\\" and quote == '"':
            if cursor.peek(1) in BREAKS:
                cursor.need(3)
                cursor.skip()
                cursor.line_break()
                return True
            said.append(_escape(cursor))
        else:
            said.append(cursor.run(_IN_SINGLE if quote == "'" else _IN_DOUBLE))
        cursor.need(2)
    return False


def _escape(cursor: Cursor) -> str:
    code = cursor.peek(1)
    if code not in _ESCAPES and code not in _CODES:
        raise GoYamlError("found unknown escape character")
    cursor.skip(2)
    if code in _ESCAPES:
        return _ESCAPES[code]
    length = _CODES[code]
    cursor.need(length)
    digits = "".join(cursor.peek(ahead) for ahead in range(length))
    if not re.fullmatch("[0-9A-Fa-f]+", digits):
        raise GoYamlError("did not find expected hexdecimal number")
    value = int(digits, 16)
    if 0xD800 <= value <= 0xDFFF or value > 0x10FFFF:
        raise GoYamlError("found invalid Unicode character escape code")
    cursor.skip(length)
    return chr(value)


def _gap(cursor: Cursor, *, broken: bool, indent: int | None = None) -> tuple[bool, str, str, str]:
    """Take blanks and breaks: whether there was a break, the blanks before it, the first break, the others."""
    blanks = first = others = ""
    while (found := cursor.peek()) in GAPS and found != "\0":
        if found in BLANKS:
            if broken and indent is not None and cursor.column < indent and found == "\t":
                raise GoYamlError("found a tab character that violates indentation")
            if not broken:
                blanks += found
            cursor.skip()
        else:
            cursor.need(2)
            if broken:
                others += cursor.line_break()
            else:
                blanks, first, broken = "", cursor.line_break(), True
        cursor.need(1)
    return broken, blanks, first, others


def _fold(broken: bool, blanks: str, first: str, others: str) -> str:
    if not broken:
        return blanks
    if first == "\n":
        return others or " "
    return first + others


def scan_plain(cursor: Cursor, parent: int, *, flow: bool) -> tuple[str, bool]:
    """Scan a plain scalar; also whether it ended behind a line break."""
    said: list[str] = []
    gap: tuple[bool, str, str, str] = (False, "", "", "")
    while True:
        cursor.need(4)
        if cursor.starts("---") or cursor.starts("...") or cursor.peek() == "#":
            break
        if word := cursor.run(_PLAIN_IN_FLOW if flow else _PLAIN_IN_BLOCK):
            said += (_fold(*gap), word)
            gap = (False, "", "", "")
            cursor.need(2)
        if cursor.peek() == "\0" or cursor.peek() not in GAPS:
            break
        cursor.need(1)
        gap = _gap(cursor, broken=False, indent=parent + 1)
        if not flow and cursor.column < parent + 1:
            break
    return "".join(said), gap[0]
