"""Where in a declaration the things come from that a plan makes: checks over clusters know them by their own names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..declaration.nodes import render
from ..plan.model import AccessPlan, EntryType, MappedPrincipal
from ..plan.naming import own_role
from .view import AWS_AUTH, ENTRIES, node_path


def origins(plan: AccessPlan) -> Mapping[str, str]:
    """Return path in the cluster → path in the declaration."""
    return dict(_origins(plan))


def _origins(plan: AccessPlan) -> Iterator[tuple[str, str]]:
    groups: dict[str, str] = {}
    for group in plan.node_groups:
        groups.setdefault(str(group.kind), render(("nodeGroups", group.name)))
        yield node_path(str(group.kind)), groups[str(group.kind)]
    yield from _mapped(plan, groups)
    if plan.cluster:
        yield f"access entry {plan.cluster.creator_arn}", "cluster.creator"
    yield from ((AWS_AUTH, "people"), (ENTRIES, "people"))
    for namespace in plan.rbac.namespaces:
        yield f"Namespace {namespace.name}", render(("namespaces", namespace.name))
    for part, otherwise in ((plan.rbac, "grants"), (plan.metrics, "metricsReaders")):
        for role in part.roles:
            ours = part is plan.rbac
            source = render(("roles", role.name.removeprefix(own_role("")))) if ours else otherwise
            yield (f"Role {role.namespace}/{role.name}" if role.namespace else f"ClusterRole {role.name}"), source
        for binding in part.bindings:
            kind = f"RoleBinding {binding.namespace}/" if binding.namespace else "ClusterRoleBinding "
            yield f"{kind}{binding.name}", binding.source or otherwise
    for person in plan.people:
        yield f"person {person}", render(("people", person))


def _mapped(plan: AccessPlan, groups: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for section, kept in (("mapRoles", len(plan.kept_roles)), ("mapUsers", len(plan.kept_users))):
        for index in range(kept):
            yield f"{AWS_AUTH} {section}[{index}]", f"keep.{section}[{index}]"
        ours = [p for p in plan.principals if p.in_aws_auth and p.is_user is (section == "mapUsers")]
        for index, principal in enumerate(ours, start=kept):
            yield f"{AWS_AUTH} {section}[{index}]", _source(principal, groups)
    for principal in plan.principals:
        yield f"access entry {principal.arn}", _source(principal, groups)


def _source(principal: MappedPrincipal, groups: Mapping[str, str]) -> str:
    if principal.entry_type is EntryType.STANDARD:
        return principal.source
    return groups.get(principal.key.removeprefix("node-"), principal.source)
