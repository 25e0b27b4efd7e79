"""The security groups that pulumi-eks makes unless told not to: the cluster's and the nodes' (securitygroup.ts)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from sandbox.standins.eks.options import ClusterOptions


@dataclass(frozen=True)
class NodeSecurityGroup:
    """The nodes' group, and the rule that lets nodes reach the API server."""

    group: aws.ec2.SecurityGroup
    cluster_ingress: aws.ec2.SecurityGroupRule


def tagged(fixed: dict[str, Any], *more: Any) -> pulumi.Output[dict[str, str]]:
    """Tags of our own, then the program's, which win."""
    return pulumi.Output.all(fixed, *[item or {} for item in more]).apply(
        lambda parts: {key: value for part in parts for key, value in part.items()}
    )


def _rule(name: str, parent: pulumi.Resource, description: str, **properties: Any) -> aws.ec2.SecurityGroupRule:
    return aws.ec2.SecurityGroupRule(
        name, description=description, **properties, opts=pulumi.ResourceOptions(parent=parent)
    )


_ANYTHING = {"from_port": 0, "to_port": 0, "protocol": "-1"}
_HTTPS = {"from_port": 443, "to_port": 443, "protocol": "tcp"}


def cluster_security_group(
    name: str, options: ClusterOptions, vpc_id: pulumi.Input[str], parent: pulumi.Resource
) -> Any:
    """Find the group of the control plane: the program's own, a new one, or none."""
    if options.get("clusterSecurityGroup") is not None:
        return options.get("clusterSecurityGroup")
    if options.skips_security_groups:
        return None
    title = f"{name}-eksClusterSecurityGroup"
    group = aws.ec2.SecurityGroup(
        title,
        vpc_id=vpc_id,
        revoke_rules_on_delete=True,
        tags=tagged({"Name": title}, options.get("clusterSecurityGroupTags"), options.tags),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    _rule(
        f"{name}-eksClusterInternetEgressRule",
        parent,
        "Allow internet access.",
        type="egress",
        cidr_blocks=["0.0.0.0/0"],
        security_group_id=group.id,
        **_ANYTHING,
    )
    return group


def node_security_group(
    name: str,
    vpc_id: pulumi.Input[str],
    cluster_group_id: pulumi.Input[str],
    cluster_name: pulumi.Input[str],
    tags: Any,
    parent: pulumi.Resource,
) -> NodeSecurityGroup:
    """Make the group of the nodes: they may talk among themselves and out, the control plane may talk to them."""
    title = f"{name}-nodeSecurityGroup"
    group = aws.ec2.SecurityGroup(
        title,
        vpc_id=vpc_id,
        revoke_rules_on_delete=True,
        tags=pulumi.Output.all(cluster_name, tags or {}).apply(
            lambda parts: {"Name": title, f"kubernetes.io/cluster/{parts[0]}": "owned", **parts[1]}
        ),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    into = {"type": "ingress", "security_group_id": group.id}
    from_cluster = {**into, "source_security_group_id": cluster_group_id}
    _rule(
        f"{name}-eksNodeIngressRule",
        parent,
        "Allow nodes to communicate with each other",
        self=True,
        **into,
        **_ANYTHING,
    )
    _rule(
        f"{name}-eksNodeClusterIngressRule",
        parent,
        "Allow worker Kubelets and pods to receive communication from the cluster control plane",
        from_port=1025,
        to_port=65535,
        protocol="tcp",
        **from_cluster,
    )
    _rule(
        f"{name}-eksExtApiServerClusterIngressRule",
        parent,
        "Allow pods running extension API servers on port 443 to receive communication from cluster control plane",
        **from_cluster,
        **_HTTPS,
    )
    _rule(
        f"{name}-eksNodeInternetEgressRule",
        parent,
        "Allow internet access.",
        type="egress",
        cidr_blocks=["0.0.0.0/0"],
        security_group_id=group.id,
        **_ANYTHING,
    )
    ingress = _rule(
        f"{name}-eksClusterIngressRule",
        parent,
        "Allow pods to communicate with the cluster API Server",
        type="ingress",
        security_group_id=cluster_group_id,
        source_security_group_id=group.id,
        **_HTTPS,
    )
    return NodeSecurityGroup(group, ingress)


class NodeGroupSecurityGroup(pulumi.ComponentResource):
    """`eks:index:NodeGroupSecurityGroup`: the nodes' group for node groups that the program makes."""

    def __init__(self, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        super().__init__("eks:index:NodeGroupSecurityGroup", name, dict(inputs), opts)
        control_plane = pulumi.Output.from_input(inputs["clusterSecurityGroup"])
        cluster = pulumi.Output.from_input(inputs["eksCluster"])
        made = node_security_group(
            name,
            inputs["vpcId"],
            control_plane.apply(lambda group: group.id),
            cluster.apply(lambda found: found.name),
            inputs.get("tags"),
            self,
        )
        self.state = {"securityGroup": made.group, "securityGroupRule": made.cluster_ingress}
        self.register_outputs({})
