"""Elastic Fabric Adapters of managed node groups: their interfaces, and the subnets that have them (instances.ts)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from sandbox.standins.eks.core import Core

_ZONE = "placementGroupAvailabilityZone"


def _instance_type(args: Mapping[str, Any]) -> Any:
    return pulumi.Output.from_input(args.get("instanceTypes") or []).apply(
        lambda types: str(types[0]) if types else "t3.medium"
    )


def efa_interfaces(args: Mapping[str, Any], core: Core, parent: pulumi.Resource) -> pulumi.Output[Any]:
    """Return an interface per network card; the first one has an address too."""
    here = pulumi.InvokeOutputOptions(parent=parent)
    kind = _instance_type(args)
    found = aws.ec2.get_instance_type_output(instance_type=kind, opts=here)
    group = core.of_cluster(lambda cluster: cluster.vpc_config.cluster_security_group_id)
    return pulumi.Output.all(found, kind, group).apply(lambda parts: _interfaces(*parts))


def _interfaces(found: Any, kind: str, group: str) -> list[dict[str, Any]]:
    if not found.efa_supported:
        raise pulumi.InputPropertyError("instanceTypes", f"The selected instance type '{kind}' does not support EFA.")
    return [
        {
            "deleteOnTermination": "true",
            "networkCardIndex": card,
            "deviceIndex": min(card, 1),
            "interfaceType": "efa-only" if card else "efa",
            "securityGroups": [group],
        }
        for card in range(max(int(found.maximum_network_cards or 1), 1))
    ]


def efa_subnets(args: Mapping[str, Any], subnets: Any, parent: pulumi.Resource) -> pulumi.Output[Any]:
    """Return the subnets in the zone of the placement group, in which there must be such instances."""
    here = pulumi.InvokeOutputOptions(parent=parent)
    offered = aws.ec2.get_instance_type_offerings_output(
        filters=[aws.ec2.GetInstanceTypeOfferingsFilterArgs(name="instance-type", values=[_instance_type(args)])],
        location_type="availability-zone",
        opts=here,
    ).apply(lambda found: list(found.locations))
    zone: Any = pulumi.Output.all(args[_ZONE], offered).apply(lambda parts: _offered_zone(parts[0], parts[1]))
    in_zone = aws.ec2.get_subnets_output(
        filters=[
            aws.ec2.GetSubnetsFilterArgs(name="availability-zone", values=[zone]),
            aws.ec2.GetSubnetsFilterArgs(name="subnet-id", values=subnets),
        ],
        opts=here,
    ).apply(lambda found: list(found.ids))
    return pulumi.Output.all(in_zone, offered, zone).apply(lambda parts: _some(*parts))


def _offered_zone(zone: str, zones: list[str]) -> str:
    if zone not in zones:
        raise pulumi.InputPropertyError(
            _ZONE,
            f"The provided availability zone ('{zone}') is not supported by the instance type. "
            f"Supported AZs: [{', '.join(zones)}]",
        )
    return zone


def _some(ids: list[str], zones: list[str], zone: str) -> list[str]:
    if not ids:
        raise pulumi.InputPropertyError(
            _ZONE,
            f"None of the configured subnets are in the provided availability zone ('{zone}'). Choose a different "
            f"availability zone or change the subnets. Supported AZs: [{', '.join(zones)}]",
        )
    return ids
