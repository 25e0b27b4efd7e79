"""The lines behind a change: aws-auth, access entries, bindings and rules, as they are on each side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...authn.aws_auth_reading import parse_aws_auth
from ...authz.messages import compact
from ...authz.model import BindingSubject, RoleBinding
from ..state import AccessState


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One thing that is on one side only."""

    about: str
    """``aws-auth``, ``access entries``, ``bindings``, ``roles`` or ``cluster``."""
    text: str
    added: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """What is written differently, and what only has another name."""

    changed: tuple[Line, ...] = ()
    renamed: tuple[str, ...] = ()
    """Sentences such as ``ClusterRole releaser is now called deployer``."""


def changed_lines(old: AccessState, new: AccessState) -> Lines:
    """List what is written on one side and not on the other."""
    before, after = dict.fromkeys(_lines(old)), dict.fromkeys(_lines(new))
    gone = [Line(*line, added=False) for line in before if line not in after]
    come = [Line(*line, added=True) for line in after if line not in before]
    changed = sorted([*gone, *come], key=lambda line: (line.about, line.text, line.added))
    return Lines(changed=tuple(changed), renamed=tuple(_renamed(old, new)))


def _lines(state: AccessState) -> Iterator[tuple[str, str]]:
    yield "cluster", f"authentication mode {state.mode}"
    if state.version:
        yield "cluster", f"Kubernetes {state.version}"
    if state.mode.uses_aws_auth:
        read = parse_aws_auth(state.aws_auth or {})
        for line in (*read.roles, *read.users):
            yield "aws-auth", f"{line.section}: {line.arn} as {line.username} in {', '.join(line.groups) or 'no group'}"
        for account in read.accounts:
            yield "aws-auth", f"mapAccounts: {account}"
    for entry in state.entries if state.mode.uses_entries else ():
        groups = f" in {', '.join(sorted(entry.groups))}" if entry.groups else ""
        called = f" as {entry.username}" if entry.username else ""
        yield "access entries", f"{entry.principal_arn} ({entry.type}){called}{groups}"
        for scope in entry.policies:
            where = ", ".join(scope.namespaces) or "the whole cluster"
            yield "access entries", f"{entry.principal_arn} has {scope.policy} in {where}"
    for binding in state.rbac.bindings:
        for subject in dict.fromkeys(binding.subjects):
            yield "bindings", f"{_kind(binding)} {_place(binding.namespace, binding.name)}: {_whom(subject, binding)}"
    for role in state.rbac.roles:
        kind = "ClusterRole" if role.namespace is None else "Role"
        for rule in role.rules:
            yield "roles", f"{kind} {_place(role.namespace, role.name)}: {compact(rule)}"


def _renamed(old: AccessState, new: AccessState) -> Iterator[str]:
    """Tell roles and bindings that say the same under another name."""
    roles = [
        {(role.namespace, role.name): role.rules for role in state.rbac.roles if role.rules} for state in (old, new)
    ]
    yield from _pairs("role", *roles)
    yield from _pairs("binding", *(_bindings(state) for state in (old, new)))


def _bindings(state: AccessState) -> dict[tuple[str | None, str], object]:
    """Return what each binding gives to whom; of a role its rules count, not its name."""
    rules = {(role.namespace, role.name): role.rules for role in state.rbac.roles}
    found: dict[tuple[str | None, str], object] = {}
    for each in state.rbac.bindings:
        role = (each.namespace if each.role_kind == "Role" else None, each.role_name)
        found[each.namespace, each.name] = (rules.get(role, role), frozenset(each.subjects))
    return found


def _pairs(
    what: str, before: Mapping[tuple[str | None, str], object], after: Mapping[tuple[str | None, str], object]
) -> Iterator[str]:
    come: dict[object, list[tuple[str | None, str]]] = {}
    for place, content in after.items():
        if place not in before:
            come.setdefault((place[0], content), []).append(place)
    for place, content in before.items():
        if place not in after and (same := come.get((place[0], content))):
            yield f"{what} {_place(*place)} is called {same.pop(0)[1]} now"


def _kind(binding: RoleBinding) -> str:
    return "ClusterRoleBinding" if binding.namespace is None else "RoleBinding"


def _place(namespace: str | None, name: str) -> str:
    return f"{namespace}/{name}" if namespace else name


def _whom(subject: BindingSubject, binding: RoleBinding) -> str:
    name = f"{subject.namespace or binding.namespace or ''}/{subject.name}" if subject.namespace else subject.name
    return f"{binding.role_kind} {binding.role_name} to {subject.kind} {name}"
