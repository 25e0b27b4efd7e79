"""The plugin's comparison: the live object, pruned to what the program had written, against what it writes now.

Pruning hides the fields that the API server fills in and still shows what somebody else changed, once a refresh has
put the live object into the state.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sandbox.standins.differences import join
from sandbox.standins.kubernetes.rules import Kind, force_new
from sandbox.standins.resource import UNKNOWN, Diff

AUTONAMED: Final = "pulumi.com/autonamed"
READ_ONLY_METADATA: Final = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)
_MISSING: Final = object()


def compare(
    kind: Kind,
    old_inputs: Mapping[str, Any],
    live: Mapping[str, Any],
    news: Mapping[str, Any],
    *,
    config_map_mutable: bool = False,
    secret_mutable: bool = False,
) -> Diff:
    """Tell what an update to `news` would change and whether it would replace the object."""
    shape = _folded(kind, old_inputs)
    before = _comparable(kind, prune(live, shape) if live else shape)
    after = _comparable(kind, _folded(kind, news))
    changed = tuple(sorted(differing("", before, after)))
    forcing = force_new(kind, news, config_map_mutable, secret_mutable)
    replaces = tuple(path for path in changed if any(_within(path, force) for force in forcing))
    return Diff(changed, replaces, bool(replaces) and _same_place(before, after))


def prune(live: Any, shape: Any) -> Any:
    """Cut the live value down to the fields that the shape has, lists item by item."""
    if isinstance(live, Mapping) and isinstance(shape, Mapping):
        return {key: prune(live[key], shape[key]) for key in shape if key in live}
    if isinstance(live, list) and isinstance(shape, list):
        return [prune(item, shape[index]) if index < len(shape) else item for index, item in enumerate(live)]
    return live


def differing(path: str, before: Any, after: Any) -> Iterator[str]:
    """Yield the deepest paths at which two values differ. What isn't known yet differs from everything."""
    if after is UNKNOWN:
        yield path
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in before.keys() | after.keys():
            yield from differing(join(path, key), before.get(key, _MISSING), after.get(key, _MISSING))
    elif isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            yield from differing(join(path, index), _item(before, index), _item(after, index))
    elif before != after and not (_empty(before) and _empty(after)):
        yield path


def is_autonamed(value: Mapping[str, Any]) -> bool:
    """Whether the name was made up by the provider and not given by the program."""
    annotations = metadata(value).get("annotations")
    return isinstance(annotations, Mapping) and annotations.get(AUTONAMED) == "true"


def metadata(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the object's metadata; empty when there is none or it isn't known yet."""
    found = value.get("metadata")
    return found if isinstance(found, Mapping) else {}


def without_read_only(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the object without what only the API server writes."""
    result = {key: item for key, item in value.items() if not key.startswith("__") and key != "status"}
    if isinstance(result.get("metadata"), Mapping):
        result["metadata"] = {key: item for key, item in result["metadata"].items() if key not in READ_ONLY_METADATA}
    return result


def _comparable(kind: Kind, value: Mapping[str, Any]) -> dict[str, Any]:
    """Nulls, read-only fields and the ways to write the same thing are not differences."""
    result: dict[str, Any] = _without_nulls(without_read_only(value))
    result["apiVersion"], result["kind"] = kind.api_version, kind.name
    if isinstance(result.get("metadata", {}), dict):
        meta = dict(result.get("metadata", {}))
        meta.pop("namespace", None) if kind.cluster_scoped else meta.setdefault("namespace", "default")
        result["metadata"] = meta
    return result


def _folded(kind: Kind, value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a Secret's `stringData` as the `data` that the API server makes of it; other kinds as they are."""
    texts = value.get("stringData")
    if (kind.group, kind.name) != ("", "Secret") or not isinstance(texts, Mapping):
        return value
    encoded = {
        key: base64.b64encode(text.encode()).decode() if isinstance(text, str) else text for key, text in texts.items()
    }
    data = value.get("data")
    rest = {key: item for key, item in value.items() if key != "stringData"}
    return {**rest, "data": {**data, **encoded} if isinstance(data, Mapping) else encoded}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def _within(path: str, force: str) -> bool:
    """Whether a change at `path` touches the forcing path: at it, below it, or above it (all of `metadata` unknown)."""
    return path == force or path.startswith((f"{force}.", f"{force}[")) or force.startswith(f"{path}.")


def _same_place(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether the replacement would collide with the object it replaces, so that this one must go first."""
    if is_autonamed(after):
        return False
    return all(metadata(before).get(key) == metadata(after).get(key) for key in ("name", "namespace"))


def _item(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else _MISSING


def _empty(value: Any) -> bool:
    return value is _MISSING or (isinstance(value, Mapping | list) and not value)
