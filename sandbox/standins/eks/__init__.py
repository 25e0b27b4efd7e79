"""The stand-in for the `eks` component provider: the components of pulumi-eks 4.4 with the children that it makes.

The children are registered through the engine like a program's own, so transforms and options of the component reach
them. Names, parents, options and properties follow pulumi-eks's source; each module names the file that it follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import pulumi
import pulumi_aws as aws

# The SDK tells the runtime how to bring clusters and add-ons back from references in inputs.
import pulumi_eks  # noqa: F401
import pulumi_kubernetes as kubernetes
from pulumi.provider import CallResult, ConstructResult

from sandbox.standins.eks.addons import Addon
from sandbox.standins.eks.cluster import Cluster
from sandbox.standins.eks.creation_role import ClusterCreationRoleProvider
from sandbox.standins.eks.kubeconfig import region_of, render
from sandbox.standins.eks.managed_node_group import ManagedNodeGroup
from sandbox.standins.eks.node_group import NodeGroupV2
from sandbox.standins.eks.security_groups import NodeGroupSecurityGroup
from sandbox.standins.eks.texts import whole
from sandbox.standins.eks.vpc_cni import VpcCniAddon
from sandbox.standins.provider import Provider
from sandbox.standins.resource import Instance, ResourceHandler

VERSION: Final = "4.4.0"
_KUBECONFIG: Final = "eks:index:Cluster/getKubeconfig"
_LOADED: Final = (
    *(aws.autoscaling.Group, aws.ec2.SecurityGroup, aws.eks.Cluster, aws.iam.Role),
    *(kubernetes.apps.v1.Deployment, kubernetes.core.v1.ConfigMap, kubernetes.storage.v1.StorageClass),
)
"""Of modules that the SDKs load when they are first used: several engines ask at once, and a half-loaded one has no
classes yet (``has no attribute 'Cluster'``)."""


class Component(Protocol):
    """A component whose outputs the program gets."""

    @property
    def urn(self) -> pulumi.Output[str]:
        """Where it is in the stack."""

    @property
    def state(self) -> Mapping[str, Any]:
        """Its outputs."""


Maker = Callable[[str, Mapping[str, Any], pulumi.ResourceOptions | None], Component]
COMPONENTS: Final[Mapping[str, Maker]] = {
    "eks:index:Addon": Addon,
    "eks:index:Cluster": Cluster,
    "eks:index:ClusterCreationRoleProvider": ClusterCreationRoleProvider,
    "eks:index:ManagedNodeGroup": ManagedNodeGroup,
    "eks:index:NodeGroupSecurityGroup": NodeGroupSecurityGroup,
    "eks:index:NodeGroupV2": NodeGroupV2,
    "eks:index:VpcCniAddon": VpcCniAddon,
}


def construct(
    name: str, resource_type: str, inputs: Mapping[str, Any], options: pulumi.ResourceOptions | None
) -> ConstructResult:
    """Return a component of the package."""
    maker = COMPONENTS.get(resource_type)
    if maker is None:
        raise pulumi.RunError(
            f"the sandbox's stand-in for pulumi-eks has no {resource_type}, only {', '.join(sorted(COMPONENTS))}; "
            "use NodeGroupV2 instead of NodeGroup, or install the real plugin (pulumi plugin install resource eks)"
        )
    made = maker(name, {key: whole(value) for key, value in inputs.items() if value is not None}, options)
    return ConstructResult(made.urn, made.state)


def call(token: str, args: Mapping[str, Any]) -> CallResult:
    """`Cluster.get_kubeconfig`: the cluster's kubeconfig for another profile or role."""
    if token != _KUBECONFIG:
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
