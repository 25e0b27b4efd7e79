"""Text as Go prints it, for messages that must read as the real components' do."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_SHORT = {
    '"': '\\"',
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}


def quote(text: str) -> str:
    """Quote as ``%q`` does (Go strconv.Quote)."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join(map(_escape, text)) + '"'


def quote_all(texts: Iterable[str]) -> str:
    """Quote a list as ``%q`` does: ``["a" "b"]``."""
    return "[" + " ".join(map(quote, texts)) + "]"


def _escape(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    point = ord(char)
    if char == " " or (unicodedata.category(char)[0] in "LMNPS"):
        return char
    if point < 0x80:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def aggregate(errors: Iterable[str]) -> str:
    """Join errors as apimachinery's Aggregate prints them: each once, in brackets where there are several."""
    different = list(dict.fromkeys(errors))
    return different[0] if len(different) == 1 else f"[{', '.join(different)}]"
