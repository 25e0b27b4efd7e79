"""Roles and bindings as objects: what the API server would refuse, or keep and never match."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..authz.model import AUTHENTICATED, UNAUTHENTICATED, BindingSubject, RoleBinding
from ..declaration.references.roles import SHAPE, rule_findings
from ..errors import Problem, Severity
from .catalogue import Needs, Over, check
from .view import OWN_PREFIXES, ClusterView

_PRACTICE = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"
_RBAC = "https://kubernetes.io/docs/reference/access-authn-authz/rbac/"
_NAMES = "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/"
_NOBODY = {"User": ("system:anonymous",), "Group": (UNAUTHENTICATED,)}
_EVERYBODY = {"Group": (AUTHENTICATED, "system:serviceaccounts")}
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


@check(
    "EA601",
    "Each binding names a role that exists",
    over=Over.CLUSTER,
    needs=Needs.ALL,
    why=f"A binding of a role that isn't there grants nothing, and says so only to whoever is refused ({_RBAC}); once "
    "somebody makes a role of that name, it grants whatever is in it.",
    fix="Name a role that exists, or list it under `externalRoles` if somebody's chart makes it.",
)
def bound_roles_exist(view: ClusterView) -> Iterator[Problem]:
    """Look roles of bindings up; those of EKS and Kubernetes, and those that are declared as others', are theirs."""
    objects = view.state.rbac
    there = {(role.namespace, role.name) for role in (*objects.roles, *objects.refused_roles)}
    for binding in view.bindings:
        named = f"{binding.role_kind} {binding.role_name}"
        if binding.role_kind not in ("Role", "ClusterRole"):
            rule, fix = "a binding names a Role or a ClusterRole", "write `kind: ClusterRole` or `kind: Role`"
            yield Problem(path=binding.place, rule=rule, value=named, fix=fix)
        elif binding.role_kind == "Role" and binding.namespace is None:
            rule = "a ClusterRoleBinding can name a ClusterRole only"
            yield Problem(path=binding.place, rule=rule, value=named, fix="bind it in its namespace")
        elif not _is_elsewhere(view, binding):
            home = binding.namespace if binding.role_kind == "Role" else None
            if (home, binding.role_name) not in there:
                rule = f"no {binding.role_kind} of this name exists{f' in {home}' if home else ''}"
                fix = f"make it, name another, or list {binding.role_name} under `externalRoles`"
                yield Problem(path=binding.place, rule=rule, value=named, fix=fix)


def _is_elsewhere(view: ClusterView, binding: RoleBinding) -> bool:
    return binding.role_name in view.state.elsewhere or binding.role_name.startswith(OWN_PREFIXES)


@check(
    "EA602",
    "A Role has no nonResourceURLs",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    why=f"URLs like /metrics are in no namespace; the API server refuses them in a Role ({_RBAC}).",
    fix="Put the URLs into a ClusterRole and bind it cluster-wide; for /metrics use `metricsReaders`.",
)
def no_urls_in_roles(view: ClusterView) -> Iterator[Problem]:
    """Look for URLs in namespaced roles, and in ClusterRoles that are bound in a namespace only."""
    wide = {each.role_name for each in view.bindings if each.namespace is None}
    with_urls = {(r.namespace, r.name): r for r in view.roles if any(rule.non_resource_urls for rule in r.rules)}
    for role in with_urls.values():
        if role.namespace:
            rule = "a Role can't hold nonResourceURLs: they are in no namespace"
            urls = sorted({url for each in role.rules for url in each.non_resource_urls})
            fix = "move them to a ClusterRole and bind it cluster-wide"
            yield Problem(path=role.place, rule=rule, value=", ".join(urls), fix=fix)
    for binding in view.bindings:
        bound = with_urls.get((None, binding.role_name)) if binding.role_kind == "ClusterRole" else None
        if binding.namespace and bound and bound.name not in wide:
            rule = f"ClusterRole {bound.name} holds URLs, and bound in a namespace it grants none of them"
            fix = "bind it with a ClusterRoleBinding"
            yield Problem(path=binding.place, rule=rule, value=bound.name, fix=fix)


@check(
    SHAPE,
    "A rule is about resources with their API groups, or about URLs",
    over=Over.CLUSTER,
    why="The API server refuses a rule about both, and one without verbs, API groups or resources; where it got in all "
    "the same, it matches nothing (k8s.io/kubernetes pkg/apis/rbac/validation/validation.go, ValidatePolicyRule).",
    fix='Split the rule in two; write `apiGroups` beside `resources`, the core group as `""`.',
)
def rules_are_whole(view: ClusterView) -> Iterator[Problem]:
    """Hold each rule against the loader's rules of shape."""
    for role in view.roles:
        for index, rule in enumerate(role.rules):
            if not rule.verbs:
                yield Problem(path=role.place, rule=f"rule {index + 1} has no verbs", fix="list its verbs")
            for finding in rule_findings(rule, ()):
                if finding.check == SHAPE:
                    text = f"rule {index + 1}: {finding.rule}"
                    yield Problem(path=role.place, rule=text, value=finding.value, fix=finding.fix)


