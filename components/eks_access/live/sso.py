"""What IAM Identity Center has made in the caller's account."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Any

from ..iam.sso import SSO_PATH, SsoRole, find_sso_roles
from .aws import CONFIG, answers


@dataclass(frozen=True, slots=True, kw_only=True)
class SsoAccount:
    """One account, and its permission sets."""

    id: str
    roles: dict[str, tuple[SsoRole, ...]]
    """Permission set → its roles; more than one is left from an earlier Identity Center."""


def read_sso_account(session: Any) -> SsoAccount:
    """Ask who is calling, and for all roles of Identity Center.

    Raises:
        NoAnswerError: AWS could not be asked, or refused.
    """
    with answers("sts:GetCallerIdentity"), closing(session.client("sts", config=CONFIG)) as sts:
        account = sts.get_caller_identity()["Account"]
    with answers("iam:ListRoles"), closing(session.client("iam", config=CONFIG)) as iam:
        pages = iam.get_paginator("list_roles").paginate(PathPrefix=SSO_PATH)
        arns = [role["Arn"] for page in pages for role in page["Roles"]]
    return SsoAccount(id=account, roles=find_sso_roles(arns))
