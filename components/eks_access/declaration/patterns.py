"""What the patterns of the models mean in words; the words stand beside each pattern, in the JSON Schema too."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from .models import Declaration

_NAMED = ("properties", "patternProperties", "$defs")


@cache
def pattern_words() -> dict[str, str]:
    """Return what each pattern of the models means in words."""
    words: dict[str, str] = {}
    for part in objects(Declaration.model_json_schema()):
        told = part.get("patternErrorMessage") or part.get("propertyNames", {}).get("patternErrorMessage")
        for pattern in (part.get("pattern"), *part.get("patternProperties", {})):
            if pattern and told:
                words[pattern] = told
    return words


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Walk every schema of a JSON Schema, outermost first; maps from name to schema are no schemas themselves."""
    if isinstance(schema, dict):
        yield schema
        for key, inner in schema.items():
            named = key in _NAMED and isinstance(inner, dict)
            yield from objects(list(inner.values()) if named else inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from objects(inner)
