"""Networks: which subnets Fargate takes, and the VPC that every sandbox's account has."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.account_network import foretold
from sandbox.eks.errors import EksError
from sandbox.eks.network import ClusterNetworks

OUT = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}
LOCAL = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}
NAT = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}


class Ec2:
    """A VPC whose main table leads out, with a subnet on that one and one on a table of its own."""

    def describe_subnets(self) -> dict[str, Any]:
        return {"Subnets": [{"SubnetId": id_, "VpcId": "vpc-1"} for id_ in ("on-main", "on-own")]}

    def describe_route_tables(self) -> dict[str, Any]:
        main = {"VpcId": "vpc-1", "Associations": [{"Main": True}], "Routes": [LOCAL, OUT]}
        own = {"VpcId": "vpc-1", "Associations": [{"SubnetId": "on-own"}], "Routes": [LOCAL, NAT]}
        other = {"VpcId": "vpc-2", "Associations": [{"Main": True}], "Routes": [LOCAL]}
        return {"RouteTables": [other, main, own]}


def test_fargate_takes_private_subnets_only() -> None:
    networks = ClusterNetworks(Ec2())
    networks.require_private([])
    networks.require_private(["on-own"])
    with pytest.raises(EksError, match="Subnet on-main provided in Fargate Profile is not a private subnet"):
        networks.require_private(["on-own", "on-main"])


def test_fargate_takes_subnets_that_exist() -> None:
    with pytest.raises(EksError, match="The subnet ID 'gone' does not exist"):
        ClusterNetworks(Ec2()).require_private(["gone"])


def test_known_ids_come_first() -> None:
    new = foretold(["vpc-a", "vpc-b"], lambda: "vpc-random")
    assert [new() for _ in range(4)] == ["vpc-a", "vpc-b", "vpc-random", "vpc-random"]
