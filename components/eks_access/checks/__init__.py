"""Rules that access must keep; what breaks one is told, and refused where it is an error. Pure.

One catalogue, two inputs: `find_problems` judges a plan before anything is registered, `find_state_problems` any
cluster, whatever its access was read from. Rules over the cluster are the same functions for both.
"""

from __future__ import annotations

from ..errors import Severity
from . import (  # noqa: F401, they fill the catalogue
    accepting,
    arns,
    entries,
    iam_limits,
    loader_rules,
    lockout,
    mappings,
    nodes,
    parity,
    rbac_objects,
    rbac_rights,
    rbac_words,
    running_admins,
    settings,
    stacks,
    trusts,
)
from .accepting import Accepted, Findings
from .catalogue import Check, Needs, Over, known, registered
from .running import find_problems, find_state_problems, judge, refuse_unless_sound

__all__ = [
    "Accepted",
    "Check",
    "Findings",
    "Needs",
    "Over",
    "Severity",
    "catalogue",
    "find_problems",
    "find_state_problems",
    "judge",
    "known",
    "refuse_unless_sound",
]


def catalogue(*over: Over) -> tuple[Check, ...]:
    """List every check by id; only those over something where it is named."""
    return registered(*over)
