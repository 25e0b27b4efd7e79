"""The stand-in for the `eks` component provider: `eks:index:Cluster` with the children that pulumi-eks 4.4 makes.

The children are registered through the engine like a program's own, so transforms and options of the component reach
them. Only what Kubernetes or access depend on is here; what isn't implemented is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pulumi
from pulumi.provider import CallResult, ConstructResult

from sandbox.standins.eks.cluster import Cluster
from sandbox.standins.eks.kubeconfig import region_of, render
from sandbox.standins.eks.options import ClusterOptions
from sandbox.standins.provider import Provider
from sandbox.standins.resource import Instance, ResourceHandler

VERSION: Final = "4.4.0"
_CLUSTER: Final = "eks:index:Cluster"


def construct(
    name: str, resource_type: str, inputs: Mapping[str, Any], options: pulumi.ResourceOptions | None
) -> ConstructResult:
    """Return a component of the package; only the cluster is there."""
    if resource_type != _CLUSTER:
        raise pulumi.RunError(
            f"the sandbox's stand-in for pulumi-eks has only {_CLUSTER}, not {resource_type}; "
            "use pulumi_aws.eks for node groups, or install the real plugin (pulumi plugin install resource eks)"
        )
    cluster = Cluster(name, ClusterOptions.of(inputs, options), options)
    return ConstructResult(cluster.urn, cluster.state)


def call(token: str, args: Mapping[str, Any]) -> CallResult:
    """`Cluster.get_kubeconfig`: the cluster's kubeconfig for another profile or role."""
    if token != f"{_CLUSTER}/getKubeconfig":
        raise pulumi.RunError(f"the sandbox's stand-in for pulumi-eks has no method {token}")
    cluster = args["__self__"].eks_cluster
    text = render(
        cluster_name=cluster.name,
        endpoint=cluster.endpoint,
        certificate=cluster.certificate_authority.apply(lambda authority: authority.data),
        region=cluster.arn.apply(region_of),
        role_arn=args.get("roleArn"),
        profile=args.get("profileName"),
    )
    return CallResult({"result": pulumi.Output.json_dumps(text, separators=(",", ":"))})


def _no_resources(token: str) -> ResourceHandler:
    raise KeyError(token)


PROVIDER: Final = Provider("eks", VERSION, lambda _config: Instance(_no_resources, {}), construct=construct, call=call)
