"""Findings of an audit, and the IAM facts that it needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How soon somebody should look."""

    CRITICAL = "critical"
    """Somebody is out who should be in, or is admin who should not be."""
    HIGH = "high"
    """Somebody has what nobody declared, or lacks what was declared."""
    LOW = "low"
    """Nothing happens by it today; it should be tidied up."""
    NOTE = "note"
    """To know; nothing is wrong, and it doesn't count for the exit code."""


class Kind(StrEnum):
    """What a finding is about; the names are for machines too, and stay."""

    MODE = "authentication-mode"
    CREATOR = "creator"
    UNDECLARED_LINE = "undeclared-line"
    CHANGED_LINE = "changed-line"
    MISSING_LINE = "missing-line"
    SHADOWED_LINE = "shadowed-line"
    DEAD_LINE = "dead-line"
    UNREADABLE_LINE = "unreadable-line"
    UNDECLARED_ACCOUNT = "undeclared-account"
    BROKEN_AWS_AUTH = "broken-aws-auth"
    UNDECLARED_ENTRY = "undeclared-entry"
    CHANGED_ENTRY = "changed-entry"
    MISSING_ENTRY = "missing-entry"
    DEAD_ENTRY = "dead-entry"
    UNDECLARED_POLICY = "undeclared-policy"
    CHANGED_POLICY = "changed-policy"
    MISSING_POLICY = "missing-policy"
    UNDECLARED_BINDING = "undeclared-binding"
    CHANGED_BINDING = "changed-binding"
    MISSING_BINDING = "missing-binding"
    UNDECLARED_ROLE = "undeclared-role"
    CHANGED_ROLE = "changed-role"
    MISSING_ROLE = "missing-role"
    UNDECLARED_PERSON = "undeclared-person"
    MISSING_PRINCIPAL = "missing-principal"
    CHANGED_TRUST = "changed-trust"
    UNUSED_TEAM = "unused-team"
    EXPIRED_GRANT = "expired-grant"
    ENDING_GRANT = "ending-grant"
    BREAK_GLASS = "break-glass"
    NOT_LOOKED_AT = "not-looked-at"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFinding:
    """One difference, or one thing to know."""

    kind: Kind
    severity: Severity
    where: str
    """Where it is: ``aws-auth mapRoles[3]``, ``access entry``, ``ClusterRoleBinding x``."""
    name: str
    """Whose or what it is; what ``--drop`` takes."""
    what: str
    """What is different, as a sentence."""
    fix: str
    """What to do."""
    lines: str = ""
    """What to add to the declaration, or a command; empty where `fix` says it all."""
    overwritten: bool = False
    """Whether the next update takes it away or writes over it."""

    @property
    def counts(self) -> bool:
        """Whether it is something to correct."""
        return self.severity is not Severity.NOTE


@dataclass(frozen=True, slots=True, kw_only=True)
class IamPrincipal:
    """A user or role as IAM has it."""

    arn: str
    created: dt.datetime | None = None
    trust: object = None
    """A role's trust policy, as JSON or parsed; None of users."""
    max_session_seconds: int | None = None
    policies: tuple[str, ...] = ()
    """Names of a user's inline policies."""
    mfa_devices: int | None = None
    """None where nobody asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IamFacts:
    """What IAM says of one account."""

    account: str
    principals: Mapping[str, IamPrincipal] = field(default_factory=dict)
    """Identity (`iam.arns.identity`) → every user and role of the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What is known of a principal that the last update let in, by what it recorded of itself."""

    username: str
    groups: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """What the last update declared: so that what a new declaration takes away isn't taken for somebody else's."""

    principals: Mapping[str, Ours] = field(default_factory=dict)
    """Identity → as what it was let in."""
    nodes: frozenset[str] = frozenset()
    """Identities of node roles."""

    def has(self, identity: str) -> bool:
        """Whether the last update let a principal in."""
        return identity in self.principals or identity in self.nodes
