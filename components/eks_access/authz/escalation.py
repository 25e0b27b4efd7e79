"""Escalation: nobody may write a Role, or bind one, that holds more than they hold themselves.

The API server asks this after authorization, so `create rolebindings` alone is not enough. Only RBAC rules count as
held, never access policies: a holder of AmazonEKSAdminPolicy may write RoleBindings and still cannot
(https://github.com/aws/containers-roadmap/issues/2682). `bind` and `escalate` are asked of all authorizers.
Source: k8s.io/kubernetes pkg/registry/rbac (escalation_check.go, {role,clusterrole,…}/policybased/storage.go).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ..plan.model import RbacRule
from .go_text import aggregate, quote, quote_all
from .messages import compact
from .model import MASTERS, Identity, Request, Role, RoleBinding
from .rbac import RbacAuthorizer
from .rules import uncovered

RBAC_GROUP = "rbac.authorization.k8s.io"
_EVERYTHING = (
    RbacRule(verbs=("*",), api_groups=("*",), resources=("*",)),
    RbacRule(verbs=("*",), non_resource_urls=("*",)),
)
_MISSING = re.compile(r"^(?:cluster)?role\.rbac\.authorization\.k8s\.io (?=.* not found$)", re.DOTALL)
Allows = Callable[[Identity, Request], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Whether a write of RBAC objects passes the escalation check."""

    allowed: bool
    because: str
    """``system:masters``, ``escalate``, ``bind`` or ``covered``; of a refusal the API server's message."""
    missing: tuple[RbacRule, ...] = ()
    """What the writer does not hold."""
    not_found: bool = False
    """The role that is to be bound does not exist: 404, not 403."""


class EscalationCheck:
    """The check for one cluster.

    Args:
        rbac: what is held.
        allows: all authorizers together; they are asked for the verbs `bind` and `escalate`.
    """

    def __init__(self, rbac: RbacAuthorizer, allows: Allows) -> None:
        self._rbac = rbac
        self._allows = allows

    def of_role(self, identity: Identity, role: Role, *, update: Role | None = None) -> Escalation:
        """Check a Role or ClusterRole that is created, or put in the place of `update`."""
        if MASTERS in identity.groups:
            return Escalation(allowed=True, because=MASTERS)
        asked = Request(
            verb="escalate",
            api_group=RBAC_GROUP,
            resource="clusterroles" if role.namespace is None else "roles",
            # a create has no name in its URL, so an `escalate` limited by resourceNames does not help it
            name=role.name if update is not None else "",
            namespace=role.namespace or "",
        )
        if self._allows(identity, asked):
            return Escalation(allowed=True, because="escalate")
        checked = self._covered(identity, role.rules, role)
        if checked.allowed and (role.aggregation or (update is not None and update.aggregation)):
            everything = self._covered(identity, _EVERYTHING, role)
            if not everything.allowed:
                return replace(everything, because="must have cluster-admin privileges to use the aggregationRule")
        return checked

    def of_binding(self, identity: Identity, binding: RoleBinding) -> Escalation:
        """Check a RoleBinding or ClusterRoleBinding."""
        if MASTERS in identity.groups:
            return Escalation(allowed=True, because=MASTERS)
        resources = {"ClusterRole": "clusterroles", "Role": "roles"}
        if resource := resources.get(binding.role_kind):
            asked = Request(
                verb="bind",
                api_group=RBAC_GROUP,
                resource=resource,
                name=binding.role_name,
                namespace=binding.namespace or "",
            )
            if self._allows(identity, asked):
                return Escalation(allowed=True, because="bind")
        role = self._rbac.role_of(binding.role_kind, binding.role_name, binding.namespace)
        if isinstance(role, str):
            return Escalation(allowed=False, because=_as_storage_says(role, binding), not_found=True)
        return self._covered(identity, role.rules, binding)

    def _covered(self, identity: Identity, rules: Sequence[RbacRule], written: Role | RoleBinding) -> Escalation:
        held, errors = self._rbac.rules_for(identity, written.namespace or "")
        missing = uncovered(held, rules)
        if not missing:
            return Escalation(allowed=True, because="covered")
        said = (
            f"user {quote(identity.username)} (groups={quote_all(identity.groups)}) is attempting to grant RBAC "
            "permissions not currently held:\n" + "\n".join(sorted({compact(rule) for rule in compact_rules(missing)}))
        )
        if errors:
            said += f"; resolution errors: [{aggregate(_as_storage_says(error, written) for error in errors)}]"
        return Escalation(allowed=False, because=said, missing=missing)


def _as_storage_says(error: str, written: Role | RoleBinding) -> str:
    """Put the resource that is written in the place of the one that is missing.

    Storage names what the request is about (k8s.io/apiserver registry/generic/registry, qualifiedResourceFromContext),
    so the API server says that the *binding* is not found.
    """
    kind = "rolebindings" if isinstance(written, RoleBinding) else "roles"
    resource = kind if written.namespace is not None else f"cluster{kind}"
    return _MISSING.sub(f"{resource}.{RBAC_GROUP} ", error)


def compact_rules(rules: Iterable[RbacRule]) -> list[RbacRule]:
    """Join rules of one resource and at most one name that differ in their verb only.

    Source: k8s.io/kubernetes pkg/registry/rbac/validation/policy_compact.go.
    """
    simple: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    others = []
    for rule in rules:
        if (
            rule.non_resource_urls
            or (len(rule.api_groups), len(rule.resources)) != (1, 1)
            or len(rule.resource_names) > 1
        ):
            others.append(rule)
        else:
            simple.setdefault((rule.api_groups[0], rule.resources[0], rule.resource_names), []).extend(rule.verbs)
    joined = [
        RbacRule(verbs=tuple(verbs), api_groups=(group,), resources=(resource,), resource_names=names)
        for (group, resource, names), verbs in simple.items()
    ]
    return others + joined
