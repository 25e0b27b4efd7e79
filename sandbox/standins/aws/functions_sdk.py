"""What the Pulumi AWS SDK says about a function: its arguments and the properties of its result."""

from __future__ import annotations

import importlib
import inspect
import re
import typing
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sandbox.standins.aws.sdk import strangers
from sandbox.standins.resource import Failure


def _module(token: str) -> tuple[Any, str]:
    """Return the SDK's module of a function and the function's Python name."""
    module, function = token.split(":")[1].split("/")
    python_name = re.sub(r"(?<!^)(?=[A-Z])", "_", function).lower()
    parent = "pulumi_aws" if module == "index" else f"pulumi_aws.{module}"
    return importlib.import_module(f"{parent}.{python_name}"), python_name


@cache
def argument_types(token: str) -> Mapping[str, Any]:
    """Return the arguments that the SDK's function has, in the engine's names, with their type hints."""
    module, function = _module(token)
    pairs = re.findall(r"__args__\['(\w+)'\] = (\w+)", inspect.getsource(module))
    hints = typing.get_type_hints(getattr(module, function), include_extras=True)
    return {name: hints.get(python_name) for name, python_name in pairs}


@cache
def result_types(token: str) -> Mapping[str, Any]:
    """Return the properties of the SDK's result class, with their type hints."""
    module, function = _module(token)
    name = "".join(part.capitalize() for part in function.split("_")) + "Result"
    found = next(cls for key, cls in vars(module).items() if key.lower() == name.lower())
    getters = {key: item.fget for key, item in vars(found).items() if isinstance(item, property)}
    return {
        getattr(getter, "_pulumi_name", key): typing.get_type_hints(getter).get("return")
        for key, getter in getters.items()
    }


def check_arguments(token: str, given: Mapping[str, Any]) -> None:
    """Refuse an argument, at any depth, that the SDK's function doesn't have."""
    known = argument_types(token)
    for name, value in given.items():
        if name not in known:
            raise Failure(f"{token} has no argument {name!r}; allowed are: {', '.join(sorted(known))}", name)
        for path, bad, allowed in strangers(value, known[name], name):
            raise Failure(f"{token} has no argument '{path}.{bad}'; allowed are: {', '.join(sorted(allowed))}", path)


def empty_result(token: str) -> dict[str, Any]:
    """Return what the real provider answers where AWS has nothing to say: the empty value of each property's type."""
    return {name: _empty(hint) for name, hint in result_types(token).items()}


def _empty(hint: Any) -> Any:
    if typing.get_origin(hint) is typing.Union:
        return None
    for kinds, empty in (((Sequence, list), []), ((Mapping, dict), {})):
        if typing.get_origin(hint) in kinds:
            return empty
    return {bool: False, int: 0, float: 0.0, str: ""}.get(hint)
