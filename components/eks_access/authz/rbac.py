"""The RBAC authorizer: which bindings apply to an identity, and whether the roles behind them allow a request.

Sources: k8s.io/kubernetes pkg/registry/rbac/validation/rule.go (VisitRulesFor), plugin/pkg/auth/authorizer/rbac.
RBAC only ever allows. The API server looks at bindings in no fixed order; here they keep the order in which they
were given, so the first ground is one of those that the real one may name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial

from ..plan.model import RbacRule
from .go_text import aggregate, quote
from .model import (
    SERVICE_ACCOUNT_PREFIX,
    BindingSubject,
    Decision,
    Ground,
    Identity,
    RbacObjects,
    Request,
    Role,
    RoleBinding,
)
from .rules import rule_allows

RBAC = "RBAC"
_MOST_REMEMBERED = 50_000
"""Answers and identities kept for the next time; beyond it the memory starts anew."""

_Key = tuple[str, str, str, str, str, str | None]


@dataclass(slots=True)
class _Held:
    """A binding with the role it refers to, and what that role says of requests seen before."""

    order: int
    binding: RoleBinding
    role: Role | None
    error: str | None
    seen: dict[_Key, RbacRule | None]

    def rule_for(self, request: Request, key: _Key) -> RbacRule | None:
        """Return the first rule of the role that allows the request."""
        try:
            return self.seen[key]
        except KeyError:
            pass
        rules = self.role.rules if self.role else ()
        found = next((rule for rule in rules if rule_allows(rule, request)), None)
        if len(self.seen) >= _MOST_REMEMBERED:
            self.seen.clear()
        self.seen[key] = found
        return found


_Applies = tuple[_Held, BindingSubject]


@dataclass(slots=True)
class _Index:
    """Bindings of one namespace, or the cluster-wide ones, by the user name or group that they name."""

    users: dict[str, list[_Applies]] = field(default_factory=partial(defaultdict, list))
    groups: dict[str, list[_Applies]] = field(default_factory=partial(defaultdict, list))
    held: list[_Held] = field(default_factory=list)
    """All of them, in their order."""

    def add(self, held: _Held) -> None:
        """File a binding under each of its subjects that can be somebody."""
        self.held.append(held)
        for subject in held.binding.subjects:
            if subject.kind == "User":
                self.users[subject.name].append((held, subject))
            elif subject.kind == "Group":
                self.groups[subject.name].append((held, subject))
            elif subject.kind == "ServiceAccount":
                namespace = subject.namespace or held.binding.namespace or ""
                if namespace:  # in a ClusterRoleBinding without a namespace it is nobody
                    name = f"{SERVICE_ACCOUNT_PREFIX}{namespace}:{subject.name}"
                    self.users[name].append((held, subject))

    def applying(self, identity: Identity) -> list[_Applies]:
        """List the bindings that apply, each once, with the subject through which it does."""
        found = list(self.users.get(identity.username, ()))
        for group in dict.fromkeys(identity.groups):
            found += self.groups.get(group, ())
        if len(found) < 2:
            return found
        first: dict[int, _Applies] = {}
        for held, subject in found:
            other = first.get(held.order)
            if other is None or _position(held, subject) < _position(held, other[1]):
                first[held.order] = (held, subject)
        return [first[order] for order in sorted(first)]


def _position(held: _Held, subject: BindingSubject) -> int:
    return next(index for index, each in enumerate(held.binding.subjects) if each is subject)


class RbacAuthorizer:
    """Decides by the RBAC objects of one cluster; they must be aggregated already."""

    def __init__(self, objects: RbacObjects) -> None:
        self.objects = objects
        self._roles = {(role.namespace, role.name): role for role in objects.roles}
        self._memories: dict[tuple[str, str | None, str], dict[_Key, RbacRule | None]] = defaultdict(dict)
        self._cluster = _Index()
        self._namespaces: dict[str, _Index] = defaultdict(_Index)
        self._all = [self._hold(order, binding) for order, binding in enumerate(objects.bindings)]
        for held in self._all:
            namespace = held.binding.namespace
            (self._cluster if namespace is None else self._namespaces[namespace]).add(held)
        self._applying: dict[tuple[str, tuple[str, ...], str], list[_Applies]] = {}

    def decide(self, identity: Identity, request: Request, *, every_ground: bool = True) -> Decision:
        """Decide a request.

        Args:
            identity: who asks.
            request: what is asked.
            every_ground: list everything that allows it; otherwise stop at the first.
        """
        grounds: list[Ground] = []
        errors: list[str] = []
        key = _key(request)
        for held, subject in self._applying_to(identity, request.namespace):
            if held.error is not None:
                errors.append(held.error)
            elif (rule := held.rule_for(request, key)) is not None:
                grounds.append(_ground(held, subject, rule))
                if not every_ground:
                    break
        if grounds:
            return Decision(allowed=True, reason=grounds[0].reason, grounds=tuple(grounds), errors=tuple(errors))
        reason = f"{RBAC}: {aggregate(errors)}" if errors else ""
        return Decision(allowed=False, reason=reason, errors=tuple(errors))

    def allows(self, identity: Identity, request: Request) -> bool:
        """Tell the verdict alone."""
        key = _key(request)
        return any(
            held.rule_for(request, key) is not None for held, _ in self._applying_to(identity, request.namespace)
        )

    def errors_for(self, identity: Identity, namespace: str) -> tuple[str, ...]:
        """Say which bindings that apply in a namespace refer to no role."""
        return tuple(held.error for held, _ in self._applying_to(identity, namespace) if held.error is not None)

    def rules_for(self, identity: Identity, namespace: str) -> tuple[list[RbacRule], list[str]]:
        """List all rules that an identity holds in a namespace (or cluster-wide for ""), and the roles that lack."""
        rules: list[RbacRule] = []
        errors: list[str] = []
        for held, _ in self._applying_to(identity, namespace):
            if held.error is not None:
                errors.append(held.error)
            elif held.role is not None:
                rules += held.role.rules
        return rules, errors

    def all_held_by(self, identity: Identity) -> Iterator[tuple[RoleBinding, BindingSubject, Role | None]]:
        """List the bindings that apply in any namespace or cluster-wide, without a look at each namespace."""
        for held, subject in self._everywhere.applying(identity):
            yield held.binding, subject, held.role

    @cached_property
    def _everywhere(self) -> _Index:
        index = _Index()
        for held in self._all:
            index.add(held)
        return index

    def role_of(self, kind: str, name: str, namespace: str | None) -> Role | str:
        """Resolve a roleRef of a binding in `namespace` (None for a ClusterRoleBinding); a text says what is wrong."""
        if kind == "ClusterRole":
            return self._roles.get((None, name)) or f"clusterrole.rbac.authorization.k8s.io {quote(name)} not found"
        if kind == "Role":
            found = self._roles.get((namespace, name)) if namespace else None
            return found or f"role.rbac.authorization.k8s.io {quote(name)} not found"
        return f"unsupported role reference kind: {quote(kind)}"

    def grounds_of(self, request: Request, *, anywhere: bool = False) -> Iterator[Ground]:
        """List every binding that allows a request to somebody, whoever that is: one ground per subject.

        Args:
            request: what is asked.
            anywhere: in whichever namespace a binding is in force, rather than in the request's.
        """
        key = _key(request)
        there = self._namespaces.get(request.namespace, _Index())
        for held in self._all if anywhere else (*self._cluster.held, *there.held):
            if (rule := held.rule_for(request, key)) is not None:
                for subject in held.binding.subjects:
                    yield _ground(held, subject, rule)

    def _hold(self, order: int, binding: RoleBinding) -> _Held:
        role = self.role_of(binding.role_kind, binding.role_name, binding.namespace)
        namespace = binding.namespace if binding.role_kind == "Role" else None
        memory = self._memories[binding.role_kind, namespace, binding.role_name]
        if isinstance(role, str):
            return _Held(order, binding, None, role, memory)
        return _Held(order, binding, role, None, memory)

    def _applying_to(self, identity: Identity, namespace: str) -> list[_Applies]:
        key = (identity.username, identity.groups, namespace)
        try:
            return self._applying[key]
        except KeyError:
            pass
        found = self._cluster.applying(identity)
        if namespace and (index := self._namespaces.get(namespace)):
            found = found + index.applying(identity)
        if len(self._applying) >= _MOST_REMEMBERED:
            self._applying.clear()
        self._applying[key] = found
        return found


def _key(request: Request) -> _Key:
    return (
        request.verb,
        request.api_group,
        request.resource,
        request.subresource,
        request.name,
        request.path,
    )


def _ground(held: _Held, subject: BindingSubject, rule: RbacRule) -> Ground:
    return Ground(
        authorizer=RBAC,
        reason=f"{RBAC}: allowed by {describe(held.binding, subject)}",
        binding=held.binding,
        role=held.role,
        subject=subject,
        rule=rule,
    )


def describe(binding: RoleBinding, subject: BindingSubject) -> str:
    """Say through what something is held, as the API server's reason does."""
    if binding.namespace is None:
        named = f"ClusterRoleBinding {quote(binding.name)}"
    else:
        named = f"RoleBinding {quote(f'{binding.name}/{binding.namespace}')}"
    who = subject.name
    if subject.kind == "ServiceAccount":
        who = f"{subject.name}/{subject.namespace or binding.namespace or ''}"
    return f"{named} of {binding.role_kind} {quote(binding.role_name)} to {subject.kind} {quote(who)}"
