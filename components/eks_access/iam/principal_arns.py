"""What an ARN may be that stands for a principal of EKS, and what is wrong with one that may not.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html,
https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html (no groups, sessions, service-linked
roles), aws-iam-authenticator pkg/arn, pkg/endpoints (what can be an identity at all).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .arns import PARTITIONS

NOT_A_PRINCIPAL = "EA504"
WRONG_PARTITION = "EA505"
SERVICE_LINKED = "EA507"
ODD_SSO_ROLE = "EA509"
_ARN = re.compile(r"arn:(?P<partition>[^:]*):(?P<service>[^:]*):(?P<region>[^:]*):(?P<account>[^:]*):(?P<resource>.+)")
_NAME = re.compile(r"[A-Za-z0-9+=,.@_-]{1,64}")
_SSO_NAME = re.compile(r"AWSReservedSSO_[A-Za-z0-9_+=,.@-]{1,32}_[0-9A-Fa-f]{16}")
_KINDS = {
    "group": ("an IAM group is no principal", "name its users, or give the group a role to assume"),
    "instance-profile": ("an instance profile is no principal", "name the role that is in it"),
    "policy": ("a policy is no principal", "name the user or role that has it"),
    "assumed-role": ("a session is no principal that can be mapped", "name the role: arn:…:iam::…:role/<name>"),
    "federated-user": ("a federated user has no entry and no lasting name", "name the IAM user or role behind it"),
    "root": ("an account's root stands for its root login alone, not for everybody in it", "name users and roles"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArnFault:
    """Why an ARN can't be mapped."""

    check: str
    """Id of the rule that it breaks."""
    rule: str
    fix: str


def arn_fault(arn: str, partition: str | None = None) -> ArnFault | None:
    """Say what is wrong with the ARN of a principal; None for an IAM user or role that can be one.

    Args:
        arn: as written.
        partition: the cluster's, where it is known.
    """
    copied = "copy the ARN that `aws iam get-role` or `get-user` shows"
    match = _ARN.fullmatch(arn)
    if match is None:
        return ArnFault(check=NOT_A_PRINCIPAL, rule="this is no ARN", fix=copied)
    kind, _, rest = match["resource"].partition("/")
    if kind in _KINDS:
        rule, fix = _KINDS[kind]
        return ArnFault(check=NOT_A_PRINCIPAL, rule=rule, fix=fix)
    if "*" in arn or "?" in arn:
        rule = "an ARN with a wildcard matches nobody: principals are compared as they are"
        return ArnFault(check=NOT_A_PRINCIPAL, rule=rule, fix="name each principal, or a role that they all assume")
    if match["service"] != "iam" or match["region"] or kind not in ("role", "user"):
        rule = "this is not the ARN of an IAM user or role"
        return ArnFault(check=NOT_A_PRINCIPAL, rule=rule, fix=copied)
    if match["partition"] not in PARTITIONS:
        rule = f"an ARN's partition is one of {', '.join(PARTITIONS)}"
        return ArnFault(check=WRONG_PARTITION, rule=rule, fix=copied)
    if not re.fullmatch("[0-9]{12}", match["account"]):
        return ArnFault(check=NOT_A_PRINCIPAL, rule="an AWS account is 12 digits", fix=copied)
    if partition in PARTITIONS and match["partition"] != partition:
        rule = f"a principal enters clusters of its own partition only, and this one is in {partition}"
        return ArnFault(check=WRONG_PARTITION, rule=rule, fix=f"name a principal of {partition}")
    return _name_fault(rest, copied, is_role=kind == "role")


def _name_fault(rest: str, copied: str, *, is_role: bool) -> ArnFault | None:
    name = rest.rpartition("/")[2]
    if not _NAME.fullmatch(name):
        rule = "a name in IAM is 1 to 64 letters, digits and +=,.@_-"
        return ArnFault(check=NOT_A_PRINCIPAL, rule=rule, fix=copied)
    if is_role and rest.startswith("aws-service-role/"):
        rule = "EKS refuses service-linked roles as principals"
        return ArnFault(check=SERVICE_LINKED, rule=rule, fix="name a role that people or programs can assume")
    if is_role and name.startswith("AWSReservedSSO_") and not _SSO_NAME.fullmatch(name):
        rule = "a role of Identity Center is called AWSReservedSSO_<permission set>_<16 hexadecimal digits>"
        return ArnFault(check=ODD_SSO_ROLE, rule=rule, fix="write the suffix too; `eks-access sso` finds it")
    return None
