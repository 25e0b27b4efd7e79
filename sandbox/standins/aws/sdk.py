"""What the Pulumi AWS SDK says about a resource type: its inputs, which of them are required, its outputs.

The SDK is generated from the real provider's schema, so its classes are the contract that a stand-in can be held to: a
property that they don't know is a mistake in the program (or in our table), never something to pass over.
"""

from __future__ import annotations

import importlib
import inspect
import threading
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pulumi
from pulumi import _types

from sandbox.standins.resource import Failure

_LOADING = threading.RLock()


@dataclass(frozen=True)
class SdkType:
    """One resource class of the SDK, in the engine's (camel case) names."""

    inputs: frozenset[str]
    required: frozenset[str]
    outputs: frozenset[str]
    nested: Mapping[str, Any]


@cache
def sdk_type(token: str) -> SdkType:
    """Return the SDK's view of a token such as `aws:iam/role:Role`."""
    resource, args = _classes(token)
    names = _types.input_type_py_to_pulumi_names(args)
    parameters = inspect.signature(args).parameters
    required = {names[name] for name, parameter in parameters.items() if parameter.default is inspect.Parameter.empty}
    outputs = _types.resource_pulumi_to_py_names(resource).keys()
    return SdkType(
        inputs=frozenset(names.values()),
        required=frozenset(required),
        outputs=frozenset(outputs),
        nested=_types.input_type_types(args),
    )


def _classes(token: str) -> tuple[type, type]:
    package, path, name = token.split(":")
    module = path.split("/")[0]
    # The SDK loads its modules when they are first used, and a half-loaded one has no classes yet.
    with _LOADING:
        imported = importlib.import_module(f"pulumi_{package}" if module == "index" else f"pulumi_{package}.{module}")
        resource: type = getattr(imported, name)
        args: type = getattr(imported, f"{name}Args")
    return resource, args


def check_names(token: str, inputs: Mapping[str, Any]) -> None:
    """Refuse a property, at any depth, that the SDK's types don't have, and a required one that is missing."""
    known = sdk_type(token)
    for name in inputs:
        if not name.startswith("__") and name not in known.inputs:
            raise Failure(_unknown(token, name, known.inputs), name)
    for name in sorted(known.required):
        if inputs.get(name) is None:
            raise Failure(
                f'Missing required argument. The argument "{name}" is required, but no definition was found.', name
            )
    for name, value in inputs.items():
        for path, bad, allowed in strangers(value, known.nested.get(name), name):
            raise Failure(_unknown(token, f"{path}.{bad}", allowed), path)


def _unknown(token: str, name: str, allowed: typing.Collection[str]) -> str:
    return f"{token} has no property {name!r}; allowed are: {', '.join(sorted(allowed))}"


def strangers(value: Any, hint: Any, path: str) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Names inside `value` that its type doesn't have, with where they stand and what would be allowed."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        for index, item in enumerate(value):
            yield from strangers(item, hint, f"{path}[{index}]")
        return
    accepted = input_types(hint)
    if not isinstance(value, Mapping) or not accepted:
        return
    fields: dict[str, Any] = {}
    for cls in accepted:
        fields |= fields_of(cls)
    for name, item in value.items():
        if name not in fields and not name.startswith("__"):
            yield path, name, frozenset(fields)
        else:
            yield from strangers(item, fields.get(name), f"{path}.{name}")


def fields_of(cls: type) -> dict[str, Any]:
    """Return the fields of one of the SDK's input classes, in the engine's names, with their type hints."""
    hints = _types.input_type_types(cls)
    return {name: hints.get(name) for name in _types.input_type_py_to_pulumi_names(cls).values()}


def input_types(hint: Any) -> list[type]:
    """Return the SDK's input classes inside a hint such as `Input[Sequence[Input[XArgs]]]`.

    Policy documents are left out: they name their parts as IAM does, and get their check from IAM.
    """
    if isinstance(hint, type) and _types.is_input_type(hint):
        return [] if hint.__name__.startswith("PolicyDocument") else [hint]
    if typing.get_origin(hint) is pulumi.Output:
        return []
    found: list[type] = []
    for inner in typing.get_args(hint):
        found += [cls for cls in input_types(inner) if cls not in found]
    return found
