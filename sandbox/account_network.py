"""A VPC beside the account's default one: two private and two public subnets, with the same ids in every sandbox.

Stack files can name the ids. The default VPC has public subnets only, and Fargate takes none of those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

NAME = "sandbox"
CIDR = "10.20.0.0/16"
VPC = "vpc-0e5b0000000000001"
PRIVATE_SUBNETS = ("subnet-0e5b00000000000a1", "subnet-0e5b00000000000b1")
PUBLIC_SUBNETS = ("subnet-0e5b00000000000a2", "subnet-0e5b00000000000b2")
ZONES = ("a", "b")


def foretold(ids: Iterable[str], otherwise: Callable[[], str]) -> Callable[[], str]:
    """Return a maker of ids that starts with known ones, for what is made first in an account."""
    left = iter(ids)
    return lambda: next(left, None) or otherwise()


def prepare_network(ec2: Any, region: str) -> None:
    """Make the VPC, unless it is there; it must be the first one that is made in the account."""
    if ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [NAME]}])["Vpcs"]:
        return
    vpc = ec2.create_vpc(CidrBlock=CIDR, TagSpecifications=_named("vpc", NAME))["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway(TagSpecifications=_named("internet-gateway", NAME))["InternetGateway"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc)
    _add_subnets(ec2, vpc, region, "private", 0)
    table = _add_subnets(ec2, vpc, region, "public", 128)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway["InternetGatewayId"])


def _add_subnets(ec2: Any, vpc: str, region: str, kind: str, third_octet: int) -> str:
    """Make one subnet a zone with a route table for all of them; return the table's id."""
    tags = _named("route-table", f"{NAME}-{kind}")
    table: str = ec2.create_route_table(VpcId=vpc, TagSpecifications=tags)["RouteTable"]["RouteTableId"]
    for number, zone in enumerate(ZONES):
        subnet = ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=f"10.20.{third_octet + number * 16}.0/20",
            AvailabilityZone=f"{region}{zone}",
            TagSpecifications=_named("subnet", f"{NAME}-{kind}-{zone}", sandbox=kind),
        )["Subnet"]["SubnetId"]
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    return table


def _named(kind: str, name: str, **tags: str) -> list[dict[str, Any]]:
    pairs = {"Name": name, **tags}
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in pairs.items()]}]
