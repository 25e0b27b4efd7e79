"""The control plane: the role that EKS works with, and the `aws.eks.Cluster` itself."""

from __future__ import annotations

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
    if public is False and cidrs:
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
    """Network settings, and in Auto Mode compute and storage, which EKS wants on or off together."""
    network: dict[str, Any] = {}
    cidr, family = options.get("kubernetesServiceIpAddressRange"), options.get("ipFamily")
    if cidr is not None or family is not None or options.auto_mode:
        network = {"ip_family": family or "ipv4"}
        if cidr is not None and network["ip_family"] == "ipv4":
            network["service_ipv4_cidr"] = cidr
    if not options.auto_mode:
        return {"kubernetes_network_config": network} if network else {}
    compute = {"enabled": True, "nodePools": ["general-purpose", "system"]}
    if node_role is not None:
        compute["nodeRoleArn"] = node_role.role.arn
    return {
        "kubernetes_network_config": {**network, "elastic_load_balancing": {"enabled": True}},
        "compute_config": {**compute, **(options.part("autoMode").get("computeConfig") or {})},
        "storage_config": {"block_storage": {"enabled": True}},
    }
