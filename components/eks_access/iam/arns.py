"""ARNs computed from plain data, so that a preview never shows one as unknown.

Partitions are those that aws-iam-authenticator accepts (pkg/endpoints); their regions:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PARTITION_REGIONS = {
    "aws-cn": "cn-",
    "aws-us-gov": "us-gov-",
    "aws-iso": "us-iso-",
    "aws-iso-b": "us-isob-",
    "aws-iso-e": "eu-isoe-",
    "aws-iso-f": "us-isof-",
    "aws-eusc": "eusc-",
}
"""Partition → prefix of its regions; every other region is in `aws`."""
PARTITIONS = ("aws", *PARTITION_REGIONS)
_SSO_ROLE = re.compile(r"AWSReservedSSO_(?P<name>.+)_(?P<suffix>[0-9A-Fa-f]{16})")


def partition_of(region: str) -> str:
    """Tell the partition that a region belongs to."""
    for partition, prefix in PARTITION_REGIONS.items():
        if region.startswith(prefix):
            return partition
    return "aws"


def service_principal(service: str, partition: str) -> str:
    """Name a service in a trust policy; EC2 alone carries the partition's own suffix in China."""
    suffix = "amazonaws.com.cn" if (service, partition) == ("ec2", "aws-cn") else "amazonaws.com"
    return f"{service}.{suffix}"


@dataclass(frozen=True, slots=True)
class PermissionSet:
    """What the name of a role tells that IAM Identity Center made."""

    name: str
    suffix: str


def permission_set_of(arn: str) -> PermissionSet | None:
    """Tell the permission set whose role an ARN or a name is of; None for anybody else."""
    found = _SSO_ROLE.fullmatch(arn.rpartition("/")[2])
    return PermissionSet(found["name"], found["suffix"]) if found else None


def account_of(arn: str) -> str:
    """Tell the account of an ARN; empty of what somebody wrote instead of one."""
    return arn.split(":", 5)[4] if arn.count(":") > 4 else ""


def strip_path(role_arn: str) -> str:
    """Drop a role's path, as STS does in a session's ARN and so aws-auth wants it.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html (role ARNs without path).
    """
    head, separator, tail = role_arn.partition(":role/")
    return f"{head}{separator}{tail.rsplit('/', 1)[-1]}" if separator else role_arn


def identity(arn: str) -> str:
    """Reduce an ARN to what makes a principal: IAM names are unique in an account ignoring case, and roles' paths."""
    return strip_path(arn).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsAccount:
    """Where ARNs of one account begin."""

    id: str
    partition: str

    def user(self, name: str, path: str = "/") -> str:
        """ARN of an IAM user; unlike a role's, its path stays in every form."""
        return f"arn:{self.partition}:iam::{self.id}:user{path}{name}"

    def role(self, name: str, path: str = "/") -> str:
        """ARN of an IAM role, with its path."""
        return f"arn:{self.partition}:iam::{self.id}:role{path}{name}"

    def mfa(self, user_name: str) -> str:
        """ARN (the serial) of a user's virtual MFA device, named as the user."""
        return f"arn:{self.partition}:iam::{self.id}:mfa/{user_name}"

    def cluster(self, region: str, name: str) -> str:
        """ARN of an EKS cluster."""
        return f"arn:{self.partition}:eks:{region}:{self.id}:cluster/{name}"

    def fargate_profiles(self, region: str, cluster: str) -> str:
        """Pattern of the ARNs of a cluster's Fargate profiles."""
        return f"arn:{self.partition}:eks:{region}:{self.id}:fargateprofile/{cluster}/*"

    def managed_policy(self, name: str) -> str:
        """ARN of a policy that AWS manages."""
        return f"arn:{self.partition}:iam::aws:policy/{name}"

    def access_policy(self, name: str) -> str:
        """ARN of an EKS access policy (https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html)."""
        return f"arn:{self.partition}:eks::aws:cluster-access-policy/{name}"

    def sso_role(self, permission_set: str, suffix: str, region: str | None) -> str:
        """ARN of the role that IAM Identity Center makes for a permission set.

        Its path carries Identity Center's home region everywhere but in us-east-1.
        """
        home = f"{region}/" if region and region != "us-east-1" else ""
        return self.role(f"AWSReservedSSO_{permission_set}_{suffix}", f"/aws-reserved/sso.amazonaws.com/{home}")
