"""Which of the cluster's subnets its nodes use: the private ones if there are any (nodegroup.ts)."""

from __future__ import annotations

from ipaddress import IPv4Network, ip_network
from typing import Any

import pulumi
import pulumi_aws as aws

_PRIVATE = tuple(IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))


def worker_subnets(subnets: pulumi.Input[Any], parent: pulumi.Resource) -> pulumi.Output[Any]:
    """Return the subnets without a route to an internet gateway, or all when each has one."""
    return pulumi.Output.from_input(subnets).apply(lambda ids: _chosen(list(ids or []), parent))


def _chosen(ids: list[str], parent: pulumi.Resource) -> pulumi.Output[list[str]]:
    public = pulumi.Output.all(*[_is_public(id, parent) for id in ids]) if ids else pulumi.Output.from_input([])
    return public.apply(lambda flags: [id for id, flag in zip(ids, flags, strict=True) if not flag] or list(ids))


def _is_public(subnet: str, parent: pulumi.Resource) -> pulumi.Output[bool]:
    """Look at the subnet's own route table, or at its VPC's main one.

    The real component asks for the subnet's table and takes an error for "none"; listing says the same without one.
    """
    here = pulumi.InvokeOutputOptions(parent=parent)
    by_subnet = aws.ec2.GetRouteTablesFilterArgs(name="association.subnet-id", values=[subnet])
    own = aws.ec2.get_route_tables_output(filters=[by_subnet], opts=here).apply(lambda found: list(found.ids))
    table = own.apply(lambda ids: ids[0] if ids else _main_table(subnet, here))
    return table.apply(lambda id: _has_way_out(id, here))


def _has_way_out(table: str, here: pulumi.InvokeOutputOptions) -> pulumi.Output[bool]:
    found = aws.ec2.get_route_table_output(route_table_id=table, opts=here)
    return found.apply(lambda table: any(_leads_out(route) for route in table.routes))


def _main_table(subnet: str, here: pulumi.InvokeOutputOptions) -> pulumi.Output[str]:
    vpc = aws.ec2.get_subnet_output(id=subnet, opts=here).apply(lambda found: str(found.vpc_id))
    main = aws.ec2.GetRouteTablesFilterArgs(name="association.main", values=["true"])
    tables = aws.ec2.get_route_tables_output(vpc_id=vpc, filters=[main], opts=here)
    return tables.apply(lambda found: str(found.ids[0]))


def _leads_out(route: Any) -> bool:
    """Whether a route goes through a gateway, other than the one to the VPC itself."""
    return bool(route.gateway_id) and not _is_private(str(route.cidr_block))


def _is_private(cidr: str) -> bool:
    try:
        network = ip_network(cidr)
    except ValueError:
        return False
    return isinstance(network, IPv4Network) and any(network.subnet_of(private) for private in _PRIVATE)
