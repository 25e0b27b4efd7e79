"""What a stand-in consists of, before gRPC: a name, a version and how to configure it.

One process serves many provider *instances*: the engine opens a connection of its own for the default provider and
for each explicit one, and every stack brings more. So `configure` returns an `Instance`, which the framework keeps by
connection, and nothing about a configuration may live in module or provider state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.provider import CallResult, ConstructResult

from sandbox.standins.resource import Diff, Instance, State
from sandbox.standins.values import changed_keys

Config = dict[str, Any]
Construct = Callable[[str, str, Mapping[str, Any], pulumi.ResourceOptions | None], ConstructResult]
"""`(name, resource_type, inputs, options)` to a component, which registers children as a program does."""
Call = Callable[[str, Mapping[str, Any]], CallResult]
"""`(token, args)` to the result of a method of a component."""


def accept(config: Config) -> Config:
    """Return the default `check_config`: whatever was written."""
    return config


def compare(old: Config, new: Config) -> Diff:
    """Return the default `diff_config`: every change is an update of the provider, none replaces it."""
    return Diff(changed=changed_keys(old, new))


@dataclass(frozen=True)
class Provider:
    """A stand-in. `configure` gets plain values (settings that aren't strings arrive as JSON text: `values.parsed`).

    `check_config` and `diff_config` may meet UNKNOWN in a preview; `configure` never does: the engine configures no
    provider whose settings aren't all known. `construct` makes it a component provider.
    """

    name: str
    version: str
    configure: Callable[[Config], Instance]
    check_config: Callable[[Config], Config] = accept
    diff_config: Callable[[Config, Config], Diff] = compare
    construct: Construct | None = None
    call: Call | None = None
    schema: str = "{}"


__all__ = ["Call", "Config", "Construct", "Diff", "Instance", "Provider", "State"]
