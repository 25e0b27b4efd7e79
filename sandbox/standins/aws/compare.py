"""When two values of a property mean the same, and what a refresh makes of a program's inputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox.standins.aws.spec import Props, Spec
from sandbox.standins.resource import UNKNOWN
from sandbox.standins.values import is_known


def as_document(value: Any) -> Any:
    """Return a JSON document as the text that is sent to AWS, however the program wrote it."""
    if value is UNKNOWN or value is None or isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":")) if is_known(value) else UNKNOWN


def same(spec: Spec, name: str, old: Any, new: Any) -> bool:
    """Whether a change from `old` to `new` is no change."""
    if not is_known(new):
        return False
    if new is None and name in spec.adopts:
        return True
    default = spec.defaults.get(name)
    before, after = (default if value is None else value for value in (old, new))
    return bool(_normal(spec, name, before) == _normal(spec, name, after))


def _normal(spec: Spec, path: str, value: Any) -> Any:
    if path in spec.documents:
        return meaning(value)
    if isinstance(value, Mapping):
        items = {key: _normal(spec, f"{path}.{key}", item) for key, item in value.items() if not key.startswith("__")}
        missing = (None, spec.defaults)
        return {
            key: item
            for key, item in items.items()
            if item is not None and item != spec.defaults.get(f"{path}.{key}", missing)
        } or None
    if isinstance(value, list | tuple):
        items_ = [_normal(spec, path, item) for item in value]
        return (sorted(items_, key=_rank) if path in spec.unordered else items_) or None
    return None if value == "" else value


def _rank(item: Any) -> str:
    """Order items whatever the order of their keys, which differs from one message to the next."""
    return json.dumps(item, sort_keys=True, default=repr)


def meaning(document: Any) -> Any:
    """Unwrap a document's one-element lists, as IAM reads them; a text that isn't JSON stands for itself."""
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except ValueError:
            return document
    return _unwrap(document)


def _unwrap(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _unwrap(item) for key, item in value.items()}
    if isinstance(value, list):
        items = sorted((_unwrap(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        return items[0] if len(items) == 1 else items
    return value


def live_inputs(spec: Spec, inputs: Props, live: Props, known: frozenset[str]) -> Props:
    """Return the inputs that describe what AWS has now.

    A refresh touches only what the program had set. An import starts from nothing and takes every input that isn't at
    its default.
    """
    if not inputs:
        found = {name: live.get(name) for name in sorted(known & spec.handled) if name != "region"}
        found["tags"] = live.get("tagsAll")
        return {
            name: value
            for name, value in found.items()
            if value not in (None, "") and not same(spec, name, None, value)
        }
    result = dict(inputs)
    for name in inputs:
        if name in spec.outputs and name in live and name != "region":
            seen = _as_written(inputs[name], live[name])
            result[name] = inputs[name] if same(spec, name, inputs[name], seen) else seen
    if spec.tags and live.get("tagsAll") != (inputs.get("tags") or {}):
        result["tags"] = live.get("tagsAll")
    return result


def _as_written(written: Any, live: Any) -> Any:
    """Return what AWS has, cut down to the keys that the program wrote: AWS fills in many more."""
    if isinstance(written, Mapping) and isinstance(live, Mapping):
        return {key: _as_written(item, live.get(key)) for key, item in written.items()}
    if isinstance(written, list) and isinstance(live, list) and len(written) == len(live):
        return [_as_written(one, other) for one, other in zip(written, live, strict=True)]
    return live
