"""Managed node groups and Fargate profiles."""

from __future__ import annotations

from sandbox.eks.compute import FARGATE_PROFILES, KINDS, Kind
from sandbox.eks.errors import invalid_parameter
from sandbox.eks.registry import Answer, Call, Registry, Route, route


def routes(registry: Registry) -> list[Route]:
    """Return the same calls for both kinds; only node groups can be updated."""
    found: list[Route] = []
    for kind in KINDS:
        calls, base = ComputeCalls(registry, kind), f"/clusters/{{name}}/{kind.collection}"
        found += [
            route("POST", base, calls.create),
            route("GET", base, calls.list),
            route("GET", base + "/{child}", calls.describe),
            route("DELETE", base + "/{child}", calls.delete),
            route("POST", base + "/{child}/update-config", calls.update),
            route("POST", base + "/{child}/update-version", calls.update),
        ]
    return found


class ComputeCalls:
    """The calls for one kind."""

    def __init__(self, registry: Registry, kind: Kind) -> None:
        self._registry = registry
        self._kind = kind

    def create(self, call: Call, name: str) -> Answer:
        """Record it and let its role in, as EKS does by itself."""
        cluster, arn = self._registry.cluster(name), call.body.get(self._kind.role_key) or ""
        cluster.require_active()
        role = self._registry.principals.find(arn)
        if role is None or role.kind != "role":
            raise invalid_parameter(f"The role with name {arn.rpartition('/')[2]} cannot be found.")
        if self._kind is FARGATE_PROFILES:
            self._registry.networks.require_private(call.body.get("subnets") or [])
        return {self._kind.one: cluster.add_child(self._kind, call.body, role)}

    def list(self, call: Call, name: str) -> Answer:
        """ListNodegroups, ListFargateProfiles."""
        return call.page(self._kind.many, self._registry.cluster(name).children[self._kind.collection].names())

    def describe(self, call: Call, name: str, child: str) -> Answer:
        """DescribeNodegroup, DescribeFargateProfile."""
        return {self._kind.one: self._registry.cluster(name).children[self._kind.collection].get(child)}

    def delete(self, call: Call, name: str, child: str) -> Answer:
        """DeleteNodegroup, DeleteFargateProfile."""
        return {self._kind.one: self._registry.cluster(name).children[self._kind.collection].remove(child)}

    def update(self, call: Call, name: str, child: str) -> Answer:
        """UpdateNodegroupConfig, UpdateNodegroupVersion."""
        return {"update": self._registry.cluster(name).update_child(self._kind.collection, child, call.body)}
