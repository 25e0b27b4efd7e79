"""Texts as pulumi-eks's JavaScript writes them: JSON with its keys in order, YAML by js-yaml's rules.

They go into resources' inputs (aws-auth, user data, add-ons' settings), where another layout would be a difference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml

_WIDTH: Final = 80
_NEVER_FIRST: Final = set("-?:,[]{}#&*!|=>'\"%@`")
_OLD_BOOLEANS: Final = re.compile(r"(?:y|yes|on|n|no|off)$", re.IGNORECASE)
_OLD_BASE_60: Final = re.compile(r"[-+]?[0-9_]+(?::[0-9_]+)+(?:\.[0-9_]*)?$")
_NUMBER: Final = re.compile(
    r"[-+]?(?:0[box])?[0-9a-f_]*[0-9][0-9a-f_]*$|[-+]?[0-9_.]+(?:e[-+]?[0-9]+)?$", re.IGNORECASE
)
_RESOLVER: Final = yaml.SafeLoader("")


def whole(value: Any) -> Any:
    """Return numbers as JavaScript shows them: the wire has only floats, and 3.0 is written 3."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: whole(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [whole(item) for item in value]
    return value


def text(value: Any) -> str:
    """Return what a template literal shows of a value."""
    return str(value).lower() if isinstance(value, bool) else str(whole(value))


def json_text(value: Any) -> str:
    """Return compact JSON with its keys in order, so that the same values are the same text."""
    return json.dumps(whole(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def yaml_text(value: Any) -> str:
    """Return what js-yaml's `dump` writes for plain values."""
    return _node(whole(value), 0, compact=True) + "\n"


def _node(value: Any, level: int, *, compact: bool) -> str:
    if isinstance(value, Mapping):
        return _mapping(value, level, compact=compact) if value else "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _sequence(value, level, compact=compact) if value else "[]"
    if value is None:
        return "null"
    return _scalar(value, level) if isinstance(value, str) else text(value)


def _mapping(value: Mapping[str, Any], level: int, *, compact: bool) -> str:
    written = ""
    for key, item in value.items():
        written += _next_line(level) if written or not compact else ""
        body = _node(item, level + 1, compact=False)
        written += f"{_scalar(str(key), level, key=True)}:{'' if body.startswith(chr(10)) else ' '}{body}"
    return written


def _sequence(value: Sequence[Any], level: int, *, compact: bool) -> str:
    written = ""
    for item in value:
        written += _next_line(level) if written or not compact else ""
        written += f"- {_node(item, level + 1, compact=True)}"
    return written


def _next_line(level: int) -> str:
    return "\n" + "  " * level


def _scalar(value: str, level: int, *, key: bool = False) -> str:
    if value == "":
        return "''"
    if _OLD_BOOLEANS.match(value) or _OLD_BASE_60.match(value):
        return f"'{value}'"
    if not all(char.isprintable() or char == "\n" for char in value):
        return json.dumps(value, ensure_ascii=False)
    indent = "  " * max(1, level)
    width = max(_WIDTH // 2, _WIDTH - len(indent))
    if not key and "\n" in value:
        return _block("|", value, indent)
    if not key and len(value) > width and not value.startswith(" "):
        return f">-\n{indent}{_folded(value, width, indent)}"
    return value if _plain(value) else "'" + value.replace("'", "''") + "'"


def _plain(value: str) -> bool:
    if value[0].isspace() or value[0] in _NEVER_FIRST or value[-1].isspace() or value[-1] == ":":
        return False
    if ": " in value or " #" in value or _NUMBER.match(value):
        return False
    implied: object = _RESOLVER.resolve(yaml.ScalarNode, value, (True, False))  # type: ignore[no-untyped-call]
    return implied == "tag:yaml.org,2002:str"


def _block(style: str, value: str, indent: str) -> str:
    chomp = "" if value.endswith("\n") else "-"
    lines = value.removesuffix("\n").split("\n")
    return f"{style}{chomp}\n" + "\n".join(indent + line if line else "" for line in lines)


def _folded(line: str, width: int, indent: str) -> str:
    """Break a line at the last space before it gets too wide; what has no space stays whole."""
    lines, start, current = [], 0, 0
    for match in re.finditer(r" [^ ]", line):
        if match.start() - start > width:
            end = current if current > start else match.start()
            lines.append(line[start:end])
            start = end + 1
        current = match.start()
    if len(line) - start > width and current > start:
        lines.append(line[start:current])
        start = current + 1
    return f"\n{indent}".join([*lines, line[start:]])
