"""Rules that need more than one place of a declaration: teams that exist, members who can meet MFA.

Pure: from a declaration to findings at locations in it. Files and lines are `loading`'s business.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import Problem
from ..models import Declaration
from .cluster import cluster_findings
from .finding import Finding, Known
from .grants import grants_findings
from .namespaces import namespaces_findings
from .node_groups import node_groups_findings
from .people import people_findings
from .quotas import quotas_findings
from .roles import roles_findings

__all__ = ["Finding", "Known", "find_problems", "findings"]


def find_problems(declaration: Declaration) -> list[Problem]:
    """Return every reference rule that a whole declaration breaks."""
    return [finding.problem() for finding in findings(declaration, Known.of(declaration))]


def findings(declaration: Declaration, known: Known) -> Iterator[Finding]:
    """Check a declaration, which may lack pieces that `known` still names."""
    yield from cluster_findings(declaration, known)
    yield from people_findings(declaration, known)
    yield from node_groups_findings(declaration)
    yield from namespaces_findings(declaration)
    yield from quotas_findings(declaration)
    yield from roles_findings(declaration)
    yield from grants_findings(declaration, known)
