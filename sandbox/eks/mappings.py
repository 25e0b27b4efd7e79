"""What the authenticator is told: a cluster's access entries as the content of its dynamic file. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.eks.access_entries import Entry
from sandbox.eks.access_rules import NODE_TYPES
from sandbox.eks.consistency import Mappings
from sandbox.eks.principals import Principal

HIDDEN_CREATOR = ("kubernetes-admin", ["system:masters"])
"""What the creator of a cluster is in mode CONFIG_MAP, where no entry can show it."""


def render(entries: Iterable[Entry], hidden_creator: Principal | None = None) -> Mappings:
    """`mapRoles` and `mapUsers`, keyed by unique id: a principal made again under its old name isn't let in."""
    roles: list[dict[str, Any]] = []
    users: list[dict[str, Any]] = []
    if hidden_creator is not None:
        _put(roles, users, hidden_creator, *HIDDEN_CREATOR)
    for entry in entries:
        _put(roles, users, entry.principal, entry.identity.username, list(entry.identity.groups))
    return roles, users


NODE_GROUPS = {
    "EC2_LINUX": ["system:bootstrappers", "system:nodes"],
    "EC2_WINDOWS": ["eks:kube-proxy-windows", "system:bootstrappers", "system:nodes"],
    "FARGATE_LINUX": ["system:bootstrappers", "system:node-proxier", "system:nodes"],
}
"""The Kubernetes groups of nodes in aws-auth; entries have fewer."""


def node_line(role: Principal, entry_type: str) -> dict[str, Any]:
    """Return the mapRoles line that EKS writes for a node role; roles stand there without their path."""
    base, _, path = role.arn.partition(":role/")
    return {
        "groups": NODE_GROUPS[entry_type],
        "rolearn": f"{base}:role/{path.rpartition('/')[2]}",
        "username": NODE_TYPES[entry_type][0],
    }


def _put(
    roles: list[dict[str, Any]],
    users: list[dict[str, Any]],
    principal: Principal,
    username: str,
    groups: list[str],
) -> None:
    """Roles go by their ARN too (its path is stripped by the reader); root and other accounts' have no effect here."""
    common = {"userid": principal.id, "username": username, "groups": groups}
    if principal.kind == "role":
        roles.append({"rolearn": principal.arn, **common})
    elif principal.kind == "user":
        users.append({"userarn": principal.arn, **common})
