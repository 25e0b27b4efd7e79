"""The EKS API as one thing: every call it answers itself, and the access-policy authorizer beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.eks import calls_access, calls_addons, calls_clusters, calls_compute, calls_tags
from sandbox.eks.access_policies import decide
from sandbox.eks.registry import Answer, Call, Registry
from sandbox.eks.settings import check_new_cluster


class EksService:
    """Answers the calls it knows; `handle` returns None for those that are left to the emulator."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._routes = [
            *calls_clusters.routes(registry),
            *calls_access.routes(registry),
            *calls_compute.routes(registry),
            *calls_addons.routes(registry),
            *calls_tags.routes(registry),
        ]

    def handle(self, call: Call) -> Answer:
        """Return the answer's body; None where this service has none of its own."""
        for route in self._routes:
            if call.method == route.method and (match := route.pattern.fullmatch(call.path)):
                with self._registry.lock:
                    return route.handler(call, **match.groupdict())
        return None

    def check(self, call: Call) -> None:
        """Refuse what would be refused later, before anything is changed anywhere."""
        if call.creates_cluster:
            check_new_cluster(call.body)
        deleted = re.fullmatch(r"/clusters/([^/]+)", call.path) if call.method == "DELETE" else None
        if deleted and (cluster := self._registry.clusters.get(deleted[1])):
            cluster.check_deletable()

    def authorize(self, cluster_name: str, review: Mapping[str, Any]) -> dict[str, Any]:
        """Return a SubjectAccessReview answered from the cluster's access policies."""
        with self._registry.lock:
            cluster = self._registry.clusters.get(cluster_name)
            associations = cluster.in_force.associations if cluster is not None else ()
        return {**review, "status": decide(review.get("spec", {}), associations)}

    def delays(self, seconds: Mapping[str, Any]) -> dict[str, float]:
        """Set how late changes arrive where they count, and return all such delays."""
        with self._registry.lock:
            return self._registry.delays.set(seconds)

    def stop(self) -> None:
        """Stop every cluster's programs."""
        for cluster in list(self._registry.clusters.values()):
            cluster.stop()