@check(
    "EA604",
    "Nothing is granted to who is not logged in",
    over=Over.CLUSTER,
    why="system:anonymous and system:unauthenticated are everybody who reaches the API server "
    f"({_PRACTICE}#hardening); EKS from 1.32 on turns them away but on health paths.",
    fix="Bind the ServiceAccount or group that needs it; for /metrics use `metricsReaders`.",
)
def nothing_for_strangers(view: ClusterView) -> Iterator[Problem]:
    """Look for anonymous subjects outside of Kubernetes' own bindings."""
    for binding, subject in _subjects(view, _NOBODY):
        rule = f"{subject.name} is everybody who reaches the API server, logged in or not"
        fix = "bind the ServiceAccount or group that needs it"
        yield Problem(path=binding.place, rule=rule, value=f"{binding.role_kind} {binding.role_name}", fix=fix)


@check(
    "EA605",
    "Nothing is granted to everybody who is logged in",
    over=Over.CLUSTER,
    severity=Severity.WARNING,
    why="system:authenticated is every person, node and pod of the cluster, system:serviceaccounts every pod "
    f"({_PRACTICE}#least-privilege).",
    fix="Bind the groups and ServiceAccounts that need it.",
)
def nothing_for_everybody(view: ClusterView) -> Iterator[Problem]:
    """Look for subjects that are everybody, outside of Kubernetes' own bindings."""
    for binding, subject in _subjects(view, _EVERYBODY):
        who = "every pod" if subject.name == "system:serviceaccounts" else "every person, node and pod"
        fix = "bind the groups and ServiceAccounts that need it"
        value = f"{binding.role_kind} {binding.role_name}"
        yield Problem(path=binding.place, rule=f"{subject.name} is {who} of the cluster", value=value, fix=fix)


def _subjects(view: ClusterView, wanted: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[RoleBinding, BindingSubject]]:
    for binding in view.bindings:
        for subject in binding.subjects:
            if subject.name in wanted.get(subject.kind, ()):
                yield binding, subject


@check(
    "EA615",
    "Names are ones that Kubernetes takes",
    over=Over.CLUSTER,
    why=f"The API server refuses other names in the middle of an update ({_NAMES}).",
    fix="Namespaces are lower-case letters, digits and '-'; names of roles and bindings have no '/' and no '%'.",
)
def names_are_valid(view: ClusterView) -> Iterator[Problem]:
    """Look at names of namespaces, roles, bindings and ServiceAccounts."""
    for namespace in view.state.namespaces:
        if not _LABEL.fullmatch(namespace):
            rule = "a namespace is at most 63 lower-case letters, digits and '-', with a letter or digit at both ends"
            yield Problem(path=f"Namespace {namespace}", rule=rule, value=namespace, fix="rename it")
    named = [(role.place, role.name) for role in view.roles]
    named += [(binding.place, binding.name) for binding in view.bindings]
    for path, name in named:
        if name in ("", ".", "..") or "/" in name or "%" in name:
            rule = "a name of RBAC is no '.' or '..' and has no '/' and no '%'"
            yield Problem(path=path, rule=rule, value=name, fix="rename it")
    for binding in view.bindings:
        for subject in binding.subjects:
            if subject.kind == "ServiceAccount" and not _SUBDOMAIN.fullmatch(subject.name):
                rule = "a ServiceAccount's name is lower-case letters, digits, '-' and '.'"
                yield Problem(path=binding.place, rule=rule, value=subject.name, fix="write its name")


@check(
    "EA617",
    "A subject is of the kind that its name is",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    severity=Severity.WARNING,
    why="Users and groups of one name are strangers to each other: a binding for a User called like a group grants "
    "nothing to the group (https://github.com/kubernetes-sigs/aws-iam-authenticator/issues/139), and one for a "
    "ServiceAccount without its namespace nothing to anybody.",
    fix="Write the kind as it is mapped: `kind: Group` for groups, `kind: User` for user names.",
)
def subjects_are_of_their_kind(view: ClusterView) -> Iterator[Problem]:
    """Compare subjects with the names and groups of mappings."""
    users = {each.username for each in view.mapped if each.username}
    groups = {group for each in view.mapped for group in each.groups}
    for binding in view.bindings:
        for subject in binding.subjects:
            if rule := _mistaken(subject, users, groups, in_namespace=binding.namespace is not None):
                fix = "write the kind as it is mapped, and a ServiceAccount with its namespace"
                yield Problem(path=binding.place, rule=rule, value=f"{subject.kind} {subject.name}", fix=fix)


def _mistaken(subject: BindingSubject, users: set[str], groups: set[str], *, in_namespace: bool) -> str:
    match subject.kind:
        case "User" if subject.name in groups - users:
            return "principals are mapped to a group of this name, and to no user"
        case "Group" if subject.name in users - groups:
            return "a principal is mapped to a user of this name, and to no group"
        case "ServiceAccount" if not subject.namespace and not in_namespace:
            return "a ServiceAccount in a ClusterRoleBinding needs its namespace"
        case "User" | "Group" | "ServiceAccount":
            return ""
    return "a subject is a User, a Group or a ServiceAccount"
