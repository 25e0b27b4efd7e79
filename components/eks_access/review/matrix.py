"""The whole matrix: people by namespaces, with roles or with the verbs that they have on one resource.

What holds in the whole cluster is kept once a person, beside what each namespace adds; so the matrix grows with
people and bindings, not with people times namespaces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ..authz.access_policies import access_policies, unpublished
from ..authz.model import AUTHENTICATED, MASTERS, UNAUTHENTICATED, Identity, Request, Role, RoleBinding
from ..authz.resources import VERBS, ApiResource
from ..authz.rules import rule_allows
from ..plan.model import PolicyScope, RbacRule
from .access_review import AccessReview

Labels = frozenset[str]
_NONE: Labels = frozenset()
SUPERUSER = "system:masters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one person has, by all usable ways together."""

    person: str
    ways: tuple[str, ...]
    everywhere: Labels = _NONE
    """In every namespace and for what is in none."""
    namespaces: Mapping[str, Labels] = field(default_factory=dict)
    """What each namespace adds to that; those that add nothing are left out."""

    def cell(self, namespace: str) -> Labels:
        """Return what the person has in a namespace; in the whole cluster for the empty name."""
        return self.everywhere | self.namespaces.get(namespace, _NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Everybody's rights in one cluster."""

    cluster: str
    subject: str
    """``roles``, or the resource whose verbs are shown."""
    labels: tuple[str, ...]
    """Every label that occurs, in the order in which it is read."""
    namespaces: tuple[str, ...]
    rows: tuple[Row, ...]
    notices: tuple[str, ...] = ()


def matrix_of_roles(review: AccessReview) -> Matrix:
    """Show which roles and access policies everybody has where."""
    return _Matrix(review, "roles", _role_name, lambda scope: frozenset([scope.policy])).build()


def matrix_of_verbs(review: AccessReview, resource: ApiResource, subresource: str = "") -> Matrix:
    """Show which verbs everybody has on a resource where; on all objects of it, not on named ones."""
    name = f"{resource}/{subresource}" if subresource else str(resource)
    asked = {
        verb: Request(verb=verb, api_group=resource.group, resource=resource.plural, subresource=subresource)
        for verb in VERBS
    }

    def verbs(rules: Iterable[RbacRule]) -> Labels:
        known = tuple(rules)
        return frozenset(verb for verb, request in asked.items() if any(rule_allows(rule, request) for rule in known))

    return _Matrix(
        review,
        name,
        lambda _, role: verbs(role.rules if role else ()),
        lambda scope: verbs(_policy_rules(scope)),
        inside=frozenset(verb for verb in VERBS if resource.grantable_inside(verb)),
    ).build()


def _policy_rules(scope: PolicyScope) -> tuple[RbacRule, ...]:
    policy = access_policies().get(scope.policy)
    return policy.rules if policy and policy.rules else ()


def _role_name(binding: RoleBinding, role: Role | None) -> Labels:
    return frozenset([binding.role_name]) if role else frozenset([f"{binding.role_name} (missing)"])


class _Matrix:
    """Collects labels; each role and each policy is looked at once, whoever has it."""

    def __init__(
        self,
        review: AccessReview,
        subject: str,
        of_role: Callable[[RoleBinding, Role | None], Labels],
        of_policy: Callable[[PolicyScope], Labels],
        inside: Labels | None = None,
    ) -> None:
        self._review = review
        self._subject = subject
        self._inside = inside
        self._of_role = of_role
        self._of_policy = of_policy
        self._known_roles: dict[tuple[str, str, str | None], Labels] = {}
        self._known_policies: dict[str, Labels] = {}
        self._notices: dict[str, None] = {}
        self._policies = {entry.principal_arn: entry.policies for entry in review.state.entries}
        self._everything = frozenset([SUPERUSER]) if subject == "roles" else frozenset(VERBS)

    def build(self) -> Matrix:
        rows = tuple(self._rows())
        found = {label for row in rows for label in row.everywhere.union(*row.namespaces.values())}
        order = {verb: index for index, verb in enumerate(VERBS)}
        return Matrix(
            cluster=self._review.state.name,
            subject=self._subject,
            labels=tuple(sorted(found, key=lambda label: (order.get(label, len(order)), label))),
            namespaces=self._review.namespaces,
            rows=rows,
            notices=(*self._review.state.notices, *self._notices),
        )

    def _rows(self) -> Iterable[Row]:
        parts: dict[str, tuple[list[str], set[str], dict[str, Labels]]] = {}
        for asker in self._review.askers.people():
            ways, everywhere, namespaces = parts.setdefault(asker.name, ([], set(), {}))
            identity = asker.authentication.identity
            if identity is None or not asker.usable:
                continue
            ways.append(asker.way.via if asker.way else "")
            if asker.authentication.ambiguous:
                self._notices[
                    f"who {asker.name} is, is chance: two lines of aws-auth name them; shown is what any of them gives"
                ] = None
            for each in asker.authentication.alternatives or (identity,):
                self._add(each, everywhere, namespaces)
        for person in self._review.state.people:
            parts.setdefault(person, ([], set(), {}))
        for person, (ways, everywhere, namespaces) in sorted(parts.items()):
            yield Row(
                person=person,
                ways=tuple(ways),
                everywhere=frozenset(everywhere),
                namespaces={
                    name: more
                    for name, labels in sorted(namespaces.items())
                    if (more := labels if labels.isdisjoint(everywhere) else labels - everywhere)
                },
            )

    def _add(self, identity: Identity, everywhere: set[str], namespaces: dict[str, Labels]) -> None:
        if MASTERS in identity.groups:
            everywhere |= self._everything
        for binding, _, role in self._review.authorizer.rbac.all_held_by(identity):
            labels = self._role(binding, role)
            if binding.namespace is None:
                everywhere |= labels
            elif labels := self._those_inside(labels):
                _add_labels(namespaces, binding.namespace, labels)
        for scope in self._policies.get(identity.principal_arn or "", ()):
            labels = self._policy(scope)
            if not scope.namespaces:
                everywhere |= labels
            elif labels := self._those_inside(labels):
                for name in self._review.namespaces_of(scope):
                    _add_labels(namespaces, name, labels)

    def _role(self, binding: RoleBinding, role: Role | None) -> Labels:
        if self._subject == "roles" and gives_everybody(binding):
            return _NONE
        key = (binding.role_kind, binding.role_name, binding.namespace if binding.role_kind == "Role" else None)
        if key not in self._known_roles:
            self._known_roles[key] = self._of_role(binding, role)
        return self._known_roles[key]

    def _those_inside(self, labels: Labels) -> Labels:
        """Leave out verbs that nothing can grant in a namespace; a set of which all count is shared, as it is."""
        return labels if self._inside is None or labels <= self._inside else labels & self._inside

    def _policy(self, scope: PolicyScope) -> Labels:
        if scope.policy not in self._known_policies:
            self._known_policies[scope.policy] = self._of_policy(scope)
            if self._subject != "roles" and not _policy_rules(scope):
                self._notices[unpublished(scope.policy)] = None
        return self._known_policies[scope.policy]


def _add_labels(namespaces: dict[str, Labels], name: str, labels: Labels) -> None:
    """Add to a cell. Most hold what one role gives, and share its set: a hundred thousand of their own take long."""
    there = namespaces.get(name)
    namespaces[name] = labels if there is None else there | labels


def gives_everybody(binding: RoleBinding) -> bool:
    """Tell whether Kubernetes itself gives it to whoever is logged in, such as discovery: it tells nobody from another.

    What somebody else binds to everybody is another matter, and shown.
    """
    own = binding.namespace is None and binding.name == binding.role_name and binding.name.startswith("system:")
    return own and all(subject.name in (AUTHENTICATED, UNAUTHENTICATED) for subject in binding.subjects)
