"""`eks:index:NodeGroupV2`, which is the default node group too: launch template and scaling group (nodegroup.ts)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from sandbox.standins.eks.core import Core, together
from sandbox.standins.eks.images import recommended_image, system_of
from sandbox.standins.eks.node_checks import check_self_managed, instance_profile_name
from sandbox.standins.eks.node_volumes import block_devices
from sandbox.standins.eks.security_groups import node_security_group
from sandbox.standins.eks.subnets import worker_subnets
from sandbox.standins.eks.user_data import ClusterFacts, UserDataArgs, user_data

DEFAULT_INSTANCE_TYPE: Final = "t3.medium"


@dataclass(frozen=True)
class NodeGroupData:
    """What a self-managed node group is made of."""

    scaling_group: aws.autoscaling.Group
    security_group: Any
    security_group_id: pulumi.Input[str]
    extra_security_groups: Any

    def as_core(self) -> dict[str, Any]:
        """Return the group as the engine names its parts."""
        return {
            "autoScalingGroup": self.scaling_group,
            "extraNodeSecurityGroups": self.extra_security_groups,
            "nodeSecurityGroup": self.security_group,
            "nodeSecurityGroupId": self.security_group_id,
        }


class NodeGroupV2(pulumi.ComponentResource):
    """Nodes that the program runs itself, joined by their user data."""

    def __init__(self, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        super().__init__("eks:index:NodeGroupV2", name, dict(inputs), opts)
        group = node_group(name, inputs, Core.of(inputs.get("cluster")), self)
        self.state = {**group.as_core(), "extraNodeSecurityGroups": group.extra_security_groups or []}
        self.register_outputs(self.state)


def node_group(name: str, inputs: Mapping[str, Any], core: Core, parent: pulumi.Resource) -> NodeGroupData:
    """Make the group's security group unless the program brings one, its template, and the group itself."""
    args = {key: value for key, value in inputs.items() if value is not None}
    check_self_managed(args)
    here = pulumi.ResourceOptions(parent=parent)
    group, group_id, rule_id = _security_group(name, args, core, parent)
    extra = pulumi.Output.from_input(args.get("extraNodeSecurityGroups") or [])
    groups = pulumi.Output.all(group_id, extra.apply(lambda found: [item.id for item in found]), rule_id)
    image = args.get("amiId") or recommended_image(args, core.of_cluster(lambda found: found.version), parent)
    template = aws.ec2.LaunchTemplate(
        f"{name}-launchTemplate",
        image_id=image,
        instance_type=args.get("instanceType") or DEFAULT_INSTANCE_TYPE,
        iam_instance_profile={
            "name": core.field("nodeGroupOptions").apply(lambda found: instance_profile_name(args, found))
        },
        key_name=_key_name(name, args, here),
        instance_market_options=_market(args),
        block_device_mappings=block_devices(args, image, system_of(args), parent),
        network_interfaces=[
            {
                "associate_public_ip_address": _flag(args.get("nodeAssociatePublicIpAddress", True)),
                # The rule's id is in it so that nodes start when they can reach the API server.
                "security_groups": groups.apply(lambda parts: [parts[0], *parts[1]]),
            }
        ],
        metadata_options=args.get("metadataOptions"),
        user_data=_user_data(name, args, core),
        tag_specifications=args.get("launchTemplateTagSpecifications"),
        monitoring={"enabled": args["enableDetailedMonitoring"]} if "enableDetailedMonitoring" in args else None,
        opts=here,
    )
    scaling_group = _scaling_group(name, args, core, template, parent)
    return NodeGroupData(scaling_group, group, group_id, args.get("extraNodeSecurityGroups"))


def _security_group(name: str, args: Mapping[str, Any], core: Core, parent: pulumi.Resource) -> tuple[Any, Any, Any]:
    """Return the nodes' group, its id, and the id of the rule that lets them reach the API server."""
    own, own_id = args.get("nodeSecurityGroup"), args.get("nodeSecurityGroupId")
    if own or own_id:
        rule = args.get("clusterIngressRule")
        return own, own.id if own else own_id, rule.id if rule else args.get("clusterIngressRuleId")
    fallback = core.of_cluster(lambda found: found.vpc_config.cluster_security_group_id)
    group_id = core.field("clusterSecurityGroup").apply(lambda found: found.id if found else fallback)
    tags = core.output.apply(lambda _: together(core.field("nodeSecurityGroupTags"), core.field("tags")))
    made = node_security_group(
        name,
        core.field("vpcId"),
        group_id,
        core.of_cluster(lambda found: found.name),
        tags.apply(_merged),
        parent,
    )
    return made.group, made.group.id, made.cluster_ingress.id


