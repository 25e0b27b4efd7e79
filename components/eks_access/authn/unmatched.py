"""Lines of aws-auth by which nobody can come, whatever IAM has.

Source: aws-iam-authenticator pkg/arn (what a session is looked up by), pkg/mapper/configmap (no path is stripped from a
line, and nothing in it is a pattern); https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (the
letters of names).
"""

from __future__ import annotations

import re

from ..iam.arns import PARTITIONS
from .aws_auth_reading import MappingLine
from .go_text import fold, go_lower

_ARN = re.compile(
    r"arn:(?P<partition>[^:]*):(?P<service>iam|sts)::(?P<account>[^:]*):(?P<kind>[^/]*)(/(?P<rest>.*))?", re.DOTALL
)
_NAME = re.compile(r"[\w+=,.@/-]+", re.ASCII)
_PRINCIPALS = {("iam", "role"), ("iam", "user"), ("iam", "root"), ("sts", "federated-user")}


def plain_arn(arn: str) -> str:
    """Write an ARN as the authenticator compares it."""
    return fold(go_lower(arn))


def why_nobody(line: MappingLine, partition: str) -> str:
    """Say why nobody of the cluster's partition can come by a line; nothing where somebody can."""
    plain = plain_arn(line.arn)
    match = _ARN.fullmatch(plain)
    if match is None:
        return "it is no ARN of a principal"
    kind, rest = match["kind"], match["rest"] or ""
    if not re.fullmatch("[0-9]{12}", match["account"]):
        return "an account is 12 digits"
    if match["partition"] not in PARTITIONS or match["partition"] != partition:
        return f"nobody of partition {match['partition']} gets to a cluster of {partition}"
    if kind == "assumed-role":
        return "a session is looked up by its role, never by its own ARN"
    if (match["service"], kind) not in _PRINCIPALS:
        return f"{match['service']} {kind} is no principal that logs in"
    if kind != "root" and not _NAME.fullmatch(rest):
        return "names of IAM have no such letters; patterns don't count"
    if kind == "role" and "/" in rest:
        return "it has the role's path, which the ARN of a session never has"
    if kind == "user" and "{{EC2PrivateDNSName}}" in line.username:
        return "a user is no instance, so its login is refused"
    return ""
