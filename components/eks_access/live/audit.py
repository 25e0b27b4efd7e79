"""What an audit reads: the cluster, when its entries were made, and the account's IAM. Reads only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from ..audit.iam import as_time, principal_of_answer
from ..audit.model import IamFacts, IamPrincipal
from ..errors import NoAnswerError
from ..iam.arns import identity
from ..review.dumps import state_of_documents
from ..review.state import AccessState
from .aws import CONFIG, answers, session
from .cluster import Reach, read_documents
from .eks import WORKERS


class NoClusterError(Exception):
    """There is no such cluster yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was read of a running cluster."""

    state: AccessState
    created: Mapping[str, dt.datetime]
    """Principal ARN of an entry → when the entry was made."""


def read_cluster(reach: Reach) -> Read:
    """Read the cluster.

    Raises:
        NoClusterError: EKS knows no such cluster.
        NoAnswerError: AWS or the API server doesn't answer, or not to this caller.
    """
    try:
        documents, notices = read_documents(reach)
    except Exception as error:
        response = getattr(error.__cause__, "response", None) or {}
        missing = response.get("Error", {}).get("Code") == "ResourceNotFoundException"
        if missing and getattr(error.__cause__, "operation_name", "") == "DescribeCluster":
            raise NoClusterError(reach.cluster) from error
        raise
    state = state_of_documents(documents, cluster=reach.cluster, complete=True)
    return Read(
        state=replace(state, notices=(*notices, *state.notices)),
        created=dict(entry_times(documents)),
    )


def entry_times(documents: Iterable[object]) -> Iterator[tuple[str, dt.datetime]]:
    """Find when access entries were made, in answers of `aws eks describe-access-entry`."""
    for document in documents:
        entry = document.get("accessEntry") if isinstance(document, Mapping) else None
        if isinstance(entry, Mapping) and (made := as_time(entry.get("createdAt"))) is not None:
            yield str(entry.get("principalArn")), made


def read_iam(profile: str | None, region: str | None, account: str, with_mfa: Iterable[str] = ()) -> IamFacts:
    """Read every user and role of the account, and the names of users' inline policies.

    Args:
        profile: AWS profile to ask with.
        region: where the cluster is.
        account: the declared one; IAM answers for the caller's own.
        with_mfa: ARNs of the users whose MFA devices are counted too.

    Raises:
        NoAnswerError: IAM doesn't answer, not to this caller, or for another account.
    """
    with closing(session(profile, region).client("iam", config=CONFIG)) as iam:
        with answers("iam:ListRoles"):
            found = [role for page in iam.get_paginator("list_roles").paginate() for role in page["Roles"]]
        with answers("iam:ListUsers"):
            users = [user for page in iam.get_paginator("list_users").paginate() for user in page["Users"]]
        asked = {identity(arn) for arn in with_mfa}
        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            described = list(pool.map(lambda user: _user(iam, user, identity(user["Arn"]) in asked), users))
    if abroad := {each["Arn"].split(":")[4] for each in (*found, *users)} - {account}:
        raise NoAnswerError(
            f"these credentials are of account {', '.join(sorted(abroad))}, and the declaration is about {account}; "
            "name a --profile of that account"
        )
    principals = [*map(principal_of_answer, found), *described]
    return IamFacts(account=account, principals={identity(each.arn): each for each in principals})


def _user(iam: Any, raw: Mapping[str, Any], count_mfa: bool) -> IamPrincipal:
    """Ask for one user; who was deleted since they were listed has nothing."""
    name = raw["UserName"]
    try:
        with answers(f"iam:ListUserPolicies {name}"):
            pages = iam.get_paginator("list_user_policies").paginate(UserName=name)
            policies = tuple(each for page in pages for each in page["PolicyNames"])
        devices = None
        if count_mfa:
            with answers(f"iam:ListMFADevices {name}"):
                pages = iam.get_paginator("list_mfa_devices").paginate(UserName=name)
                devices = sum(len(page["MFADevices"]) for page in pages)
    except Exception as error:
        if isinstance(error.__cause__, iam.exceptions.NoSuchEntityException):
            return principal_of_answer(raw)
        raise
    return replace(principal_of_answer(raw, policies), mfa_devices=devices)
