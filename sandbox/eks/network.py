"""What EKS makes in the VPC for a cluster: the cluster security group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.eks.errors import invalid_parameter


class ClusterNetworks:
    """The EC2 side of clusters, done with the sandbox's own rights as EKS uses its service role."""

    def __init__(self, ec2: Any) -> None:
        self._ec2 = ec2
        self._groups: dict[str, str] = {}

    def create(self, cluster: str, config: Mapping[str, Any]) -> dict[str, Any]:
        """Check the subnets, make the cluster security group, and answer with `resourcesVpcConfig`."""
        subnets = self._subnets(config.get("subnetIds") or [])
        vpc = subnets[0]["VpcId"]
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

    def _subnets(self, ids: list[str]) -> list[dict[str, Any]]:
        known = {subnet["SubnetId"]: subnet for subnet in self._ec2.describe_subnets()["Subnets"]}
        missing = [id_ for id_ in ids if id_ not in known]
        if missing:
            raise invalid_parameter(f"The subnet ID '{missing[0]}' does not exist")
        chosen: list[dict[str, Any]] = [known[id_] for id_ in ids]
        if len({subnet["AvailabilityZone"] for subnet in chosen}) < 2:
            raise invalid_parameter("Subnets specified must be in at least two different AZs")
        if len({subnet["VpcId"] for subnet in chosen}) > 1:
            raise invalid_parameter("Subnets specified must be in the same VPC")
        return chosen
