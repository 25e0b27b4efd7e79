"""The declaration as JSON Schema, for completion and checks in editors.

``python -m eks_access.declaration.schema > stacks/access/declaration.schema.json``
"""

from __future__ import annotations

import json
import sys
from typing import Any

from .models import Declaration
from .patterns import objects

INCLUDE = {
    "description": "Other files of this declaration, by their paths relative to this one.",
    "type": "array",
    "items": {"type": "string", "minLength": 1, "pattern": r"^[^/\\]"},
    "default": [],
}


def json_schema() -> dict[str, Any]:
    """Return what a file under stacks/access may hold, as JSON Schema draft 2020-12."""
    inferred = Declaration.model_json_schema(by_alias=True)
    _tidy(inferred)
    definitions = inferred.pop("$defs")
    person = definitions["Person"]
    person["minProperties"] = person["maxProperties"] = 1
    properties = {"include": INCLUDE, **inferred.pop("properties")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **inferred,
        "title": "eks-access declaration",
        "properties": properties,
        "$defs": definitions,
    }


def schema_text() -> str:
    """Return the schema as the file that is committed."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _tidy(schema: dict[str, Any]) -> None:
    """Say what loading does: no key is left empty, and names that don't fit their pattern are refused."""
    for part in list(objects(schema)):
        options = part.get("anyOf", [])
        if {"type": "null"} in options:
            rest = [option for option in options if option != {"type": "null"}]
            del part["anyOf"], part["default"]
            part.update(rest[0] if len(rest) == 1 else {"anyOf": rest})
        if "patternProperties" in part:
            part["additionalProperties"] = False
        if isinstance(part.get("default"), dict) and part["default"]:
            del part["default"]
        if isinstance(part.get("title"), str):
            del part["title"]


if __name__ == "__main__":
    sys.stdout.write(schema_text())
