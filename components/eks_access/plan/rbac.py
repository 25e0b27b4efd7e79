"""Grants → Namespaces, Roles, ClusterRoles and bindings."""

from __future__ import annotations

from collections.abc import Iterable

from ..declaration.models import Declaration, Grant, MetricsReader, Namespace, Rule
from .model import Binding, NamespacePlan, Rbac, RbacRole, RbacRule, Subject
from .naming import ADMINS_BINDING, ADMINS_GROUP, binding, own_role, person_group, team_group

METRICS_ROLE = "eks-access:metrics"
KUBELET_METRICS_ROLE = "eks-access:kubelet-metrics"


def compile_rbac(declaration: Declaration, grants: Iterable[Grant]) -> Rbac:
    """Compile what the granted roles need inside the cluster."""
    rbac_grants = [grant for grant in grants if grant.role]
    return Rbac(
        namespaces=tuple(_namespace(name, declared) for name, declared in sorted(declaration.namespaces.items())),
        roles=_roles(declaration, rbac_grants),
        bindings=_admin_binding(declaration) + _bindings(declaration, rbac_grants),
    )


def _namespace(name: str, declared: Namespace) -> NamespacePlan:
    return NamespacePlan(
        name=name,
        labels=dict(sorted(declared.labels.items())),
        annotations=dict(sorted(declared.annotations.items())),
        quota=dict(sorted(declared.quota.items())),
        limits=tuple(
            limit.model_dump(by_alias=True, exclude_defaults=True)
            for limit in sorted(declared.limits, key=lambda each: each.type)
        ),
    )


def compile_metrics(readers: Iterable[MetricsReader]) -> Rbac:
    """Compile access to /metrics, which no Role can give: non-resource URLs belong to no namespace."""
    readers = sorted(readers, key=lambda reader: reader.service_account)
    roles = []
    bindings = []
    if readers:
        rule = RbacRule(verbs=("get",), non_resource_urls=("/metrics",))
        roles.append(RbacRole(name=METRICS_ROLE, namespace=None, rules=(rule,)))
    if any(reader.kubelets for reader in readers):
        rule = RbacRule(verbs=("get",), api_groups=("",), resources=("nodes/metrics",))
        roles.append(RbacRole(name=KUBELET_METRICS_ROLE, namespace=None, rules=(rule,)))
    for reader in readers:
        label, subject = _service_account(reader.service_account)
        for role in (METRICS_ROLE, KUBELET_METRICS_ROLE) if reader.kubelets else (METRICS_ROLE,):
            bindings.append(
                Binding(
                    name=f"{role}:{label}", namespace=None, role_kind="ClusterRole", role_name=role, subject=subject
                )
            )
    return Rbac(roles=tuple(roles), bindings=tuple(bindings))


def _roles(declaration: Declaration, grants: Iterable[Grant]) -> tuple[RbacRole, ...]:
    wanted: set[tuple[str, str]] = set()
    for grant in grants:
        if grant.role in declaration.roles:
            wanted.update((grant.role, scope) for scope in _scopes(grant))
    return tuple(
        RbacRole(
            name=own_role(role),
            namespace=scope or None,
            rules=tuple(sorted(map(_rule, declaration.roles[role].rules), key=repr)),
        )
        for role, scope in sorted(wanted)
    )


def _bindings(declaration: Declaration, grants: Iterable[Grant]) -> tuple[Binding, ...]:
    bindings = {}
    # active grants are some of the declared ones, and equal ones may be meant twice
    places = {id(grant): f"grants[{index}]" for index, grant in enumerate(declaration.grants)}
    for grant in grants:
        assert grant.role is not None
        label, subject = _subject(grant)
        own = grant.role in declaration.roles
        for scope in _scopes(grant):
            made = Binding(
                name=binding(label, grant.role),
                namespace=scope or None,
                role_kind="Role" if own and scope else "ClusterRole",
                role_name=own_role(grant.role) if own else grant.role,
                subject=subject,
                source=places.get(id(grant), "grants"),
            )
            bindings[scope, made.name] = made
    return tuple(made for _, made in sorted(bindings.items()))


def _admin_binding(declaration: Declaration) -> tuple[Binding, ...]:
    admins = declaration.admins
    if not (admins.teams or admins.people or admins.break_glass):
        return ()
    subject = Subject(kind="Group", name=ADMINS_GROUP)
    return (
        Binding(
            name=ADMINS_BINDING,
            namespace=None,
            role_kind="ClusterRole",
            role_name="cluster-admin",
            subject=subject,
            source="admins",
        ),
    )


def _scopes(grant: Grant) -> tuple[str, ...]:
    """Namespaces of a grant; the empty string stands for the whole cluster and sorts first."""
    return ("",) if grant.cluster_wide else tuple(sorted(set(grant.namespaces)))


def _subject(grant: Grant) -> tuple[str, Subject]:
    if grant.team:
        return team_group(grant.team), Subject(kind="Group", name=team_group(grant.team))
    if grant.person:
        return person_group(grant.person), Subject(kind="Group", name=person_group(grant.person))
    assert grant.service_account is not None
    return _service_account(grant.service_account)


def _service_account(reference: str) -> tuple[str, Subject]:
    namespace, _, name = reference.partition("/")
    return f"sa:{namespace}:{name}", Subject(kind="ServiceAccount", name=name, namespace=namespace)


def _rule(rule: Rule) -> RbacRule:
    return RbacRule(
        verbs=tuple(sorted(set(rule.verbs))),
        api_groups=tuple(sorted(set(rule.api_groups))),
        resources=tuple(sorted(set(rule.resources))),
        resource_names=tuple(sorted(set(rule.resource_names))),
        non_resource_urls=tuple(sorted(set(rule.non_resource_urls))),
    )
