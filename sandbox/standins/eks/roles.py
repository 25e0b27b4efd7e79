"""The roles that nodes join with, and the OIDC provider through which pods get roles (cluster.ts)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from sandbox.standins.eks.options import ClusterOptions
from sandbox.standins.eks.service_role import ServiceRole

_NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly")
_THUMBPRINT = "9e99a48a9960b14926bb7f3b02e22da2b0ab7280"


@dataclass(frozen=True)
class NodeIdentity:
    """The node roles for aws-auth; `default` is the one that also gets an access entry."""

    roles: pulumi.Output[Any]
    default: pulumi.Output[Any] | None = None
    instance_profile: aws.iam.InstanceProfile | None = None


def node_identity(
    name: str, options: ClusterOptions, partition: pulumi.Input[str], parent: pulumi.Resource
) -> NodeIdentity:
    """Return the program's node roles, or a new one where it wants one."""
    given, one = options.get("instanceRoles"), options.get("instanceRole")
    if given is not None:
        return NodeIdentity(pulumi.Output.from_input(given))
    if one is not None:
        profile = _instance_profile(name, one, options, parent) if options.has_default_nodes else None
        return NodeIdentity(pulumi.Output.from_input([one]), pulumi.Output.from_input(one), profile)
    if not options.get("createInstanceRole", not options.get("skipDefaultNodeGroup")):
        return NodeIdentity(pulumi.Output.from_input([]))
    made = ServiceRole(
        f"{name}-instanceRole",
        service="ec2.amazonaws.com",
        policies=_NODE_POLICIES,
        partition=partition,
        tags=options.tags,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    profile = _instance_profile(name, made.resolved, options, parent)
    return NodeIdentity(made.resolved.apply(lambda role: [role]), made.resolved, profile)


def _instance_profile(
    name: str, role: pulumi.Input[Any], options: ClusterOptions, parent: pulumi.Resource
) -> aws.iam.InstanceProfile:
    """Read the profile that the program names, or make one."""
    opts = pulumi.ResourceOptions(parent=parent)
    named = options.get("instanceProfileName") or options.part("nodeGroupOptions").get("instanceProfileName")
    if named:
        return aws.iam.InstanceProfile.get(f"{name}-instanceProfile", named, opts=opts)
    return aws.iam.InstanceProfile(f"{name}-instanceProfile", role=role, opts=opts)


def issuer_of(identities: Any) -> str:
    """Return the cluster's OIDC issuer, empty where there is none."""
    oidcs = identities[0].oidcs if identities else None
    return str(oidcs[0].issuer) if oidcs else ""


def oidc_provider(name: str, cluster: aws.eks.Cluster, parent: pulumi.Resource) -> aws.iam.OpenIdConnectProvider:
    """Register the cluster's issuer as an identity provider of the account.

    The real component asks for the region, to take the thumbprint from the region's issuer. There is none here, so
    the thumbprint is a fixed one; it is asked for all the same, so that both make the same calls.
    """
    aws.get_region_output(opts=pulumi.InvokeOutputOptions(parent=parent))
    return aws.iam.OpenIdConnectProvider(
        f"{name}-oidcProvider",
        client_id_lists=["sts.amazonaws.com"],
        url=cluster.identities.apply(issuer_of),
        thumbprint_lists=[_THUMBPRINT],
        opts=pulumi.ResourceOptions(parent=parent),
    )
