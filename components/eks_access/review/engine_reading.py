"""JSON of the engine → the resources that a stack has, or will have after the update that a preview shows.

Formats: https://www.pulumi.com/docs/iac/cli/commands/pulumi_stack_export/ (export),
github.com/pulumi/pulumi sdk/go/common/apitype (DeploymentV3, CheckpointV3, PreviewStep, the signature of secrets),
sdk/go/common/resource/plugin/rpc.go (UnknownStringValue).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .documents import Document

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What a preview shows for what only the update will tell."""
_UNKNOWNS = (
    UNKNOWN,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
)
"""The same for a text, a truth value, a number, a list, a map (sdk/go/common/resource/plugin/rpc.go)."""
_SIGNATURE, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
_HIDDEN = "[secret]"
_DELETES = ("delete", "delete-replaced", "discard", "discard-replaced", "remove-pending-replace", "read-discard")
_EXPORT = "give what `pulumi stack export` or `pulumi preview --json --show-sames` prints"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource, with what is known of it: of a state outputs before inputs, of a preview the other way round."""

    urn: str
    type: str
    values: Mapping[str, Any]
    inputs: Mapping[str, Any]
    provider: str = ""
    """URN of its provider."""
    parent: str = ""
    """URN of its parent."""
    custom: bool = True
    """Whether a provider makes it; a component only holds others."""
    needs: tuple[str, ...] = ()
    """URNs of its parent and of what it depends on."""

    @property
    def name(self) -> str:
        """Its name in the program."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What a stack holds."""

    document: Document
    by_urn: Mapping[str, Resource] = field(default_factory=dict)
    preview: bool = False

    def of(self, *types: str) -> Iterator[Resource]:
        """List the resources of some types."""
        for resource in self.by_urn.values():
            if resource.type in types:
                yield resource


def read_resources(document: Document) -> Resources:
    """Tell the three formats apart and read one.

    Raises:
        Refused: it is none of them, or a preview that leaves out what doesn't change.
    """
    content = document.content
    if not isinstance(content, Mapping):
        raise document.refused("", content, "a state is a map", _EXPORT)
    if isinstance(content.get("steps"), list):
        _refuse_half_a_preview(document, content)
        states = [
            step.get("newState")
            for step in document.maps(content["steps"], "steps")
            if step.get("op") not in _DELETES and step.get("newState") is not None
        ]
        return _resources(document, states, "steps", preview=True)
    for path in (("deployment",), ("checkpoint", "latest")):
        found: object = content
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        if isinstance(found, Mapping):
            where = ".".join((*path, "resources"))
            return _resources(document, found.get("resources") or [], where, preview=False)
    if isinstance(content.get("resources"), list):
        return _resources(document, content["resources"], "resources", preview=False)
    raise document.refused("", None, "this is neither a stack's state nor a preview of one", _EXPORT)


def _resources(document: Document, raw: object, path: str, *, preview: bool) -> Resources:
    found: dict[str, Resource] = {}
    for index, state in enumerate(document.maps(raw, path)):
        # what is to be deleted once its successor is there counts no longer
        if state.get("delete") is not True:
            resource = _resource(document, state, f"{path}[{index}]", preview=preview)
            found[resource.urn] = resource
    return Resources(document=document, by_urn=found, preview=preview)


def _resource(document: Document, state: Mapping[str, Any], path: str, *, preview: bool) -> Resource:
    urn, type_ = document.text(state.get("urn"), f"{path}.urn"), document.text(state.get("type"), f"{path}.type")
    if not urn or not type_:
        raise document.refused(path, None, "a resource has a urn and a type", _EXPORT)
    inputs, outputs = (_properties(document, state.get(key), f"{path}.{key}") for key in ("inputs", "outputs"))
    needs = [state.get("parent"), *_texts(state.get("dependencies"))]
    properties = state.get("propertyDependencies")
    for each in properties.values() if isinstance(properties, Mapping) else ():
        needs += _texts(each)
    return Resource(
        urn=urn,
        type=type_,
        # before an update, outputs are those of the last one
        values={**outputs, **inputs} if preview else {**inputs, **{k: v for k, v in outputs.items() if v is not None}},
        inputs=inputs,
        provider=document.text(state.get("provider"), f"{path}.provider").rpartition("::")[0],
        parent=document.text(state.get("parent"), f"{path}.parent"),
        custom=state.get("custom") is not False,
        needs=tuple(dict.fromkeys(each for each in needs if isinstance(each, str))),
    )


def _properties(document: Document, raw: object, path: str) -> Mapping[str, Any]:
    properties = document.mapping(raw, path)
    if _SIGNATURE in properties:
        raise document.refused(path, None, "these are properties by their names, each a secret or not", _EXPORT)
    return properties


def _texts(raw: object) -> list[object]:
    return raw if isinstance(raw, list) else []


def _refuse_half_a_preview(document: Document, content: Mapping[str, Any]) -> None:
    """By default, previews print only what changes; the access that stays would be missing."""
    summary = document.mapping(content.get("changeSummary"), "changeSummary")
    same = summary.get("same")
    shown = Counter(str(step.get("op")) for step in document.maps(content["steps"], "steps"))["same"]
    if isinstance(same, int) and same > shown:
        rule = f"the preview leaves out {same - shown} resources that stay as they are"
        raise document.refused("steps", None, rule, "run `pulumi preview --json --show-sames`")


def known(value: object) -> Any:
    """Return a value with its secrets opened where the export shows them; what isn't known or hidden is None."""
    if isinstance(value, str):
        return None if _is_unknown(value) else value
    if isinstance(value, Mapping):
        if value.get(_SIGNATURE) == _SECRET:
            return known(_opened(value.get("plaintext")))
        return {key: known(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [known(inner) for inner in value]
    return value


def is_whole(value: object) -> bool:
    """Tell whether all of a value is known."""
    if isinstance(value, str):
        return not _is_unknown(value)
    if isinstance(value, Mapping):
        if value.get(_SIGNATURE) == _SECRET:
            return isinstance(value.get("plaintext"), str)
        return all(map(is_whole, value.values()))
    return not isinstance(value, Sequence) or all(map(is_whole, value))


def _is_unknown(text: str) -> bool:
    return text == _HIDDEN or any(unknown in text for unknown in _UNKNOWNS)


def _opened(plaintext: object) -> object:
    if not isinstance(plaintext, str):
        return None
    try:
        return json.loads(plaintext)
    except (ValueError, RecursionError):
        return None
