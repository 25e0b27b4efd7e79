"""What a resource type or a function is to the gRPC framework: plain values in, plain values out.

Handlers see neither protobuf nor gRPC nor secrets. Two marks may stand anywhere in a value: `UNKNOWN` for what a
preview can't know, and `Secret` where a handler itself makes something that must stay secret (incoming secrets are
remembered by the framework).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol


class Unknown:
    """The type of `UNKNOWN`; a singleton that survives copies, so that `value is UNKNOWN` is the test."""

    _instance: Unknown | None = None

    def __new__(cls) -> Unknown:
        """Return the one instance."""
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __copy__(self) -> Unknown:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Unknown:
        return self

    def __reduce__(self) -> tuple[type[Unknown], tuple[()]]:
        return (Unknown, ())


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that the engine must encrypt in the state and hide in its output."""

    value: Any

    def __repr__(self) -> str:
        return "Secret(…)"


@dataclass(frozen=True)
class Diff:
    """What changed, as property paths in the engine's form (`data`, `spec.rules[0]`); none means no change."""

    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    delete_before_replace: bool = False


@dataclass(frozen=True)
class State:
    """A resource as it is.

    `inputs` is what a program would have to write to get it (import, refresh); None keeps the old ones.
    """

    id: str
    outputs: dict[str, Any]
    inputs: dict[str, Any] | None = None


class Failure(Exception):  # noqa: N818 - the word of the protocol
    """A refusal whose message is meant for the user. `property` names the input to blame, where there is one."""

    def __init__(self, message: str, property: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.property = property


class PartialFailure(Failure):
    """The resource was made but something after that failed: the engine keeps it in the state."""

    def __init__(self, message: str, state: State) -> None:
        super().__init__(message)
        self.state = state


class ResourceHandler(Protocol):
    """One resource type.

    A handler may also have `secret_outputs: tuple[str, ...]`, outputs that are always secret, and `kept_outputs`,
    outputs that only the creation gives and that a read must leave as they were.
    """

    def check(self, urn: str, news: dict[str, Any], olds: dict[str, Any]) -> dict[str, Any]:
        """Fill in defaults and make names. `olds` are the inputs as last checked, empty for a new resource."""
        ...

    def diff(self, id: str, old_inputs: dict[str, Any], old_outputs: dict[str, Any], news: dict[str, Any]) -> Diff:
        """Tell what would change, without asking anybody."""
        ...

    def create(self, urn: str, inputs: dict[str, Any], preview: bool) -> State:
        """Make it. In a preview nothing is made, the id is empty and what is not known yet is UNKNOWN."""
        ...

    def read(self, id: str, inputs: dict[str, Any]) -> State | None:
        """Return the resource as it is now, or None when it is gone. `inputs` is empty for an import."""
        ...

    def update(self, id: str, old_outputs: dict[str, Any], inputs: dict[str, Any], preview: bool) -> dict[str, Any]:
        """Change it in place and return the new outputs."""
        ...

    def delete(self, id: str, outputs: dict[str, Any]) -> None:
        """Remove it. That it is already gone is no failure."""
        ...


Function = Callable[[dict[str, Any], bool], dict[str, Any]]
"""A provider function: arguments and whether this is a preview, to results."""


@dataclass(frozen=True)
class Instance:
    """One configured provider: how to find its resource types by token, and its functions by token.

    `resources` raises `Failure` (or KeyError) for a token it doesn't know.
    """

    resources: Callable[[str], ResourceHandler]
    functions: Mapping[str, Function]
