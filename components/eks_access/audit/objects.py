"""Roles and bindings: ours as declared, and whoever else binds those that are mapped."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..authz.bootstrap import bootstrap_objects
from ..authz.model import (
    ANONYMOUS,
    AUTHENTICATED,
    MASTERS,
    UNAUTHENTICATED,
    BindingSubject,
    RbacObjects,
    Role,
    RoleBinding,
)
from ..plan.model import RbacRule
from .model import AuditFinding, Deployed, Kind, Severity

OURS = "eks-access:"
"""Names of our Roles, ClusterRoles and bindings begin so."""
_EVERYBODY = (AUTHENTICATED, UNAUTHENTICATED)
_ADMIN = "cluster-admin"
_TEMPLATE = re.compile(r"\{\{\w+\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """Both sides."""

    declared: RbacObjects
    """What the declaration makes, and nothing else."""
    real: RbacObjects
    version: str | None
    groups: frozenset[str]
    """Every group that a principal is mapped to, whoever mapped it."""
    usernames: frozenset[str]
    """User names of those that are declared, templates included."""
    external: frozenset[str] = frozenset()
    """Groups that others bind, as declared."""
    deployed: Deployed | None = None

    def findings(self) -> Iterator[AuditFinding]:
        """Compare them."""
        real = {_key(binding): binding for binding in self.real.bindings}
        ours = {_key(binding): binding for binding in self.declared.bindings}
        for key, wanted in ours.items():
            yield from self._binding(wanted, real.get(key))
        bootstrap = {_key(binding): binding for binding in bootstrap_objects(self.version).bindings}
        for key, binding in real.items():
            if key not in ours:
                yield from self._foreign(binding, bootstrap.get(key))
        yield from self._roles()

    def _binding(self, wanted: RoleBinding, real: RoleBinding | None) -> Iterator[AuditFinding]:
        place = wanted.place
        if real is None:
            critical = wanted.role_name == _ADMIN
            yield AuditFinding(
                kind=Kind.MISSING_BINDING,
                severity=Severity.CRITICAL if critical else Severity.HIGH,
                where=place,
                name=place.replace(" ", "/"),
                what=f"{place} is missing, by which {_subjects(wanted.subjects)} {_gets(wanted)}",
                fix="`pulumi up --refresh` makes it again",
            )
            return
        said = []
        if (real.role_kind, real.role_name) != (wanted.role_kind, wanted.role_name):
            said.append(f"it gives {real.role_kind} {real.role_name} instead of {wanted.role_kind} {wanted.role_name}")
        if more := [each for each in real.subjects if each not in wanted.subjects]:
            said.append(f"it also names {_subjects(more)}")
        if less := [each for each in wanted.subjects if each not in real.subjects]:
            said.append(f"it doesn't name {_subjects(less)}")
        if said:
            critical = _ADMIN in (real.role_name, wanted.role_name)
            yield AuditFinding(
                kind=Kind.CHANGED_BINDING,
                severity=Severity.CRITICAL if critical else Severity.HIGH,
                where=place,
                name=place.replace(" ", "/"),
                what=f"{place} was changed: {'; '.join(said)}",
                fix="declare what it should say as a grant, or let `pulumi up --refresh` put it right",
                overwritten=True,
            )

    def _foreign(self, binding: RoleBinding, bootstrap: RoleBinding | None) -> Iterator[AuditFinding]:
        """Say what a binding that isn't ours gives to somebody who is mapped."""
        subjects = binding.subjects
        if bootstrap is not None and bootstrap.role_name == binding.role_name:
            subjects = tuple(each for each in subjects if each not in bootstrap.subjects)
        if binding.name.startswith("eks:") and binding.role_name.startswith(("eks:", "system:")):
            return  # EKS's own give EKS's own roles
        named = [subject for subject in subjects if self._watched(subject)]
        left_over = binding.name.startswith(OURS)
        if not named and not left_over:
            return
        place = binding.place
        everybody = any(subject.name in (*_EVERYBODY, ANONYMOUS) for subject in named)
        yield AuditFinding(
            kind=Kind.UNDECLARED_BINDING,
            severity=Severity.CRITICAL if everybody or binding.role_name == _ADMIN else Severity.HIGH,
            where=place,
            name=place.replace(" ", "/"),
            what=f"by {place} {_subjects(named or subjects)} {_gets(binding)}, and nobody declared it",
            fix="declare it as a grant, or delete it",
            lines=_delete(binding),
        )

    def _watched(self, subject: BindingSubject) -> bool:
        if subject.kind == "Group":
            if subject.name in self.external or subject.name == MASTERS:
                return False  # the latter may everything without a binding
            return subject.name in self.groups or subject.name in _EVERYBODY
        if subject.kind == "User":
            return subject.name == ANONYMOUS or any(_names(each, subject.name) for each in self.usernames)
        return False

    def _roles(self) -> Iterator[AuditFinding]:
        real = {_key(role): role for role in self.real.roles}
        ours = {_key(role): role for role in self.declared.roles}
        for key, wanted in ours.items():
            there = real.get(key)
            if there is None:
                said = f"{wanted.place} is missing, so its bindings give nothing"
                yield _role(Kind.MISSING_ROLE, wanted, said, "`pulumi up --refresh` makes it again")
            elif said := _rules_differ(there, wanted):
                fix = "declare these rules, or let `pulumi up --refresh` put them right"
                yield _role(Kind.CHANGED_ROLE, wanted, f"{wanted.place} was changed: {said}", fix)
        for key, role in real.items():
            if role.name.startswith(OURS) and key not in ours:
                said = f"{role.place} is left over: nobody declares it any more"
                found = _role(Kind.UNDECLARED_ROLE, role, said, "delete it")
                yield replace(found, severity=Severity.LOW, lines=_delete(role))


