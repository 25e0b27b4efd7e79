"""The launch template of a managed node group, for what EKS's own one cannot do (nodegroup.ts)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from sandbox.standins.eks.core import Core
from sandbox.standins.eks.efa import efa_interfaces
from sandbox.standins.eks.images import BOTTLEROCKET, recommended_image, system_of
from sandbox.standins.eks.node_group import cluster_facts, encoded
from sandbox.standins.eks.options import truthy
from sandbox.standins.eks.user_data import CUSTOM_USER_DATA, ClusterFacts, UserDataArgs, user_data

TEMPLATE_ARGS: Final = (*CUSTOM_USER_DATA, "enableIMDSv2", "userData", "amiId", "enableEfaSupport")
"""Inputs that need a launch template."""
_EFFECTS: Final = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}


def launch_template(
    name: str,
    args: Mapping[str, Any],
    core: Core,
    placement: aws.ec2.PlacementGroup | None,
    parent: pulumi.Resource,
) -> aws.ec2.LaunchTemplate | None:
    """Make a template if any of the inputs needs one."""
    if not any(name in args for name in TEMPLATE_ARGS):
        return None
    own_data = truthy(args.get("userData")) or truthy(args.get("amiId"))
    data = _user_data(args, core) if own_data or any(key in args for key in CUSTOM_USER_DATA) else None
    # With user data and no image, AWS would merge the data with its own, and the nodes could not join.
    image = args.get("amiId") or (data and recommended_image(args, core.of_cluster(lambda c: c.version), parent))
    return aws.ec2.LaunchTemplate(
        f"{name}-launchTemplate",
        block_device_mappings=_volumes(args),
        user_data=data,
        metadata_options=_metadata(args),
        image_id=image,
        placement={"group_name": placement.name} if placement else None,
        network_interfaces=efa_interfaces(args, core, parent) if args.get("enableEfaSupport") else None,
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _volumes(args: Mapping[str, Any]) -> Any:
    if not args.get("diskSize"):
        return None
    device = system_of(args).apply(lambda system: "/dev/xvdb" if system == BOTTLEROCKET else "/dev/xvda")
    return [{"device_name": device, "ebs": {"volume_size": args["diskSize"]}}]


def _metadata(args: Mapping[str, Any]) -> Any:
    if "enableIMDSv2" not in args:
        return None
    tokens = "required" if args["enableIMDSv2"] else "optional"
    return {"http_tokens": tokens, "http_put_response_hop_limit": 2, "http_endpoint": "enabled"}


def _user_data(args: Mapping[str, Any], core: Core) -> pulumi.Output[str]:
    settings = pulumi.Output.all(
        kubelet_extra_args=args.get("kubeletExtraArgs"),
        bootstrap_extra_args=args.get("bootstrapExtraArgs"),
        labels=args.get("labels") or {},
        taints=pulumi.Output.from_input(args.get("taints") or []).apply(_taints),
        bottlerocket=args.get("bottlerocketSettings"),
        override=args.get("userData"),
        nodeadm=args.get("nodeadmExtraOptions") or [],
    )
    return pulumi.Output.all(system_of(args), cluster_facts(core, args.get("clusterName")), settings).apply(
        lambda parts: encoded(user_data(parts[0], ClusterFacts(**parts[1]), UserDataArgs(managed=True, **parts[2])))
    )


def _taints(taints: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return EKS's taints with Kubernetes's names of effects."""
    found = {}
    for taint in taints:
        effect = str(taint["effect"])
        if effect not in _EFFECTS:
            raise pulumi.InputPropertyError(
                "taints", f"Invalid taint effect: {effect}. Must be one of {', '.join(_EFFECTS)}."
            )
        found[str(taint["key"])] = {"value": taint.get("value"), "effect": _EFFECTS[effect]}
    return found
