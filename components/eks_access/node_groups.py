"""The nodes that EKS is asked for: managed node groups and Fargate profiles."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from .plan.model import ClusterPlan, NodeGroupPlan


def fargate_profile(
    name: str,
    group: NodeGroupPlan,
    cluster: ClusterPlan,
    subnets: pulumi.Input[list[str]],
    tags: Mapping[str, str] | None,
    opts: pulumi.ResourceOptions,
) -> pulumi.Resource:
    """Register a Fargate profile for the pods of its namespaces."""
    return aws.eks.FargateProfile(
        name,
        cluster_name=cluster.name,
        fargate_profile_name=group.name,
        pod_execution_role_arn=group.role_arn,
        selectors=[aws.eks.FargateProfileSelectorArgs(namespace=namespace) for namespace in group.namespaces],
        subnet_ids=subnets,
        tags=tags,
        opts=opts,
    )


def node_group(
    name: str,
    group: NodeGroupPlan,
    cluster: ClusterPlan,
    subnets: pulumi.Input[list[str]],
    tags: Mapping[str, str] | None,
    opts: pulumi.ResourceOptions,
) -> pulumi.Resource:
    """Register a managed node group, Linux or Windows."""
    return aws.eks.NodeGroup(
        name,
        cluster_name=cluster.name,
        node_group_name=group.name,
        node_role_arn=group.role_arn,
        instance_types=list(group.instance_types),
        ami_type=group.ami_type,
        version=cluster.version,
        release_version=group.release_version,
        scaling_config=aws.eks.NodeGroupScalingConfigArgs(
            min_size=group.min, max_size=group.max, desired_size=group.min
        ),
        subnet_ids=subnets,
        tags=tags,
        # The autoscaler owns the number of nodes between the bounds.
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(ignore_changes=["scalingConfig.desiredSize"])),
    )
