"""CreateCluster, DescribeCluster, DeleteCluster, UpdateCluster… and DescribeUpdate."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from sandbox.eks import settings
from sandbox.eks.clusters import Cluster
from sandbox.eks.errors import in_use, invalid_parameter
from sandbox.eks.principals import Principal
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
        settings.check_new_cluster(body)
        name = body["name"]
        if name in registry.clusters:
            raise in_use(f"Cluster already exists with name: {name}")
        auto_mode = self._auto_mode_roles(body)
        network = registry.networks.create(name, body)
        cluster = Cluster(
            body,
            arn=f"{registry.arn_base}:cluster/{name}",
            network=network,
            issuer=f"{registry.issuer_base}/{name}",
            creator=registry.principals.find(call.creator_arn) if call.creator_arn else None,
            delays=registry.delays,
        )
        registry.clusters[name] = cluster
        cluster.admit_auto_mode(*auto_mode)
        cluster.attach(registry.new_runtime(name))
        return {"cluster": cluster.describe()}

    def list(self, call: Call) -> Answer:
        """ListClusters."""
        return call.page("clusters", sorted(self._registry.clusters))

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
                cluster.stop()
                self._registry.networks.delete(name)
                with self._registry.lock:
                    self._registry.clusters.pop(name, None)

            threading.Thread(target=finish, name=f"delete-{name}", daemon=True).start()
        return {"cluster": cluster.describe()}

    def update_config(self, call: Call, name: str) -> Answer:
        """UpdateClusterConfig."""
        cluster, body = self._registry.cluster(name), call.body
        self._registry.networks.check_remote(cluster.settings["resourcesVpcConfig"]["vpcId"], body)
        if "computeConfig" not in body:
            return {"update": cluster.update_config(body)}
        roles = self._auto_mode_roles(settings.merged(cluster.settings, body))
        update = cluster.update_config(body)
        cluster.admit_auto_mode(*roles)
        return {"update": update}

    def update_version(self, call: Call, name: str) -> Answer:
        """UpdateClusterVersion."""
        return {"update": self._registry.cluster(name).update_version(call.body)}

    def list_updates(self, call: Call, name: str) -> Answer:
        """ListUpdates."""
        return call.page("updateIds", [*self._registry.cluster(name).updates])

    def describe_update(self, call: Call, name: str, update: str) -> Answer:
        """DescribeUpdate."""
        return {"update": self._registry.cluster(name).get_update(update)}

    def _auto_mode_roles(self, chosen: Mapping[str, Any]) -> tuple[Principal | None, Principal | None]:
        """Return whom Auto Mode lets in if it is on: the role of the built-in pools' nodes, and the cluster's own."""
        if not settings.auto_mode(chosen):
            return None, None
        principals, arn = self._registry.principals, settings.auto_mode_node_role(chosen)
        node = principals.find(arn) if arn else None
        if arn and (node is None or node.kind != "role"):
            raise invalid_parameter(f"The role with name {arn.rpartition('/')[2]} cannot be found.")
        return node, principals.find(chosen.get("roleArn") or "")
