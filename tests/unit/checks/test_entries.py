"""Access entries: the whole matrix of type, principal, account, user name, groups, policies and scope.

What is legal is written down here a second time, from the pages that `checks.entries` names.
"""

from __future__ import annotations

from itertools import product

import pytest
from eks_access import AccessState
from eks_access.authn.access_entries import AccessEntry
from eks_access.authz.model import RbacObjects
from eks_access.checks import find_state_problems
from eks_access.declaration.kinds import AuthenticationMode
from eks_access.plan.model import EntryType, PolicyScope
from eks_access.review.objects import finished

HOME, AWAY = "111122223333", "444455556666"
PRINCIPALS = ("role/x", "user/x")
NAMES = (None, "somebody", "system:node:{{SessionName}}")
GROUPS: tuple[tuple[str, ...], ...] = ((), ("developers",), ("system:nodes",), ("system:masters",))
POLICIES = (None, "AmazonEKSViewPolicy", "AmazonEKSAutoNodePolicy")
SCOPES: tuple[tuple[str, ...], ...] = ((), ("dev-*",))


def legal(
    kind: EntryType,
    account: str,
    principal: str,
    name: str | None,
    groups: tuple[str, ...],
    policy: str | None,
    scope: tuple[str, ...],
) -> bool:
    if kind is EntryType.STANDARD:
        reserved = any(each.startswith("system:") for each in (name or "", *groups))
        return not reserved
    by_eks = name != "somebody" and "developers" not in groups
    takes = policy is None or (kind is EntryType.EC2 and policy == "AmazonEKSAutoNodePolicy" and not scope)
    return by_eks and takes and principal.startswith("role/") and account == HOME


def refused(kind: EntryType, arn: str, name: str | None, groups: tuple[str, ...], scopes: list[PolicyScope]) -> bool:
    entry = AccessEntry(key="e", principal_arn=arn, type=kind, username=name, groups=groups, policies=tuple(scopes))
    state = AccessState(arn=f"arn:aws:eks:eu-west-1:{HOME}:cluster/demo", mode=AuthenticationMode.API, entries=(entry,))
    found = {problem.check for problem in find_state_problems(finished(state, RbacObjects()))}
    return bool(found & {"EA304", "EA312"})


@pytest.mark.parametrize("kind", EntryType)
def test_an_entry_is_refused_exactly_where_eks_would(kind: EntryType) -> None:
    for account, principal, name, groups, policy, scope in product(
        (HOME, AWAY), PRINCIPALS, NAMES, GROUPS, POLICIES, SCOPES
    ):
        scopes = [PolicyScope(policy=policy, arn="", namespaces=scope)] if policy else []
        combination = (kind, account, principal, name, groups, policy, scope)

        wrong = refused(kind, f"arn:aws:iam::{account}:{principal}", name, groups, scopes)
        assert wrong is not legal(*combination), combination


def test_a_policy_associated_twice_is_told_once() -> None:
    scope = PolicyScope(policy="AmazonEKSViewPolicy", arn="", namespaces=("a",))
    entry = AccessEntry(
        key="e",
        principal_arn=f"arn:aws:iam::{HOME}:role/x",
        type=EntryType.STANDARD,
        username="x",
        groups=(),
        policies=(scope, PolicyScope(policy="AmazonEKSViewPolicy", arn="")),
    )
    state = AccessState(mode=AuthenticationMode.API, entries=(entry,))

    found = [problem.check for problem in find_state_problems(finished(state, RbacObjects()))]
    assert found == ["EA313"]
