"""Rules that a plan must keep; a plan that breaks one is refused before anything is registered. Pure."""

from __future__ import annotations

from ..errors import Problem, Refused
from ..plan.model import AccessPlan
from . import lockout, mapping
from .catalogue import Check, catalogue

__all__ = ["Check", "catalogue", "find_problems", "refuse_unless_sound"]

_ = (lockout, mapping)


def find_problems(plan: AccessPlan) -> list[Problem]:
    """Run every check."""
    return [problem for check in catalogue() for problem in check(plan)]


def refuse_unless_sound(plan: AccessPlan) -> AccessPlan:
    """Return the plan if it keeps every rule.

    Raises:
        Refused: with every problem of every check.
    """
    if problems := find_problems(plan):
        raise Refused(problems)
    return plan
