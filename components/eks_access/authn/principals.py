"""What people type for a principal → the caller that AWS STS makes of it.

Sources: aws-iam-authenticator pkg/arn (what can be an identity), pkg/token (a role's path never reaches STS's answer),
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html.
"""

from __future__ import annotations

import re

from ..errors import Problem, Refused
from ..iam.arns import PARTITIONS
from .model import Principal, PrincipalKind

SESSION = "session"
"""Stands for the session name where nobody says one; whoever assumes the role chooses it."""
_ARN = re.compile(r"arn:(?P<partition>[^:]*):(?P<service>[^:]*):[^:]*:(?P<account>[^:]*):(?P<resource>.+)", re.DOTALL)
_NO_PRINCIPAL = {
    "group": "IAM groups can't enter a cluster: name one of its users, or give the group a role to assume",
    "instance-profile": "an instance profile is no principal: name the role that is in it",
    "policy": "a policy is no principal: name the user or role that has it",
}


def principal_of_arn(
    arn: str, *, session: str = "", unique_id: str = "", access_key_id: str = "", private_dns_name: str | None = None
) -> Principal:
    """Make a caller of an ARN.

    Args:
        arn: of an IAM user, an IAM role (with or without its path), a session of one (``assumed-role``), a federated
            user, or an account's root.
        session: name of the session with which a role is assumed.
        unique_id: AIDA… or AROA…, where it is known.
        access_key_id: with which the token is signed, where it is known.
        private_dns_name: EC2's name of the instance that the session belongs to, where it is known.

    Raises:
        Refused: the ARN is none, or not one of a principal.
    """
    match = _ARN.fullmatch(arn)
    if match is None:
        raise _refused(arn, "this is no ARN", "write it like arn:aws:iam::111122223333:user/hanako")
    partition, service, account, resource = match["partition"], match["service"], match["account"], match["resource"]
    if partition not in PARTITIONS:
        raise _refused(arn, f"no partition is called {partition!r}", f"use one of {', '.join(PARTITIONS)}")
    kind, _, rest = resource.partition("/")
    known = {"unique_id": unique_id, "access_key_id": access_key_id}
    match service, kind:
        case "iam", "user" if rest:
            return Principal(kind=PrincipalKind.IAM_USER, arn=arn, iam_arn=arn, **known)
        case "iam", "role" if rest:
            session = session or SESSION
            assumed = f"arn:{partition}:sts::{account}:assumed-role/{rest.rpartition('/')[2]}/{session}"
            return Principal(
                kind=PrincipalKind.ROLE_SESSION,
                arn=assumed,
                iam_arn=arn,
                session=session,
                private_dns_name=private_dns_name,
                **known,
            )
        case "iam", "root" if not rest:
            return Principal(kind=PrincipalKind.ROOT, arn=arn, iam_arn=arn, **known)
        case "sts", "assumed-role" if rest.rpartition("/")[0]:
            return Principal(
                kind=PrincipalKind.ROLE_SESSION,
                arn=arn,
                session=rest.rpartition("/")[2],
                private_dns_name=private_dns_name,
                **known,
            )
        case "sts", "federated-user" if rest:
            return Principal(kind=PrincipalKind.FEDERATED_USER, arn=arn, **known)
    fix = _NO_PRINCIPAL.get(kind, "name an IAM user, a role, or a session of a role (assumed-role)")
    raise _refused(arn, "this is not the ARN of a principal", fix)


def service_account(namespace: str, name: str) -> Principal:
    """Make a caller of a ServiceAccount."""
    return Principal(kind=PrincipalKind.SERVICE_ACCOUNT, namespace=namespace, name=name)


ANONYMOUS_CALLER = Principal(kind=PrincipalKind.ANONYMOUS)
"""Whoever sends no credentials at all."""


def _refused(arn: str, rule: str, fix: str) -> Refused:
    return Refused([Problem(value=arn, rule=rule, fix=fix)])
