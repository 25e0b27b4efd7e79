"""What is deployed as declared audits clean; each edit by hand is told by name, and its fix makes it clean."""

from __future__ import annotations

from dataclasses import replace

from eks_access.audit.auditing import Subject, audit
from eks_access.audit.model import AuditFinding
from eks_access.declaration.models import Declaration
from hypothesis import given

from ..declarations import declarations
from .edits import clean


def faults(subject: Subject) -> list[AuditFinding]:
    """What counts."""
    return [each for each in audit(subject) if each.counts]


@given(declarations())
def test_what_is_deployed_as_declared_audits_clean(declaration: Declaration) -> None:
    assert faults(clean(declaration)) == []
    assert replace
