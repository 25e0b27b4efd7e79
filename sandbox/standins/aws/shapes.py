"""Pulumi's names and AWS's, translated by the SDK's input types on one side and boto3's shapes on the other.

Both come from the same API, so names agree but for capitals and plurals; what is called otherwise is given as
`renames`. The schema also has some numbers and booleans as text, which the SDK's type hints tell.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import botocore.session

from sandbox.standins.aws.sdk import fields_of, input_types, sdk_type
from sandbox.standins.aws.spec import Props


@cache
def _shape(service: str, operation: str, member: str) -> Any:
    model = botocore.session.get_session().get_service_model(service)
    shape = model.operation_model(operation).input_shape
    return shape.members[member] if member else shape


@dataclass(frozen=True)
class Translation:
    """One part of an API call, such as a launch template's data, against one resource type's inputs."""

    type: str
    service: str
    operation: str
    member: str = ""
    """The parameter that takes it; empty for the call itself."""
    names: tuple[str, ...] = ()
    """The inputs that it is about."""
    inside: str = ""
    """The input whose parts they are, where they aren't inputs themselves."""
    renames: Mapping[str, str] = field(default_factory=dict)
    """Dotted Pulumi path → AWS's name of its last step."""

    def to_api(self, props: Props) -> dict[str, Any]:
        """Return what AWS is sent."""
        source = (props.get(self.inside) or {}) if self.inside else props
        given = {name: source[name] for name in self.names if source.get(name) is not None}
        return dict(self._to_api(self._hints(), self._root(), given, ""))

    def from_api(self, answer: Any) -> Props:
        """Return what AWS says, in Pulumi's form; what it doesn't mention is left out."""
        hints = self._hints()
        return dict(self._fields({name: hints.get(name) for name in self.names}, self._root(), answer or {}, ""))

    def _hints(self) -> Mapping[str, Any]:
        hints = sdk_type(self.type).nested
        return _fields(hints.get(self.inside)) if self.inside else hints

    def _root(self) -> Any:
        return _shape(self.service, self.operation, self.member)

    def _target(self, path: str, name: str, shape: Any) -> str:
        """AWS's name of a property."""
        renamed = self.renames.get(path)
        if renamed:
            return renamed
        wanted = _core(name)
        return next((member for member in shape.members if _core(member) == wanted), name[:1].upper() + name[1:])

    def _to_api(self, hint: Any, shape: Any, value: Any, path: str) -> Any:
        if shape.type_name == "list":
            return self._list_to_api(hint, shape.member, value, path)
        if shape.type_name == "structure" and isinstance(value, Mapping):
            fields = hint if isinstance(hint, Mapping) else _fields(hint)
            result = {}
            for name, item in value.items():
                inner = f"{path}.{name}".lstrip(".")
                target = self._target(inner, name, shape)
                if item is not None and target in shape.members:
                    result[target] = self._to_api(fields.get(name), shape.members[target], item, inner)
            return result
        if shape.type_name == "structure":
            return {_only_text(shape): value}
        return _scalar_to_api(shape.type_name, value)

    def _list_to_api(self, hint: Any, member: Any, value: Any, path: str) -> list[Any]:
        if isinstance(value, Mapping) and member.type_name == "structure" and {"Key", "Value"} <= set(member.members):
            return [{"Key": key, "Value": item} for key, item in sorted(value.items())]
        items = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        return [self._to_api(hint, member, item, path) for item in items]

    def _fields(self, hints: Mapping[str, Any], shape: Any, answer: Mapping[str, Any], path: str) -> Props:
        result = {}
        for name, hint in hints.items():
            inner = f"{path}.{name}".lstrip(".")
            target = self._target(inner, name, shape)
            if answer.get(target) is not None and target in shape.members:
                result[name] = self._from_api(hint, shape.members[target], answer[target], inner)
        return result

    def _from_api(self, hint: Any, shape: Any, answer: Any, path: str) -> Any:
        if shape.type_name == "list":
            if _is_mapping(hint):
                return {tag["Key"]: tag["Value"] for tag in answer}
            items = [self._from_api(hint, shape.member, item, path) for item in answer]
            return items if _is_list(hint) else next(iter(items), None)
        if shape.type_name == "structure" and isinstance(answer, Mapping):
            fields = _fields(hint)
            return self._fields(fields, shape, answer, path) if fields else answer.get(_only_text(shape))
        return _scalar_from_api(hint, answer)


def written_over(written: Any, live: Any) -> Any:
    """Fill in what was written where the answer says nothing: the emulator doesn't keep every setting."""
    if live is None:
        return written
    if isinstance(written, Mapping) and isinstance(live, Mapping):
        return {key: written_over(written.get(key), live.get(key)) for key in [*live, *(set(written) - set(live))]}
    if isinstance(written, list) and isinstance(live, list) and len(written) == len(live):
        return [written_over(one, other) for one, other in zip(written, live, strict=True)]
    return live


def _only_text(shape: Any) -> str:
    """Where Pulumi has a plain text and AWS an object, such as an address: the object's first text."""
    return str(next(name for name, member in shape.members.items() if member.type_name == "string"))


def _core(name: str) -> str:
    """Return a name without capitals and plural."""
    return name.lower().removesuffix("s")


def _fields(hint: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for cls in input_types(hint):
        found |= fields_of(cls)
    return found


def _parts(hint: Any) -> list[Any]:
    """Every type that stands somewhere in a hint."""
    inner = [part for argument in typing.get_args(hint) for part in _parts(argument)]
    return [typing.get_origin(hint) or hint, *inner]


def _is_list(hint: Any) -> bool:
    return any(part in (Sequence, list) for part in _parts(hint))


def _is_mapping(hint: Any) -> bool:
    return not input_types(hint) and any(part in (Mapping, dict) for part in _parts(hint))


def _scalar_to_api(kind: str, value: Any) -> Any:
    if kind == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if kind in ("integer", "long"):
        return int(value)
    if kind in ("float", "double"):
        return float(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _scalar_from_api(hint: Any, answer: Any) -> Any:
    parts = _parts(hint)
    if bool in parts or not isinstance(answer, bool | int | float):
        return answer
    if int in parts or float in parts:
        return answer
    return str(answer).lower() if isinstance(answer, bool) else str(answer)
