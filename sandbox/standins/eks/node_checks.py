"""Pairs of inputs that node groups refuse, with pulumi-eks's texts (nodegroup.ts)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pulumi

from sandbox.standins.eks.core import read_field
from sandbox.standins.eks.options import truthy
from sandbox.standins.eks.texts import text

SELF_MANAGED: Final = "Invalid arguments for node group"
MANAGED: Final = "The input properties for the managed node group are invalid."


class Refusals:
    """Problems of a component's inputs, told together."""

    def __init__(self, message: str) -> None:
        self._message = message
        self._found: list[pulumi.InputPropertyErrorDetails] = []

    def add(self, path: str, reason: str) -> None:
        """Note one problem."""
        self._found.append({"property_path": path, "reason": reason})

    def tell(self) -> None:
        """Refuse the component if there is anything to refuse."""
        if self._found:
            raise pulumi.InputPropertiesError(self._message, self._found)


def check_self_managed(args: Mapping[str, Any]) -> None:
    """Refuse what a self-managed group cannot have together."""
    given = {name for name, value in args.items() if truthy(value)}
    found = Refusals(SELF_MANAGED)
    if {"clusterIngressRule", "clusterIngressRuleId"} <= given:
        found.add("clusterIngressRule", "clusterIngressRule and clusterIngressRuleId are mutually exclusive")
    if {"nodeSecurityGroup", "nodeSecurityGroupId"} <= given:
        found.add("nodeSecurityGroup", "nodeSecurityGroup and nodeSecurityGroupId are mutually exclusive")
    if {"nodePublicKey", "keyName"} <= given:
        found.add("nodePublicKey", "nodePublicKey and keyName are mutually exclusive. Choose a single approach")
    if {"amiId", "gpu"} <= given:
        found.add("amiId", "amiId and gpu are mutually exclusive.")
    scripts = {"nodeUserData", "labels", "taints", "kubeletExtraArgs", "bootstrapExtraArgs"}
    if "nodeUserDataOverride" in given and scripts & given:
        found.add(
            "nodeUserDataOverride",
            "nodeUserDataOverride and any combination of {nodeUserData, labels, taints, kubeletExtraArgs, or "
            "bootstrapExtraArgs} is mutually exclusive.",
        )
    own_group = {"nodeSecurityGroup", "nodeSecurityGroupId"} & given
    if own_group and args.get("clusterIngressRule") is None and args.get("clusterIngressRuleId") is None:
        found.add(
            "clusterIngressRule",
            "clusterIngressRule or clusterIngressRuleId is required when nodeSecurityGroup is manually specified",
        )
    _check_root_volume(args)
    found.tell()


def _check_root_volume(args: Mapping[str, Any]) -> None:
    kind, found = args.get("nodeRootVolumeType"), Refusals(SELF_MANAGED)
    for name, needed, what in (("Iops", "io1", "IOPS"), ("Throughput", "gp3", "throughput")):
        path = f"nodeRootVolume{name}"
        value = args.get(path)
        if not truthy(value) or isinstance(value, pulumi.Output) or isinstance(kind, pulumi.Output):
            continue
        if kind != needed:
            found.add(
                path, f"Cannot create a cluster node root volume of non-{needed} type with provisioned {what} ({path})."
            )
        elif not text(value).isdecimal():
            found.add(
                path,
                f"Cannot create a cluster node root volume of {needed} type without provisioned {what} ({path}) "
                "as integer value.",
            )
    found.tell()


def check_managed(args: Mapping[str, Any], template_args: tuple[str, ...], data_args: tuple[str, ...]) -> None:
    """Refuse what a managed group cannot have together."""
    given = {name for name, value in args.items() if truthy(value)}
    present = {name for name, value in args.items() if value is not None}
    found = Refusals(MANAGED)
    if {"nodeRole", "nodeRoleArn"} <= given:
        found.add("nodeRole", "You cannot specify both nodeRole and nodeRoleArn when creating a managed node group.")
    for other in ("gpu", "amiType"):
        if {"amiId", other} <= given:
            found.add("amiId", f"You cannot specify both amiId and {other} when creating a managed node group.")
    if not {"nodeRole", "nodeRoleArn"} & given:
        found.add("nodeRole", "An IAM role, or role ARN must be provided to create a managed node group")
        found.tell()
    if "enableEfaSupport" in given and "placementGroupAvailabilityZone" not in given:
        found.add("enableEfaSupport", "You must specify placementGroupAvailabilityZone when enabling EFA support.")
    if "launchTemplate" in given and present & set(template_args):
        found.add(
            "launchTemplate",
            f"If you provide a custom launch template, you cannot provide any of {', '.join(template_args)}. "
            "Please include these in the launch template that you are providing.",
        )
    if "userData" in given and present & set(data_args):
        found.add(
            "userData",
            f"If you provide custom userData, you cannot provide any of {', '.join(data_args)}. "
            "Please include these in the userData that you are providing.",
        )
    found.tell()


def instance_profile_name(args: Mapping[str, Any], options: Any) -> Any:
    """Return the instance profile of a self-managed group: its own, or that of the cluster's node group options."""
    own, own_name = args.get("instanceProfile"), args.get("instanceProfileName")
    default, default_name = read_field(options, "instanceProfile"), read_field(options, "instanceProfileName")
    if (own or default) and (own_name or default_name):
        raise pulumi.InputPropertyError(
            "instanceProfile", "instanceProfile and instanceProfileName are mutually exclusive"
        )
    if own:
        return own.name
    if own_name:
        return own_name
    if default:
        return default.name
    if default_name:
        return default_name
    raise pulumi.InputPropertyError("instanceProfile", "an instanceProfile or instanceProfileName is required")
