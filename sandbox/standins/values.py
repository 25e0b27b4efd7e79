"""Protobuf structs, as the engine sends them, to plain Python values and back.

The engine marks special values by a signature key inside an object, or by one well-known string for what is unknown.
Resources and outputs are flattened here to what a handler needs: an id, and a value that may be unknown or secret.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from google.protobuf import struct_pb2

from sandbox.standins.resource import UNKNOWN, Secret

Path = tuple[str | int, ...]

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET_MARK: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a signature
OUTPUT_MARK: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
RESOURCE_MARK: Final = "5cf8f73096256a8f31e491e813e4eb8e"
UNKNOWN_TEXTS: Final = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string: the one we send
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def decode(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Return a struct as a dict in which `Secret` and `UNKNOWN` stand where the engine had put its marks."""
    return {key: _decode_value(value) for key, value in struct.fields.items()}


def _decode_value(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _decode_object(value.struct_value)
    if kind == "list_value":
        return [_decode_value(item) for item in value.list_value.values]
    if kind == "string_value":
        return UNKNOWN if value.string_value in UNKNOWN_TEXTS else value.string_value
    if kind == "number_value":
        return int(value.number_value) if value.number_value.is_integer() else value.number_value
    if kind == "bool_value":
        return value.bool_value
    return None


def _decode_object(struct: struct_pb2.Struct) -> Any:
    fields = struct.fields
    signature = fields[SIGNATURE].string_value if SIGNATURE in fields else ""
    if signature == SECRET_MARK:
        return _secret(_decode_value(fields["value"]))
    if signature == OUTPUT_MARK:
        inner = _decode_value(fields["value"]) if "value" in fields else UNKNOWN
        return _secret(inner) if "secret" in fields and fields["secret"].bool_value else inner
    if signature == RESOURCE_MARK:
        reference = fields["id"].string_value if "id" in fields else fields["urn"].string_value
        return UNKNOWN if not reference or reference in UNKNOWN_TEXTS else reference
    return {key: _decode_value(value) for key, value in fields.items()}


def _secret(value: Any) -> Secret:
    """Secrets don't nest: a secret of a secret is one secret."""
    return value if isinstance(value, Secret) else Secret(value)


def encode(values: dict[str, Any]) -> struct_pb2.Struct:
    """Do the reverse of `decode`. Assets and archives pass through, since their signature key is kept."""
    struct = struct_pb2.Struct()
    for key, value in values.items():
        struct.fields[key].CopyFrom(_encode_value(value))
    return struct


def _encode_value(value: Any) -> struct_pb2.Value:
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if value is UNKNOWN:
        return struct_pb2.Value(string_value=UNKNOWN_TEXT)
    if isinstance(value, Secret):
        return struct_pb2.Value(struct_value=encode({SIGNATURE: SECRET_MARK, "value": value.value}))
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, int | float):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, dict):
        return struct_pb2.Value(struct_value=encode({str(key): item for key, item in value.items()}))
    if isinstance(value, list | tuple):
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[_encode_value(item) for item in value]))
    raise TypeError(f"a handler returned a {type(value).__name__}, which no Pulumi property can hold")


def reveal(value: Any) -> tuple[Any, frozenset[Path]]:
    """Return the value without its `Secret` wrappers, and the paths where they were."""
    paths: set[Path] = set()
    return _reveal(value, (), paths), frozenset(paths)


def _reveal(value: Any, path: Path, paths: set[Path]) -> Any:
    if isinstance(value, Secret):
        paths.add(path)
        return _reveal(value.value, path, set())
    if isinstance(value, dict):
        return {key: _reveal(item, (*path, key), paths) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_reveal(item, (*path, index), paths) for index, item in enumerate(value)]
    return value


def conceal(value: Any, paths: Iterable[Path]) -> Any:
    """Return the value with what lies at these paths wrapped as `Secret`. Paths that lead nowhere are passed over."""
    tree: dict[str | int, Any] = {}
    for path in paths:
        node = tree
        for step in path:
            node = node.setdefault(step, {})
        node[_HERE] = {}
    return _conceal(value, tree)


_HERE: Final = "\0here"


def _conceal(value: Any, tree: dict[str | int, Any]) -> Any:
    if not tree or isinstance(value, Secret):
        return value
    if _HERE in tree:
        return Secret(_reveal(value, (), set()))
    if isinstance(value, dict):
        return {key: _conceal(item, tree.get(key, {})) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_conceal(item, tree.get(index, {})) for index, item in enumerate(value)]
    return value


def is_known(value: Any) -> bool:
    """Whether no part of the value is UNKNOWN."""
    if value is UNKNOWN:
        return False
    if isinstance(value, Secret):
        return is_known(value.value)
    if isinstance(value, dict):
        return all(is_known(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(is_known(item) for item in value)
    return True


def changed_keys(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
    """Top-level properties that differ, in order. Something unknown always differs, internal (`__`) keys never do."""
    keys = (key for key in sorted(old.keys() | new.keys()) if not key.startswith("__"))
    return tuple(key for key in keys if not is_known(new.get(key)) or old.get(key) != new.get(key))


def parsed(value: Any) -> Any:
    """Return a provider setting that isn't a plain string: the SDKs send those as JSON text (`"true"`, `"[…]"`)."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
