"""What pulumi-eks has no input for, set on its children on their way to the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pulumi

from .plan.model import ClusterPlan

Transform = Callable[[pulumi.ResourceTransformArgs], pulumi.ResourceTransformResult | None]


def transforms(cluster: ClusterPlan, aws_auth_id: str | None) -> list[pulumi.ResourceTransform]:
    """List the transforms of `pulumi_eks.Cluster`.

    Args:
        cluster: the cluster as planned.
        aws_auth_id: id of the aws-auth that exists already and is imported; None where it is created.
    """
    return [_on_aws_auth(aws_auth_id), _on_cluster(cluster)]


def _on_aws_auth(id: str | None) -> Transform:
    def transform(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        """Leave aws-auth in place when the stack is destroyed: it goes with the cluster, and with it the way in."""
        if args.type_ != "kubernetes:core/v1:ConfigMap":
            return None
        ours = pulumi.ResourceOptions(retain_on_delete=True)
        if id:
            # An import must change nothing; the lines follow with the next update.
            ours = pulumi.ResourceOptions(retain_on_delete=True, import_=id, ignore_changes=["data", "metadata"])
        opts = pulumi.ResourceOptions.merge(args.opts, ours)
        return pulumi.ResourceTransformResult(props=args.props, opts=opts)

    return transform


def _on_cluster(cluster: ClusterPlan) -> Transform:
    def transform(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        """Declare the creator like everybody else in mode API, and say where hybrid nodes are."""
        if args.type_ != "aws:eks/cluster:Cluster":
            return None
        props = dict(args.props)
        if not cluster.mode.uses_aws_auth:
            access = cast(dict[str, Any], props.get("accessConfig", {}))
            props["accessConfig"] = {**access, "bootstrapClusterCreatorAdminPermissions": False}
        if remote := cluster.remote_networks:
            networks: dict[str, Any] = {"remoteNodeNetworks": {"cidrs": list(remote.nodes)}}
            if remote.pods:
                networks["remotePodNetworks"] = {"cidrs": list(remote.pods)}
            props["remoteNetworkConfig"] = networks
        return pulumi.ResourceTransformResult(props=props, opts=args.opts)

    return transform
