"""Access entries and their policies: what is declared against what is there."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..authn.access_entries import AccessEntry
from ..authn.authenticating import default_username
from ..iam.arns import identity
from ..plan.model import EntryType, PolicyScope
from ..plan.naming import CLUSTER_ADMIN_POLICY
from .model import AuditFinding, Deployed, Kind, Severity

_WHERE = "access entry"
_AWS_OWN = ":role/aws-service-role/"
"""Service-linked roles: only AWS makes entries for them
(https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Both sides."""

    cluster: str
    region: str
    declared: Iterable[AccessEntry]
    real: Iterable[AccessEntry]
    made_by_eks: frozenset[str] = frozenset()
    """Identities of those that need not be there, and may: the creator's."""
    deployed: Deployed | None = None
    out: Mapping[str, str] | None = None
    """As `Lines.out`."""

    def findings(self) -> Iterator[AuditFinding]:
        """Compare them."""
        declared = {identity(entry.principal_arn): entry for entry in self.declared}
        real = {identity(entry.principal_arn): entry for entry in self.real}
        for key, entry in real.items():
            if (wanted := declared.get(key)) is not None:
                yield from self._differences(entry, wanted)
            elif _AWS_OWN not in entry.principal_arn:
                yield self._undeclared(entry)
        for key, wanted in declared.items():
            if key not in real and key not in self.made_by_eks:
                yield self._missing(wanted)

    def _undeclared(self, entry: AccessEntry) -> AuditFinding:
        admin = any(scope.policy == CLUSTER_ADMIN_POLICY and not scope.namespaces for scope in entry.policies)
        has = [*(f"group {group}" for group in entry.groups), *map(_scope, entry.policies)]
        return AuditFinding(
            kind=Kind.UNDECLARED_ENTRY,
            severity=Severity.CRITICAL if admin else Severity.HIGH,
            where=_WHERE,
            name=entry.principal_arn,
            what=f"{entry.principal_arn} has an entry of type {entry.type} that nobody declared, with "
            f"{', '.join(has) or 'nothing'}",
            fix="declare them under `people` with a grant, or delete it",
            lines=self._command("delete-access-entry", entry.principal_arn),
        )

    def _missing(self, wanted: AccessEntry) -> AuditFinding:
        out = (self.out or {}).get(identity(wanted.principal_arn), "")
        return AuditFinding(
            kind=Kind.MISSING_ENTRY,
            severity=Severity.CRITICAL if out else Severity.HIGH,
            where=_WHERE,
            name=wanted.principal_arn,
            what=f"the entry of {wanted.principal_arn} is missing" + (f": {out}" if out else ""),
            fix="`pulumi up --refresh` makes it again",
        )

    def _differences(self, real: AccessEntry, wanted: AccessEntry) -> Iterator[AuditFinding]:
        if said := list(_said(real, wanted)):
            yield AuditFinding(
                kind=Kind.CHANGED_ENTRY,
                severity=Severity.CRITICAL if real.type is not wanted.type else Severity.HIGH,
                where=_WHERE,
                name=wanted.principal_arn,
                what=f"the entry of {real.principal_arn} was changed: {'; '.join(said)}",
                fix="declare it so, or let `pulumi up --refresh` put it right",
                overwritten=not self._was_so(real),
            )
        there = {scope.policy: scope for scope in real.policies}
        ours = {scope.policy: scope for scope in wanted.policies}
        for name, scope in there.items():
            if name not in ours:
                yield self._foreign_policy(real.principal_arn, scope)
            elif {*scope.namespaces} != {*ours[name].namespaces}:
                yield self._policy(
                    Kind.CHANGED_POLICY, wanted, f"has {_scope(scope)}, declared is {_scope(ours[name])}"
                )
        for name, scope in ours.items():
            if name not in there:
                yield self._policy(Kind.MISSING_POLICY, wanted, f"lacks {_scope(scope)}")

    def _policy(self, kind: Kind, wanted: AccessEntry, said: str) -> AuditFinding:
        return AuditFinding(
            kind=kind,
            severity=Severity.HIGH,
            where="access policy",
            name=wanted.principal_arn,
            what=f"{wanted.principal_arn} {said}",
            fix="declare it so, or let `pulumi up --refresh` put it right",
        )

    def _foreign_policy(self, arn: str, scope: PolicyScope) -> AuditFinding:
        admin = scope.policy == CLUSTER_ADMIN_POLICY
        return AuditFinding(
            kind=Kind.UNDECLARED_POLICY,
            severity=Severity.CRITICAL if admin else Severity.HIGH,
            where="access policy",
            name=arn,
            what=f"{arn} has {_scope(scope)}, which nobody declared",
            fix="declare it as a grant with `accessPolicy`, or take it away",
            lines=f"{self._command('disassociate-access-policy', arn)} --policy-arn {shlex.quote(scope.arn)}",
        )

    def _was_so(self, entry: AccessEntry) -> bool:
        was = self.deployed.principals.get(identity(entry.principal_arn)) if self.deployed else None
        name = entry.username or default_username(entry.principal_arn)
        return was is not None and (was.username, was.groups) == (name, frozenset(entry.groups))

    def _command(self, verb: str, arn: str) -> str:
        said = ["aws", "eks", verb, "--region", self.region, "--cluster-name", self.cluster, "--principal-arn", arn]
        return shlex.join(said)


def _said(real: AccessEntry, wanted: AccessEntry) -> Iterator[str]:
    if real.principal_arn.lower() != wanted.principal_arn.lower():
        yield f"it is of {real.principal_arn}, and the principal is {wanted.principal_arn}"
    if real.type is not wanted.type:
        yield f"type {real.type} instead of {wanted.type}"
    if real.type is not EntryType.STANDARD or wanted.type is not EntryType.STANDARD:
        return  # user name and groups of nodes are EKS's own
    names = [each.username or default_username(each.principal_arn) for each in (real, wanted)]
    if names[0] != names[1]:
        yield f"user name {names[0]} instead of {names[1]}"
    if more := sorted({*real.groups} - {*wanted.groups}):
        yield f"also in {', '.join(more)}"
    if less := sorted({*wanted.groups} - {*real.groups}):
        yield f"not in {', '.join(less)}"


def _scope(scope: PolicyScope) -> str:
    where = f"in {', '.join(scope.namespaces)}" if scope.namespaces else "in the whole cluster"
    return f"{scope.policy} {where}"
