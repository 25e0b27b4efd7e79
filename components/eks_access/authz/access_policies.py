"""EKS access policies: an authorizer of its own beside RBAC, bound to the IAM principal, that only ever allows.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html (scopes),
https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html (rules; `data/access-policies.yaml`
says of what date). Where AWS publishes no rules, or a policy is not known here, nothing is allowed by it and the
decision says so among its `errors`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from ..authn.access_entries import AccessEntry
from ..plan.model import PolicyScope, RbacRule
from .go_text import quote
from .model import Decision, Ground, Identity, Request
from .rules import rule_allows

ACCESS_POLICY = "EKS Access Policy"
PRINCIPAL_ID = "sigs.k8s.io/aws-iam-authenticator/principalId"
"""Key of an identity's extra under which the authenticator puts the principal's unique id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """One access policy that EKS has."""

    name: str
    rules: tuple[RbacRule, ...] | None = None
    """None where AWS does not publish them."""
    service_linked_only: bool = False
    """For service-linked roles; EKS gives it to itself."""


@cache
def access_policies() -> Mapping[str, AccessPolicy]:
    """List the policies that are known, by name. AWS adds more without notice."""
    import yaml  # not every cluster has some

    text = (files(__package__) / "data" / "access-policies.yaml").read_text()
    table = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are the safe loader
    found = {name: AccessPolicy(name=name) for name in table["stored_only"]}
    for name in table["service_linked_only"]:
        found[name] = AccessPolicy(name=name, service_linked_only=True)
    rules: dict[str, tuple[RbacRule, ...]] = {}
    for name, rows in table["rules"].items():  # a policy is listed behind the one that it includes
        rules[name] = tuple(rule for row in rows for rule in _rules(row, table["sets"], rules))
        found[name] = AccessPolicy(name=name, rules=rules[name])
    return MappingProxyType(found)


def _rules(
    row: Mapping[str, Any], sets: Mapping[str, list[str]], known: Mapping[str, tuple[RbacRule, ...]]
) -> tuple[RbacRule, ...]:
    if "include" in row:
        return known[row["include"]]
    return (
        RbacRule(
            verbs=tuple(row.get("verbs") or sets[row["set"]]),
            api_groups=tuple(row.get("groups", ())),
            resources=tuple(row.get("resources", ())),
            non_resource_urls=tuple(row.get("urls", ())),
        ),
    )


_Key = tuple[str, str, str, str, str | None]


@dataclass(slots=True)
class _Rules:
    """What one policy says, with its answers kept for the next principal: rules name no objects and no namespaces."""

    rules: tuple[RbacRule, ...]
    seen: dict[_Key, RbacRule | None] = field(default_factory=dict)

    def rule_for(self, request: Request) -> RbacRule | None:
        key = (request.verb, request.api_group, request.resource, request.subresource, request.path)
        if key not in self.seen:
            self.seen[key] = next((rule for rule in self.rules if rule_allows(rule, request)), None)
        return self.seen[key]


@dataclass(frozen=True, slots=True)
class _Association:
    """A policy of one principal with its scope."""

    principal_arn: str
    scope: PolicyScope
    rules: _Rules | None
    patterns: tuple[tuple[str, ...], ...]
    """Names of namespaces, taken apart at their stars; none where it holds in the whole cluster."""

    def in_scope(self, request: Request) -> bool:
        """Tell whether it counts: a scope of namespaces never reaches a request for the whole cluster."""
        if not self.patterns:
            return True
        return bool(request.namespace) and any(_matches(request.namespace, parts) for parts in self.patterns)

    def ground(self, identity: Identity, rule: RbacRule) -> Ground:
        """Say it as EKS's audit log does: as if a ClusterRoleBinding named the principal's id."""
        who = next(iter(identity.extra.get(PRINCIPAL_ID, ())), self.principal_arn)
        arn = self.scope.arn
        reason = (
            f"{ACCESS_POLICY}: allowed by ClusterRoleBinding {quote(f'{self.principal_arn}+{arn}')} "
            f"of ClusterRole {quote(arn)} to User {quote(who)}"
        )
        return Ground(authorizer=ACCESS_POLICY, reason=reason, rule=rule, policy=self.scope.policy)


class AccessPolicyAuthorizer:
    """Decides by the access policies of a cluster's entries.

    Args:
        entries: the access entries; those without policies count for nothing here.
    """

    def __init__(self, entries: Iterable[AccessEntry] = ()) -> None:
        holders = [entry for entry in entries if entry.policies]
        known = access_policies() if holders else {}
        policies = {name: _Rules(policy.rules) for name, policy in known.items() if policy.rules is not None}
        self._associations: dict[str, list[_Association]] = {}
        for entry in holders:
            for scope in entry.policies:
                patterns = tuple(tuple(name.split("*")) for name in scope.namespaces)
                association = _Association(entry.principal_arn, scope, policies.get(scope.policy), patterns)
                self._associations.setdefault(entry.principal_arn, []).append(association)

    def decide(self, identity: Identity, request: Request) -> Decision:
        """Decide a request with every policy that allows it; what a policy holds and nobody publishes is an error."""
        associations = self._associations_of(identity)
        if not associations:
            return _NO
        grounds: list[Ground] = []
        errors: list[str] = []
        for association in associations:
            if not association.in_scope(request):
                continue
            if association.rules is None:
                errors.append(unpublished(association.scope.policy))
            elif (rule := association.rules.rule_for(request)) is not None:
                grounds.append(association.ground(identity, rule))
        reason = grounds[0].reason if grounds else ""
        return Decision(allowed=bool(grounds), reason=reason, grounds=tuple(grounds), errors=tuple(errors))

    def allows(self, identity: Identity, request: Request) -> bool:
        """Tell the verdict alone."""
        return any(
            association.rules is not None
            and association.in_scope(request)
            and association.rules.rule_for(request) is not None
            for association in self._associations_of(identity)
        )

    def _associations_of(self, identity: Identity) -> list[_Association]:
        return self._associations.get(identity.principal_arn, []) if identity.principal_arn else []


_NO = Decision(allowed=False)


def unpublished(policy: str) -> str:
    """Say why a policy's part in a decision is not known."""
    if policy in access_policies():
        return f"what access policy {policy} allows is not published by AWS, so it is not counted"
    return f"access policy {policy} is not known to this version of eks-access, so it is not counted"


def covers_namespace(scope: PolicyScope, namespace: str) -> bool:
    """Tell whether a policy's scope reaches a namespace; one without namespaces is the whole cluster's."""
    return not scope.namespaces or any(matches_pattern(namespace, name) for name in scope.namespaces)


def matches_pattern(namespace: str, pattern: str) -> bool:
    """Tell whether a namespace is one that a scope names, by its name or by a pattern with stars."""
    return _matches(namespace, tuple(pattern.split("*")))


def _matches(namespace: str, parts: tuple[str, ...]) -> bool:
    """Match what stands between the stars of a pattern; compiling thousands of patterns would take longer."""
    if len(parts) == 1:
        return namespace == parts[0]
    first, *between, last = parts
    at, end = len(first), len(namespace) - len(last)
    if at > end or not namespace.startswith(first) or not namespace.endswith(last):
        return False
    for part in between:
        at = namespace.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True
