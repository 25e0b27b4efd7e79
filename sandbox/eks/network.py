"""What EKS makes in the VPC for a cluster: the cluster security group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.eks.errors import invalid_parameter
from sandbox.eks.settings import check_remote_networks


class ClusterNetworks:
    """The EC2 side of clusters, done with the sandbox's own rights as EKS uses its service role."""

    def __init__(self, ec2: Any) -> None:
        self._ec2 = ec2
        self._groups: dict[str, str] = {}

    def create(self, cluster: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Check the networks, make the cluster security group, and answer with `resourcesVpcConfig`."""
        config = body.get("resourcesVpcConfig") or {}
        subnets = self._subnets(config.get("subnetIds") or [])
        vpc = subnets[0]["VpcId"]
        self.check_remote(vpc, body)
        group = self._ec2.create_security_group(
            GroupName=f"eks-cluster-sg-{cluster}",
            Description="EKS created security group applied to ENI that is attached to EKS Control Plane master nodes",
            VpcId=vpc,
            TagSpecifications=[
                {
                    "ResourceType": "security-group",
                    "Tags": [
                        {"Key": "Name", "Value": f"eks-cluster-sg-{cluster}"},
                        {"Key": f"kubernetes.io/cluster/{cluster}", "Value": "owned"},
                    ],
                }
            ],
        )["GroupId"]
        self._groups[cluster] = group
        return {
            "subnetIds": [subnet["SubnetId"] for subnet in subnets],
            "securityGroupIds": list(config.get("securityGroupIds") or []),
            "clusterSecurityGroupId": group,
            "vpcId": vpc,
            "endpointPublicAccess": config.get("endpointPublicAccess", True),
            "endpointPrivateAccess": config.get("endpointPrivateAccess", False),
            "publicAccessCidrs": list(config.get("publicAccessCidrs") or ["0.0.0.0/0"]),
        }

    def delete(self, cluster: str) -> None:
        """Remove what `create` made."""
        if group := self._groups.pop(cluster, None):
            self._ec2.delete_security_group(GroupId=group)

    def check_remote(self, vpc: str, settings: Mapping[str, Any]) -> None:
        """Refuse networks of hybrid nodes that lie in the VPC's own."""
        if settings.get("remoteNetworkConfig"):
            found = self._ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]
            check_remote_networks(settings, [found["CidrBlock"]])

    def require_private(self, ids: Sequence[str]) -> None:
        """Refuse subnets whose route table leads to an internet gateway: Fargate takes none."""
        known = self._known_subnets(ids)
        tables = self._ec2.describe_route_tables()["RouteTables"]
        for id_ in ids:
            if _leads_out(_table_of(known[id_], tables)):
                raise invalid_parameter(f"Subnet {id_} provided in Fargate Profile is not a private subnet")

    def _known_subnets(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        known = {subnet["SubnetId"]: subnet for subnet in self._ec2.describe_subnets()["Subnets"]}
        missing = [id_ for id_ in ids if id_ not in known]
        if missing:
            raise invalid_parameter(f"The subnet ID '{missing[0]}' does not exist")
        return known

    def _subnets(self, ids: list[str]) -> list[dict[str, Any]]:
        known = self._known_subnets(ids)
        chosen: list[dict[str, Any]] = [known[id_] for id_ in ids]
        if len({subnet["AvailabilityZone"] for subnet in chosen}) < 2:
            raise invalid_parameter("Subnets specified must be in at least two different AZs")
        if len({subnet["VpcId"] for subnet in chosen}) > 1:
            raise invalid_parameter("Subnets specified must be in the same VPC")
        return chosen


def _table_of(subnet: Mapping[str, Any], tables: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the subnet's own route table, or its VPC's main one."""
    for table in tables:
        if any(each.get("SubnetId") == subnet["SubnetId"] for each in table["Associations"]):
            return table
    of_vpc = (table for table in tables if table["VpcId"] == subnet["VpcId"])
    return next((table for table in of_vpc if any(each.get("Main") for each in table["Associations"])), {})


def _leads_out(table: Mapping[str, Any]) -> bool:
    return any(route.get("GatewayId", "").startswith("igw-") for route in table.get("Routes", []))
