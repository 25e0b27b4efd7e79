"""`eks:index:ManagedNodeGroup`: a node group that EKS runs (nodegroup.ts)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pulumi
import pulumi_aws as aws
from pulumi.output import contains_unknowns

from sandbox.standins.eks.core import Core, together
from sandbox.standins.eks.efa import efa_subnets
from sandbox.standins.eks.images import matching_ami_type
from sandbox.standins.eks.managed_template import TEMPLATE_ARGS, launch_template
from sandbox.standins.eks.node_checks import check_managed
from sandbox.standins.eks.options import truthy
from sandbox.standins.eks.user_data import CUSTOM_USER_DATA

_PASSED_ON: Final = {
    "capacityType": "capacity_type",
    "diskSize": "disk_size",
    "forceUpdateVersion": "force_update_version",
    "instanceTypes": "instance_types",
    "labels": "labels",
    "nodeGroupName": "node_group_name",
    "nodeGroupNamePrefix": "node_group_name_prefix",
    "releaseVersion": "release_version",
    "remoteAccess": "remote_access",
    "tags": "tags",
    "taints": "taints",
    "version": "version",
}


class ManagedNodeGroup(pulumi.ComponentResource):
    """The node group, with a launch template where the program sets what only a template can set."""

    def __init__(self, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        super().__init__("eks:index:ManagedNodeGroup", name, dict(inputs), opts)
        args = {key: value for key, value in inputs.items() if value is not None and key != "cluster"}
        check_managed(args, TEMPLATE_ARGS, CUSTOM_USER_DATA)
        self._args, self._core = args, Core.of(inputs.get("cluster"))
        placement = self._placement_group(name)
        subnets = self._subnets()
        template = launch_template(name, args, self._core, placement, self)
        node_group = aws.eks.NodeGroup(
            name,
            **self._properties(template),
            cluster_name=args.get("clusterName") or self._core.of_cluster(lambda found: found.name),
            node_role_arn=self._role_arn(),
            scaling_config=pulumi.Output.from_input(args.get("scalingConfig") or {}).apply(_scaling),
            subnet_ids=subnets,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=self._core.field("eksNodeAccess").apply(
                    lambda found: [found] if isinstance(found, pulumi.Resource) else []
                ),
                ignore_changes=["scalingConfig.desiredSize"] if args.get("ignoreScalingChanges") else None,
            ),
        )
        placed = self._when_allowed(placement.name if placement else "")
        self.state = {"nodeGroup": node_group, "placementGroupName": placed}
        self.register_outputs(self.state)

    def _role_arn(self) -> pulumi.Input[str]:
        given: pulumi.Input[str] | None = self._args.get("nodeRoleArn")
        return given or pulumi.Output.from_input(self._args["nodeRole"]).apply(lambda role: role.arn)

    def _when_allowed(self, value: pulumi.Input[str]) -> pulumi.Output[str]:
        """Return a value unless the role's nodes couldn't join; in a preview what is unknown isn't checked."""
        known = self._core.field("instanceRoles").apply(lambda roles: together(*[role.arn for role in roles or []]))
        mode = self._core.of_cluster(lambda found: found.access_config.authentication_mode)
        return pulumi.Output.all(value, self._role_arn(), known, mode).apply(_allowed, True)

    def _subnets(self) -> Any:
        subnets = self._args.get("subnetIds")
        if subnets is None:
            given = [self._core.field(name) for name in ("subnetIds", "privateSubnetIds", "publicSubnetIds")]
            subnets = self._core.output.apply(lambda _: together(*given)).apply(
                lambda found: next((ids for ids in found if ids is not None), [])
            )
        if self._args.get("enableEfaSupport"):
            return efa_subnets(self._args, subnets, self)
        return subnets

    def _placement_group(self, name: str) -> aws.ec2.PlacementGroup | None:
        if self._args.get("enableEfaSupport") is not True:
            return None
        opts = pulumi.ResourceOptions(parent=self)
        return aws.ec2.PlacementGroup(name, strategy="cluster", tags=self._args.get("tags"), opts=opts)

    def _properties(self, template: aws.ec2.LaunchTemplate | None) -> dict[str, Any]:
        """Return what the program sets of the group itself; an image of its own excludes EKS's versions and types."""
        args = self._args
        found = {python: args[name] for name, python in _PASSED_ON.items() if name in args}
        if not truthy(args.get("version")) and not truthy(args.get("launchTemplate")):
            found["version"] = self._core.of_cluster(lambda cluster: cluster.version)
        ami_type = args.get("amiType")
        if truthy(args.get("userData")) or truthy(args.get("amiId")) or any(name in args for name in CUSTOM_USER_DATA):
            for name in ("version", "release_version"):
                found.pop(name, None)
            ami_type = None
        elif ami_type is None and "operatingSystem" in args:
            parts = pulumi.Output.all(args["operatingSystem"], args.get("gpu"), args.get("instanceTypes") or [])
            ami_type = parts.apply(lambda given: matching_ami_type(given[0], bool(given[1]), given[2], "instanceTypes"))
        if template is None:
            return {**found, "ami_type": ami_type, "launch_template": args.get("launchTemplate")}
        found.pop("disk_size", None)
        version = template.latest_version.apply(lambda number: str(int(number)))
        return {**found, "ami_type": ami_type, "launch_template": {"id": template.id, "version": version}}


def _scaling(config: Mapping[str, Any]) -> Any:
    sizes = {"desiredSize": 2, "minSize": 1, "maxSize": 2}
    return {name: default if config.get(name) is None else config[name] for name, default in sizes.items()}


def _allowed(parts: list[Any]) -> Any:
    value, arn, known, mode = parts
    if any(contains_unknowns(part) for part in (arn, known, mode)):
        return value
    if mode not in ("API", "API_AND_CONFIG_MAP") and arn not in known:
        raise pulumi.InputPropertyError(
            "nodeRole",
            "A managed node group cannot be created without first setting its role in the cluster's instanceRoles",
        )
    return value
