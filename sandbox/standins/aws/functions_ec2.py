"""Functions that look up networks and images."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from sandbox.standins.aws.readings import mapping
from sandbox.standins.aws.session import Session
from sandbox.standins.resource import Failure

Args = dict[str, Any]


def _filters(args: Args, named: Mapping[str, str]) -> list[dict[str, Any]]:
    """Write `filters`, `tags` and the arguments that are filters under another name, as EC2 wants them."""
    found = [{"Name": item["name"], "Values": item["values"]} for item in args.get("filters") or []]
    found += [{"Name": f"tag:{key}", "Values": [value]} for key, value in (args.get("tags") or {}).items()]
    for argument, name in named.items():
        if args.get(argument) is not None:
            value = args[argument]
            found.append({"Name": name, "Values": [str(value).lower() if isinstance(value, bool) else str(value)]})
    return found


def _lower(value: dict[str, Any]) -> dict[str, Any]:
    """EC2's names with a small first letter."""
    return {key[:1].lower() + key[1:]: item for key, item in value.items() if not isinstance(item, list | dict)}


def _one(kind: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    if len(found) == 1:
        return found[0]
    problem = "no matching" if not found else f"multiple ({len(found)})"
    raise Failure(f"{problem} EC2 {kind} found; name one by its id, or narrow the filters down")


def _vpc(session: Session, args: Args) -> Args:
    named = {"cidrBlock": "cidr", "state": "state", "dhcpOptionsId": "dhcp-options-id"}
    if args.get("default"):
        named["default"] = "is-default"
    ids = {"VpcIds": [args["id"]]} if args.get("id") else {}
    vpc = _one("VPC", session.client("ec2").describe_vpcs(Filters=_filters(args, named), **ids)["Vpcs"])
    return {
        **_lower(vpc),
        "id": vpc["VpcId"],
        "arn": f"arn:aws:ec2:{session.region}:{vpc.get('OwnerId', '')}:vpc/{vpc['VpcId']}",
        "default": vpc.get("IsDefault", False),
        "tags": mapping(vpc.get("Tags")),
        "cidrBlockAssociations": [
            {
                "associationId": item["AssociationId"],
                "cidrBlock": item["CidrBlock"],
                "state": item.get("CidrBlockState", {}).get("State", ""),
            }
            for item in vpc.get("CidrBlockAssociationSet") or []
        ],
        **{name: _vpc_attribute(session, vpc["VpcId"], name) for name in ("enableDnsHostnames", "enableDnsSupport")},
        "mainRouteTableId": _main_table(session, vpc["VpcId"]),
    }


def _vpc_attribute(session: Session, vpc: str, name: str) -> bool:
    answer = session.client("ec2").describe_vpc_attribute(VpcId=vpc, Attribute=name)
    return bool(answer[name[:1].upper() + name[1:]]["Value"])


def _main_table(session: Session, vpc: str) -> str:
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
    tables = session.client("ec2").describe_route_tables(Filters=filters)["RouteTables"]
    return str(tables[0]["RouteTableId"]) if tables else ""


def _subnets(session: Session, args: Args) -> Args:
    found = session.client("ec2").describe_subnets(Filters=_filters(args, {}))["Subnets"]
    return {"id": session.region, "ids": sorted(subnet["SubnetId"] for subnet in found), "tags": args.get("tags", {})}


def _subnet(session: Session, args: Args) -> Args:
    named = {"availabilityZone": "availability-zone", "cidrBlock": "cidr-block", "defaultForAz": "default-for-az"}
    named |= {"vpcId": "vpc-id", "state": "state", "availabilityZoneId": "availability-zone-id"}
    ids = {"SubnetIds": [args["id"]]} if args.get("id") else {}
    subnet = _one("Subnet", session.client("ec2").describe_subnets(Filters=_filters(args, named), **ids)["Subnets"])
    arn = f"arn:aws:ec2:{session.region}:{subnet.get('OwnerId', '')}:subnet/{subnet['SubnetId']}"
    return {"arn": arn, **_lower(subnet), "id": subnet["SubnetId"], "tags": mapping(subnet.get("Tags"))}


def _route_tables(session: Session, args: Args) -> Args:
    found = session.client("ec2").describe_route_tables(Filters=_filters(args, {"vpcId": "vpc-id"}))["RouteTables"]
    return {"id": session.region, "ids": sorted(table["RouteTableId"] for table in found), "tags": args.get("tags", {})}


def _route_table(session: Session, args: Args) -> Args:
    named = {"subnetId": "association.subnet-id", "vpcId": "vpc-id", "gatewayId": "association.gateway-id"}
    ids = {"RouteTableIds": [args["routeTableId"]]} if args.get("routeTableId") else {}
    found = session.client("ec2").describe_route_tables(Filters=_filters(args, named), **ids)["RouteTables"]
    table = _one("Route Table", found)
    routes = [_route(route) for route in table.get("Routes", [])]
    associations = [
        {**_lower(item), "routeTableAssociationId": item.get("RouteTableAssociationId", "")}
        for item in table.get("Associations", [])
    ]
    return {
        **_lower(table),
        "id": table["RouteTableId"],
        "arn": f"arn:aws:ec2:{session.region}:{table.get('OwnerId', '')}:route-table/{table['RouteTableId']}",
        "routes": routes,
        "associations": associations,
        "tags": mapping(table.get("Tags")),
    }


_TARGETS = (
    *("carrierGatewayId", "coreNetworkArn", "egressOnlyGatewayId", "gatewayId", "instanceId", "localGatewayId"),
    *("natGatewayId", "networkInterfaceId", "odbNetworkArn", "transitGatewayId", "vpcPeeringConnectionId"),
)


def _route(route: dict[str, Any]) -> Args:
    """Return a route with every kind of target, empty but for its own; a gateway endpoint has a name of its own."""
    targets = {name: route.get(name[:1].upper() + name[1:], "") for name in _TARGETS}
    targets["egressOnlyGatewayId"] = route.get("EgressOnlyInternetGatewayId", "")
    endpoint = targets["gatewayId"] if targets["gatewayId"].startswith("vpce-") else ""
    return {
        **targets,
        "gatewayId": "" if endpoint else targets["gatewayId"],
        "vpcEndpointId": endpoint,
        "cidrBlock": route.get("DestinationCidrBlock", ""),
        "ipv6CidrBlock": route.get("DestinationIpv6CidrBlock", ""),
        "destinationPrefixListId": route.get("DestinationPrefixListId", ""),
    }


def _ami(session: Session, args: Args) -> Args:
    owners = {"Owners": args["owners"]} if args.get("owners") else {}
    if args.get("executableUsers"):
        owners["ExecutableUsers"] = args["executableUsers"]
    found = session.client("ec2").describe_images(Filters=_filters(args, {}), **owners)["Images"]
    if args.get("nameRegex"):
        found = [image for image in found if re.search(args["nameRegex"], image.get("Name", ""))]
    if args.get("mostRecent"):
        found = sorted(found, key=lambda image: image.get("CreationDate", ""))[-1:]
    image = _one("AMI", found)
    arn = f"arn:aws:ec2:{session.region}::image/{image['ImageId']}"
    devices = [_device(mapped) for mapped in image.get("BlockDeviceMappings") or []]
    root = next((item for item in devices if item["deviceName"] == image.get("RootDeviceName")), None)
    extras = {
        "blockDeviceMappings": devices,
        "rootSnapshotId": root["ebs"].get("snapshotId", "") if root else "",
        "tags": mapping(image.get("Tags")),
    }
    return {"arn": arn, **_lower(image), **extras, "id": image["ImageId"]}


def _device(mapped: dict[str, Any]) -> Args:
    """Return a block device, whose settings the data source has as text."""
    ebs = mapped.get("Ebs") or {}
    numbers = {name: str(ebs.get(name[:1].upper() + name[1:], 0)) for name in ("iops", "throughput", "volumeSize")}
    flags = {name: str(bool(ebs.get(name[:1].upper() + name[1:]))).lower() for name in _FLAGS}
    texts = {"snapshotId": ebs.get("SnapshotId", ""), "volumeType": ebs.get("VolumeType", "")}
    outer = {"noDevice": mapped.get("NoDevice", ""), "virtualName": mapped.get("VirtualName", "")}
    return {"deviceName": mapped["DeviceName"], **outer, "ebs": {**numbers, **flags, **texts} if ebs else {}}


_FLAGS = ("deleteOnTermination", "encrypted")


def _zones(session: Session, args: Args) -> Args:
    found = session.client("ec2").describe_availability_zones(Filters=_filters(args, {"state": "state"}))[
        "AvailabilityZones"
    ]
    out = (set(args.get("excludeNames") or []), set(args.get("excludeZoneIds") or []))
    zones = [zone for zone in found if zone["ZoneName"] not in out[0] and zone.get("ZoneId") not in out[1]]
    zones.sort(key=lambda zone: str(zone["ZoneName"]))
    return {
        "id": session.region,
        "names": [zone["ZoneName"] for zone in zones],
        "zoneIds": [zone.get("ZoneId") for zone in zones],
        "groupNames": sorted({zone.get("GroupName", session.region) for zone in zones}),
    }


LOOKUPS: Final[Mapping[str, Callable[[Session, Args], Args]]] = {
    "aws:ec2/getVpc:getVpc": _vpc,
    "aws:ec2/getSubnets:getSubnets": _subnets,
    "aws:ec2/getSubnet:getSubnet": _subnet,
    "aws:ec2/getRouteTable:getRouteTable": _route_table,
    "aws:ec2/getRouteTables:getRouteTables": _route_tables,
    "aws:ec2/getAmi:getAmi": _ami,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
}
