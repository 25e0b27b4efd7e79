"""P5: aws-auth and access entries make the same of everybody, in every mode.

The same plan is rendered as in mode CONFIG_MAP and as in mode API, and both are read as the authenticator reads them.
Rights by RBAC follow from user name and groups alone, so equal identities have equal rights by it; what is left are
access policies, whose rules are held against those that the groups have. Nothing is asked request by request.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from ..authn.access_entries import access_entries
from ..authn.authenticating import Authenticator
from ..authn.aws_auth import aws_auth_data
from ..authn.model import Authentication
from ..authz.access_policies import access_policies
from ..authz.model import Identity
from ..authz.rbac import RbacAuthorizer
from ..authz.rules import uncovered
from ..declaration.kinds import AuthenticationMode
from ..errors import Problem
from ..plan.model import AccessPlan, ClusterPlan, EntryType, MappedPrincipal, PolicyScope
from ..review.declared import state_of_plan
from .catalogue import Over, check

SESSION = "someone"
"""Stands for the session's name, whoever chooses it."""


@check(
    "EA320",
    "aws-auth and access entries make the same of everybody",
    over=Over.PLAN,
    why="In mode API_AND_CONFIG_MAP the entry counts and the line is what people read, and a change of mode swaps one "
    "for the other: where they differ, somebody's rights change without a change of the declaration "
    "(https://docs.aws.amazon.com/eks/latest/userguide/migrating-access-entries.html).",
    fix="Map the principal under one user name and the same groups in both; what policies give beside RBAC is listed "
    "among the notices.",
)
def both_back_ends_agree(plan: AccessPlan) -> Iterator[Problem]:
    """Authenticate each mapped person by both back ends, and compare who they are."""
    if plan.cluster is None:
        return
    both = _Both(plan, plan.cluster)
    for principal in plan.principals:
        if principal.entry_type is EntryType.STANDARD:
            line, entry = both.by_line(principal), both.by_entry(principal)
            if said := _difference(line, entry):
                rule = f"aws-auth and the access entry make two different things of this principal: {said}"
                fix = "map it under one user name and the same groups in both"
                yield Problem(path=principal.source, rule=rule, value=principal.arn, fix=fix)
            elif entry.identity is not None and plan.cluster.mode.uses_aws_auth and plan.cluster.mode.uses_entries:
                yield from _unlisted(plan, principal, both, entry.identity)


def _unlisted(plan: AccessPlan, principal: MappedPrincipal, both: _Both, identity: Identity) -> Iterator[Problem]:
    """Find rights that only the entry gives and no notice tells of: aws-auth knows no policies."""
    for scope in principal.policies:
        listed = any(notice.startswith(f"{principal.source}: ") and scope.policy in notice for notice in plan.notices)
        if not listed and both.gives_more(identity, scope):
            rule = "the access policy gives more than RBAC does, aws-auth knows no policies, and no notice says so"
            fix = "grant a `role` with the same rights, or compile the plan, which lists the difference"
            yield Problem(path=principal.source, rule=rule, value=scope.policy, fix=fix)


class _Both:
    """One plan in both back ends."""

    def __init__(self, plan: AccessPlan, cluster: ClusterPlan) -> None:
        self._plan = plan
        old = replace(plan, cluster=replace(cluster, mode=AuthenticationMode.CONFIG_MAP))
        new = replace(plan, cluster=replace(cluster, mode=AuthenticationMode.API))
        self._old = Authenticator(AuthenticationMode.CONFIG_MAP, aws_auth=aws_auth_data(old))
        self._new = Authenticator(AuthenticationMode.API, entries=access_entries(new))
        self._seen: dict[tuple[tuple[str, ...], PolicyScope], bool] = {}

    def by_line(self, principal: MappedPrincipal) -> Authentication:
        """Say who somebody is by aws-auth."""
        return self._old.authenticate_arn(principal.arn, session=SESSION)

    def by_entry(self, principal: MappedPrincipal) -> Authentication:
        """Say who somebody is by the access entry."""
        return self._new.authenticate_arn(principal.arn, session=SESSION)

    def gives_more(self, identity: Identity, scope: PolicyScope) -> bool:
        """Tell whether a policy holds a right that the groups don't have by RBAC; what isn't published may."""
        key = (identity.groups, scope)
        if key not in self._seen:
            policy = access_policies().get(scope.policy)
            rules = policy.rules if policy else None
            namespaces = scope.namespaces or ("",)
            self._seen[key] = rules is None or any(
                uncovered(self._rbac.rules_for(identity, namespace)[0], rules) for namespace in namespaces
            )
        return self._seen[key]

    @cached_property
    def _rbac(self) -> RbacAuthorizer:
        return RbacAuthorizer(state_of_plan(self._plan).rbac)


def _difference(line: Authentication, entry: Authentication) -> str:
    one, other = line.identity, entry.identity
    if one is None or other is None:
        if one is other:
            return ""  # nobody by both: the rules about ARNs say why
        return "nobody by aws-auth" if one is None else "nobody by the access entry"
    if line.ambiguous:
        return "by aws-auth, chance decides"
    if one.username != other.username:
        return f"the user name {one.username} and {other.username}"
    if set(one.groups) != set(other.groups):
        return f"the groups {', '.join(one.groups)} and {', '.join(other.groups)}"
    return ""
