"""The control plane: the role that EKS works with, and the `aws.eks.Cluster` itself (cluster.ts)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from sandbox.standins.eks.options import ClusterOptions
from sandbox.standins.eks.security_groups import tagged
from sandbox.standins.eks.service_role import ServiceRole

_AUTO_POLICIES = (
    "AmazonEKSComputePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
)


@dataclass(frozen=True)
class ControlPlane:
    """The cluster, the role that it runs with, and in Auto Mode the name of its nodes' role."""

    cluster: aws.eks.Cluster
    role: Any
    auto_node_role_name: pulumi.Input[str]


def control_plane(
    name: str,
    options: ClusterOptions,
    subnets: Any,
    security_group: Any,
    partition: pulumi.Input[str],
    parent: pulumi.Resource,
) -> ControlPlane:
    """Make the cluster after its roles, with the properties that pulumi-eks always sets."""
    here = pulumi.ResourceOptions(parent=parent)
    service_role = None
    if options.get("serviceRole") is None:
        service_role = ServiceRole(
            f"{name}-eksRole",
            service="eks.amazonaws.com",
            description="Allows EKS to manage clusters on your behalf.",
            policies=["AmazonEKSClusterPolicy", *(_AUTO_POLICIES if options.auto_mode else ())],
            partition=partition,
            tags=options.tags,
            actions=("sts:AssumeRole", "sts:TagSession"),
            opts=here,
        )
    node_role = _auto_node_role(name, options, partition, here)
    role = service_role.role if service_role else options.get("serviceRole")
    cluster = aws.eks.Cluster(
        f"{name}-eksCluster",
        name=options.get("name"),
        role_arn=role.arn,
        bootstrap_self_managed_addons=False if options.auto_mode else options.get("bootstrapSelfManagedAddons", True),
        vpc_config=_vpc_config(options, subnets, security_group),
        version=options.get("version"),
        enabled_cluster_log_types=options.get("enabledClusterLogTypes"),
        tags=tagged({"Name": f"{name}-eksCluster"}, options.get("clusterTags"), options.tags),
        encryption_config=_encryption(options),
        access_config=_access(options),
        upgrade_policy=options.get("upgradePolicy"),
        deletion_protection=options.get("deletionProtection"),
        **_auto_mode(options, node_role),
        opts=pulumi.ResourceOptions(
            parent=parent,
            ignore_changes=["accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons"],
            depends_on=[
                *(service_role.everything if service_role else []),
                *(node_role.everything if node_role else []),
            ],
        ),
    )
    return ControlPlane(cluster, role, node_role.role.name if node_role else "")


def _auto_node_role(
    name: str, options: ClusterOptions, partition: pulumi.Input[str], here: pulumi.ResourceOptions
) -> ServiceRole | None:
    if not options.auto_mode or options.part("autoMode").get("createNodeRole") is False:
        return None
    return ServiceRole(
        f"{name}-nodeRole",
        service="ec2.amazonaws.com",
        policies=["AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"],
        partition=partition,
        tags=options.tags,
        opts=here,
    )


def _vpc_config(options: ClusterOptions, subnets: Any, security_group: Any) -> aws.eks.ClusterVpcConfigArgs:
    public, cidrs = options.get("endpointPublicAccess"), options.get("publicAccessCidrs")
    if public is False and cidrs is not None:
        raise pulumi.RunError("`publicAccessCidrs` can only be set when `endpointPublicAccess` is true")
    return aws.eks.ClusterVpcConfigArgs(
        subnet_ids=subnets,
        security_group_ids=None if security_group is None else [security_group.id],
        endpoint_private_access=options.get("endpointPrivateAccess"),
        endpoint_public_access=public,
        public_access_cidrs=cidrs,
    )


def _encryption(options: ClusterOptions) -> aws.eks.ClusterEncryptionConfigArgs | None:
    key = options.get("encryptionConfigKeyArn")
    if key is None:
        return None
    return aws.eks.ClusterEncryptionConfigArgs(
        provider=aws.eks.ClusterEncryptionConfigProviderArgs(key_arn=key), resources=["secrets"]
    )


def _access(options: ClusterOptions) -> aws.eks.ClusterAccessConfigArgs | None:
    """Switch the creator's admin right on, always; a program that doesn't want it must transform this resource."""
    if options.mode is None:
        return None
    return aws.eks.ClusterAccessConfigArgs(
        authentication_mode=options.mode, bootstrap_cluster_creator_admin_permissions=True
    )


def _auto_mode(options: ClusterOptions, node_role: ServiceRole | None) -> dict[str, Any]:
    """Network settings, and in Auto Mode compute and storage.

    AWS's provider wants the three on or off together and can't tell for what is unknown, so they are known together.
    """
    cidr, family = options.get("kubernetesServiceIpAddressRange"), options.get("ipFamily")
    if cidr is None and family is None and not options.auto_mode:
        return {}
    network = pulumi.Output.all(cidr, family).apply(
        lambda parts: _network(parts[0], parts[1] or "ipv4", options.auto_mode)
    )
    if not options.auto_mode:
        return {"kubernetes_network_config": network}
    arn = node_role.role.arn if node_role is not None else None
    compute = pulumi.Output.all(options.part("autoMode").get("computeConfig") or {}, arn).apply(
        lambda parts: _compute(parts[0], parts[1])
    )
    together = pulumi.Output.all(compute, {"blockStorage": {"enabled": True}}, network)
    return {
        "compute_config": together.apply(lambda parts: parts[0]),
        "storage_config": together.apply(lambda parts: parts[1]),
        "kubernetes_network_config": together.apply(lambda parts: parts[2]),
    }


def _network(cidr: str | None, family: str, auto_mode: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"ipFamily": family}
    if cidr is not None and family == "ipv4":
        found["serviceIpv4Cidr"] = cidr
    if auto_mode:
        found["elasticLoadBalancing"] = {"enabled": True}
    return found


def _compute(wanted: Mapping[str, Any], role_arn: str | None) -> dict[str, Any]:
    own = {} if role_arn is None else {"nodeRoleArn": role_arn}
    return {"enabled": True, **own, "nodePools": ["general-purpose", "system"], **wanted}
