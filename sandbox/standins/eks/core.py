"""What a cluster tells the components that are made for it: `core`, from a cluster or as a value (CoreData)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_eks as eks
from pulumi.output import Unknown


def together(*parts: Any) -> pulumi.Output[Any]:
    """Return an output of several values; what it is made of has as many types as the program has inputs."""
    return pulumi.Output.all(*parts)


@dataclass(frozen=True)
class Core:
    """A cluster's core data, of which some may be unknown in a preview while the rest is known."""

    output: pulumi.Output[Any]

    @classmethod
    def of(cls, cluster: Any) -> Core:
        """Return the core of the input `cluster`: a `pulumi_eks.Cluster`, or its `core`."""
        given = pulumi.Output.from_input(cluster)
        return cls(given.apply(_core_of))

    @classmethod
    def made_of(cls, parts: Mapping[str, Any]) -> Core:
        """Return the core of a cluster that is being made; whoever uses it waits for all of its resources."""
        return cls(pulumi.Output.all(**{name: _followed(part) for name, part in parts.items() if part is not None}))

    def field(self, *path: str) -> pulumi.Output[Any]:
        """Return one field, None where it isn't set; known even if other fields aren't."""
        found = self.output
        for name in path:
            found = found.apply(_getter(name), True)
        return found

    def of_cluster(self, read: Callable[[Any], Any]) -> pulumi.Output[Any]:
        """Return something of the `aws.eks.Cluster`."""
        return self.field("cluster").apply(read)


def _core_of(cluster: Any) -> Any:
    return cluster.core if isinstance(cluster, eks.Cluster) else cluster


def _followed(part: Any) -> Any:
    """Make an output of a resource that depends on it."""
    return part.urn.apply(lambda _: part) if isinstance(part, pulumi.Resource) else part


def _getter(name: str) -> Callable[[Any], Any]:
    return lambda value: value if value is None or isinstance(value, Unknown) else read_field(value, name)


def read_field(value: Any, name: str) -> Any:
    """Return a field of a value that has the engine's names as a mapping, or Python's as an object of the SDK."""
    python_name = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    if isinstance(value, Mapping) and not hasattr(type(value), python_name):
        return value.get(name, value.get(python_name))
    return getattr(value, python_name, None)
