"""Node groups: each kind with what it needs and without what means nothing to it."""

from __future__ import annotations

from collections.abc import Iterator

from ..models import Declaration, NodeGroup, NodeKind
from ..nodes import Location
from .finding import Finding, duplicates

_EC2_ONLY = {
    "instance_types": "instanceTypes",
    "min": "min",
    "max": "max",
    "ami_type": "amiType",
    "release_version": "releaseVersion",
}


def node_groups_findings(declaration: Declaration) -> Iterator[Finding]:
    """Check every node group against its kind."""
    for name, group in declaration.node_groups.items():
        at: Location = ("nodeGroups", name)
        yield from _fargate(group, at) if group.kind is NodeKind.FARGATE else _ec2(group, at)


def _fargate(group: NodeGroup, at: Location) -> Iterator[Finding]:
    if not group.namespaces:
        rule = "a Fargate profile says which namespaces' pods it runs"
        yield Finding(at=(*at, "namespaces"), rule=rule, fix="add `namespaces: [<name>]`")
    yield from duplicates(group.namespaces, (*at, "namespaces"))
    for attribute, key in _EC2_ONLY.items():
        if attribute in group.model_fields_set:
            rule = f"{key} is for EC2 nodes; Fargate has no instances to choose or count"
            yield Finding(at=(*at, key), rule=rule, fix=f"remove {key}, or write `kind: managed`")


def _ec2(group: NodeGroup, at: Location) -> Iterator[Finding]:
    if not group.instance_types:
        rule = "EC2 node groups name their instance types"
        yield Finding(
            at=(*at, "instanceTypes"), rule=rule, fix="add `instanceTypes: [m7g.large]` or those that are meant"
        )
    yield from duplicates(group.instance_types, (*at, "instanceTypes"))
    if group.max < group.min:
        rule = f"max is at least min, which is {group.min}"
        yield Finding(at=(*at, "max"), value=str(group.max), rule=rule, fix=f"write `max: {group.min}` or more")
    if group.namespaces:
        rule = "namespaces are for Fargate; EC2 nodes take pods of every namespace"
        yield Finding(at=(*at, "namespaces"), rule=rule, fix="remove namespaces, or write `kind: fargate`")
    if group.ami_type is not None and group.ami_type.startswith("WINDOWS_") != (group.kind is NodeKind.WINDOWS):
        rule = "kind and amiType agree about Windows: the kind decides how the nodes' role is mapped"
        fix = (
            "write `kind: windows`" if group.kind is NodeKind.MANAGED else "write an amiType that starts with WINDOWS_"
        )
        yield Finding(at=(*at, "amiType"), value=group.ami_type, rule=rule, fix=fix)
