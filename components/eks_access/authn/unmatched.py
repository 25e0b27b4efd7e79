"""Lines of aws-auth by which nobody can come, whatever IAM has.

Source: aws-iam-authenticator pkg/arn (what a session is looked up by), pkg/mapper/configmap (no path is stripped from a
line, and nothing in it is a pattern); https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (the
letters of names).
"""

from __future__ import annotations

import re

from ..iam.arns import PARTITIONS, strip_path
from .aws_auth_reading import MappingLine
from .go_text import fold, go_lower
from .model import PRIVATE_DNS_NAME

_ARN = re.compile(
    r"arn:(?P<partition>[^:]*):(?P<service>iam|sts)::(?P<account>[^:]*):(?P<kind>[^/]*)(/(?P<rest>.*))?", re.DOTALL
)
_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_PATH = re.compile(r"([!-\x7f]*/)?")
_USUAL = re.compile(r"arn:aws:iam::[0-9]{12}:(?:role|user)/[\w+=,.@/-]*[\w+=,.@-]", re.ASCII)
_PRINCIPALS = {("iam", "role"), ("iam", "user"), ("iam", "root"), ("sts", "federated-user")}


def plain_arn(arn: str) -> str:
    """Write an ARN as the authenticator compares it."""
    return fold(go_lower(arn))


def spelled(arn: str) -> str:
    """Write an ARN as AWS does, where a line has it in other letters; names keep theirs, since IAM's aren't known."""
    if not arn.isascii():
        return plain_arn(arn)
    head, slash, name = arn.partition("/")
    return head.lower() + slash + name


def why_nobody(line: MappingLine, partition: str) -> str:
    """Say why nobody of the cluster's partition can come by a line; nothing where somebody can."""
    plain = plain_arn(line.arn)
    if why := why_no_principal(plain, partition):
        return why
    if ":role/" in plain and strip_path(plain) != plain:
        return "it has the role's path, which the ARN of a session never has"
    if ":user/" in plain and PRIVATE_DNS_NAME in line.username:
        return "a user is no instance, so its login is refused"
    return ""


def why_no_principal(arn: str, partition: str | None = None) -> str:
    """Say why an ARN, in whatever letter case, is nobody's who logs in; nothing where it can be somebody's.

    Args:
        arn: as somebody wrote it.
        partition: the cluster's; None where it isn't known.
    """
    plain = plain_arn(arn)
    if partition in (None, "aws") and _USUAL.fullmatch(plain):  # there may be thousands
        return ""
    match = _ARN.fullmatch(plain)
    if match is None:
        return "it is no ARN of a principal"
    kind, rest = match["kind"], match["rest"] or ""
    if not re.fullmatch("[0-9]{12}", match["account"]):
        return "an account is 12 digits"
    if match["partition"] not in PARTITIONS or match["partition"] != (partition or match["partition"]):
        return f"nobody of partition {match['partition']} gets to a cluster of {partition or 'AWS'}"
    if kind == "assumed-role":
        return "a session is looked up by its role, never by its own ARN"
    if (match["service"], kind) not in _PRINCIPALS:
        return f"{match['service']} {kind} is no principal that logs in"
    path, slash, name = rest.rpartition("/")
    named = _NAME.fullmatch(name) and _PATH.fullmatch(path + slash)
    sound = match["rest"] is None if kind == "root" else named
    return "" if sound else "names of IAM have no such letters; patterns don't count"
