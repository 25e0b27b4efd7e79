"""TOML as @iarna/toml writes it, for Bottlerocket's user data: tables with their keys in order."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from sandbox.standins.eks.texts import text, whole


def toml_text(document: Mapping[str, Any]) -> str:
    """Return a document of tables, strings, numbers, booleans and lists."""
    return _table("", "", whole(document))


def _table(prefix: str, indent: str, table: Mapping[str, Any]) -> str:
    present = sorted((key, value) for key, value in table.items() if value is not None)
    plain = [(key, value) for key, value in present if not isinstance(value, Mapping)]
    lines = [f"{indent}{_key(key)} = {_value(value)}" for key, value in plain]
    if lines:
        lines.append("")
    inner = f"{indent}  " if prefix and plain else ""
    for key, value in present:
        if isinstance(value, Mapping):
            name = f"{prefix}{_key(key)}"
            has_plain = any(item is not None and not isinstance(item, Mapping) for item in value.values())
            head = f"{inner}[{name}]\n" if has_plain else ""
            lines.append(head + _table(f"{name}.", inner, value))
    return "\n".join(lines)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[-A-Za-z0-9_]+", key) else json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return _list([_value(item) for item in value])
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:_}"
    return text(value)


def _list(items: list[str]) -> str:
    joined = ", ".join(items)
    if len(joined) > 60 or "\n" in joined:
        return "[\n  " + ",\n  ".join(items) + "\n]"
    return f"[ {joined} ]" if items else "[ ]"
