"""The Fargate profile of `fargate`, with its pod execution role (cluster.ts)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from sandbox.standins.eks.options import ClusterOptions
from sandbox.standins.eks.service_role import ServiceRole
from sandbox.standins.eks.subnets import worker_subnets


def fargate_profile(
    name: str,
    options: ClusterOptions,
    cluster: aws.eks.Cluster,
    subnets: Any,
    partition: pulumi.Input[str],
    after: list[pulumi.Resource],
    parent: pulumi.Resource,
) -> aws.eks.FargateProfile | None:
    """Make the profile for the namespaces that the program names, `default` and `kube-system` otherwise."""
    wanted = options.get("fargate")
    if not options.fargate:
        return None
    if isinstance(wanted, pulumi.Output):
        raise pulumi.RunError(
            "the sandbox's stand-in for pulumi-eks needs `fargate` as a plain value, not as an output of a resource; "
            "outputs may be inside of it"
        )
    settings: Mapping[str, Any] = wanted if isinstance(wanted, Mapping) else {}
    role_arn = settings.get("podExecutionRoleArn") or _pod_role(name, options, partition, parent).resolved.apply(
        lambda role: role.arn
    )
    chosen = settings.get("subnetIds") or subnets
    return aws.eks.FargateProfile(
        _profile_name(name),
        cluster_name=cluster.name,
        pod_execution_role_arn=role_arn,
        selectors=settings.get("selectors") or [{"namespace": "default"}, {"namespace": "kube-system"}],
        subnet_ids=worker_subnets(chosen, parent),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=after),
    )


def _pod_role(name: str, options: ClusterOptions, partition: pulumi.Input[str], parent: pulumi.Resource) -> ServiceRole:
    return ServiceRole(
        f"{name}-podExecutionRole",
        service="eks-fargate-pods.amazonaws.com",
        policies=["AmazonEKSFargatePodExecutionRolePolicy"],
        partition=partition,
        tags=options.tags,
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _profile_name(name: str) -> str:
    """AWS reserves names that begin with `eks-`."""
    if name == "eks" or re.match("eks-", name, re.IGNORECASE):
        return f"{name.replace('-', '_', 1)}fargateProfile"
    return f"{name}-fargateProfile"