def _merged(parts: Any) -> dict[str, str]:
    return {key: value for part in parts if part for key, value in part.items()}


def _key_name(name: str, args: Mapping[str, Any], opts: pulumi.ResourceOptions) -> Any:
    if not args.get("nodePublicKey"):
        return args.get("keyName")
    return aws.ec2.KeyPair(f"{name}-keyPair", public_key=args["nodePublicKey"], opts=opts).key_name


def _market(args: Mapping[str, Any]) -> Any:
    price = args.get("spotPrice")
    return {"market_type": "spot", "spot_options": {"max_price": price}} if price else None


def _flag(value: pulumi.Input[bool]) -> pulumi.Output[str]:
    return pulumi.Output.from_input(value).apply(lambda given: "true" if given else "false")


def cluster_facts(core: Core, name: pulumi.Input[str] | None = None) -> pulumi.Output[dict[str, str]]:
    """Return what nodes must know of the cluster, as the arguments of `ClusterFacts`."""
    return pulumi.Output.all(
        name=name or core.of_cluster(lambda found: found.name),
        endpoint=core.of_cluster(lambda found: found.endpoint),
        certificate=core.of_cluster(lambda found: found.certificate_authority.data),
        service_cidr=core.of_cluster(lambda found: found.kubernetes_network_config).apply(_service_cidr),
    )


def _service_cidr(network: Any) -> str:
    return str(network.service_ipv6_cidr if network.ip_family == "ipv6" else network.service_ipv4_cidr)


def _user_data(name: str, args: Mapping[str, Any], core: Core) -> pulumi.Output[str]:
    settings = pulumi.Output.all(
        title=name,
        kubelet_extra_args=args.get("kubeletExtraArgs"),
        bootstrap_extra_args=args.get("bootstrapExtraArgs"),
        labels=args.get("labels") or {},
        taints=args.get("taints") or {},
        extra=args.get("nodeUserData"),
        override=args.get("nodeUserDataOverride"),
        bottlerocket=args.get("bottlerocketSettings"),
        nodeadm=args.get("nodeadmExtraOptions") or [],
    )
    return pulumi.Output.all(system_of(args), cluster_facts(core), settings).apply(
        lambda parts: encoded(user_data(parts[0], ClusterFacts(**parts[1]), UserDataArgs(managed=False, **parts[2])))
    )


def encoded(text: str) -> str:
    """Launch templates take user data in base64."""
    return base64.b64encode(text.encode()).decode()


def _scaling_group(
    name: str, args: Mapping[str, Any], core: Core, template: aws.ec2.LaunchTemplate, parent: pulumi.Resource
) -> aws.autoscaling.Group:
    tags = pulumi.Output.all(core.of_cluster(lambda found: found.name), args.get("autoScalingGroupTags") or {})
    after = pulumi.Output.all(core.field("vpcCni"), core.field("eksNodeAccess")).apply(
        lambda found: [item for item in found if isinstance(item, pulumi.Resource)]
    )
    return aws.autoscaling.Group(
        name,
        min_size=args.get("minSize", 1),
        max_size=args.get("maxSize", 2),
        desired_capacity=args.get("desiredCapacity", 2),
        launch_template={
            "name": template.name,
            "version": template.latest_version.apply(lambda version: str(int(version))),
        },
        vpc_zone_identifiers=args["nodeSubnetIds"] if "nodeSubnetIds" in args else _worker_subnets(core, parent),
        instance_refresh={
            "strategy": "Rolling",
            "preferences": {"min_healthy_percentage": args.get("minRefreshPercentage", 50)},
        },
        tags=tags.apply(lambda parts: _group_tags(parts[0], parts[1])),
        default_instance_warmup=args.get("defaultInstanceWarmup"),
        opts=pulumi.ResourceOptions(
            parent=parent,
            depends_on=after,
            ignore_changes=["desiredCapacity"] if args.get("ignoreScalingChanges") else None,
        ),
    )


def _worker_subnets(core: Core, parent: pulumi.Resource) -> pulumi.Output[Any]:
    """Return the cluster's private subnets, else its public ones, else those of its subnets that nodes may use."""
    given = [core.field(name) for name in ("privateSubnetIds", "publicSubnetIds", "subnetIds")]
    return core.output.apply(lambda _: together(*given)).apply(
        lambda found: next((ids for ids in found[:2] if ids is not None), None) or worker_subnets(found[2], parent)
    )


def _group_tags(cluster: str, tags: Mapping[str, str]) -> Any:
    own = {f"kubernetes.io/cluster/{cluster}": "owned", "Name": f"{cluster}-worker"}
    pairs = [*tags.items(), *own.items()]
    return [{"key": key, "value": value, "propagateAtLaunch": True} for key, value in pairs]