def _role(kind: Kind, role: Role, said: str, fix: str) -> AuditFinding:
    place = role.place
    return AuditFinding(
        kind=kind, severity=Severity.HIGH, where=place, name=place.replace(" ", "/"), what=said, fix=fix
    )


def _rules_differ(real: Role, wanted: Role) -> str:
    theirs, ours = set(map(_rule, real.rules)), set(map(_rule, wanted.rules))
    said = []
    if more := [rule for rule in real.rules if _rule(rule) not in ours]:
        said.append(f"it also allows {_rules(more)}")
    if less := [rule for rule in wanted.rules if _rule(rule) not in theirs]:
        said.append(f"it doesn't allow {_rules(less)}")
    return "; ".join(said)


def _rule(rule: RbacRule) -> tuple[frozenset[str], ...]:
    parts = (rule.verbs, rule.api_groups, rule.resources, rule.resource_names, rule.non_resource_urls)
    return tuple(map(frozenset, parts))


def _rules(rules: Iterable[RbacRule]) -> str:
    return ", ".join(
        f"{'/'.join(rule.verbs)} {' '.join(rule.non_resource_urls or rule.resources)}"
        + (f" in {'/'.join(each or 'core' for each in rule.api_groups)}" if rule.api_groups else "")
        + (f" named {'/'.join(rule.resource_names)}" if rule.resource_names else "")
        for rule in rules
    )


def _names(template: str, username: str) -> bool:
    """Whether a user name is one that a template can become."""
    first, *rest = map(re.escape, _TEMPLATE.split(template))
    return re.fullmatch(".+".join([first, *rest]), username, re.DOTALL) is not None


def _key(named: Role | RoleBinding) -> tuple[str | None, str]:
    return named.namespace, named.name


def _delete(named: Role | RoleBinding) -> str:
    where = ["-n", named.namespace] if named.namespace else []
    return shlex.join(["kubectl", "delete", *where, named.kind.lower(), named.name])


def _gets(binding: RoleBinding) -> str:
    where = f"in {binding.namespace}" if binding.namespace else "in the whole cluster"
    return f"gets {binding.role_kind} {binding.role_name} {where}"


def _subjects(subjects: Iterable[BindingSubject]) -> str:
    return (
        ", ".join(f"{each.kind} {each.namespace + '/' if each.namespace else ''}{each.name}" for each in subjects)
        or "nobody"
    )
