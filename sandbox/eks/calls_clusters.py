"""CreateCluster, DescribeCluster, DeleteCluster, UpdateCluster… and DescribeUpdate."""

from __future__ import annotations

import threading

from sandbox.eks.clusters import Cluster, check_new_cluster
from sandbox.eks.errors import in_use
from sandbox.eks.registry import Answer, Call, Registry, Route, route


def routes(registry: Registry) -> list[Route]:
    """Return the calls about clusters as a whole."""
    calls = ClusterCalls(registry)
    return [
        route("POST", "/clusters", calls.create),
        route("GET", "/clusters", calls.list),
        route("GET", "/clusters/{name}", calls.describe),
        route("DELETE", "/clusters/{name}", calls.delete),
        route("POST", "/clusters/{name}/update-config", calls.update_config),
        route("POST", "/clusters/{name}/updates", calls.update_version),
        route("GET", "/clusters/{name}/updates", calls.list_updates),
        route("GET", "/clusters/{name}/updates/{update}", calls.describe_update),
    ]


class ClusterCalls:
    """A cluster's life."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def create(self, call: Call) -> Answer:
        """Record the cluster with its creator and start its control plane in the background."""
        registry, body = self._registry, call.body
        check_new_cluster(body)
        name = body["name"]
        if name in registry.clusters:
            raise in_use(f"Cluster already exists with name: {name}")
        cluster = Cluster(
            body,
            arn=f"{registry.arn_base}:cluster/{name}",
            network=registry.networks.create(name, body.get("resourcesVpcConfig") or {}),
            issuer=f"{registry.issuer_base}/{name}",
            creator=registry.principals.find(call.creator_arn) if call.creator_arn else None,
        )
        registry.clusters[name] = cluster
        cluster.attach(registry.new_runtime(name))
        return {"cluster": cluster.describe()}

    def list(self, call: Call) -> Answer:
        """ListClusters."""
        return {"clusters": sorted(self._registry.clusters)}

    def describe(self, call: Call, name: str) -> Answer:
        """DescribeCluster."""
        return {"cluster": self._registry.cluster(name).describe()}

    def delete(self, call: Call, name: str) -> Answer:
        """Answer DELETING at once; the cluster is gone when its programs are."""
        cluster = self._registry.cluster(name)
        cluster.check_deletable()
        runtime = cluster.runtime
        if runtime is not None and runtime.status != "DELETING":
            runtime.status = "DELETING"

            def finish() -> None:
                runtime.stop()
                self._registry.networks.delete(name)
                with self._registry.lock:
                    self._registry.clusters.pop(name, None)

            threading.Thread(target=finish, name=f"delete-{name}", daemon=True).start()
        return {"cluster": cluster.describe()}

    def update_config(self, call: Call, name: str) -> Answer:
        """UpdateClusterConfig."""
        return {"update": self._registry.cluster(name).update_config(call.body)}

    def update_version(self, call: Call, name: str) -> Answer:
        """UpdateClusterVersion."""
        return {"update": self._registry.cluster(name).update_version(call.body)}

    def list_updates(self, call: Call, name: str) -> Answer:
        """ListUpdates."""
        return {"updateIds": [*self._registry.cluster(name).updates]}

    def describe_update(self, call: Call, name: str, update: str) -> Answer:
        """DescribeUpdate."""
        return {"update": self._registry.cluster(name).get_update(update)}
