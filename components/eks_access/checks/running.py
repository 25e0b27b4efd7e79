"""Running the catalogue over a plan and over a cluster."""

from __future__ import annotations

from dataclasses import replace

from ..errors import Problem, Refused
from ..plan.model import AccessPlan
from ..review.declared import state_of_plan
from ..review.state import AccessState
from .accepting import Findings, sort_out
from .catalogue import Needs, Over, registered
from .origins import origins
from .view import ClusterView


def judge(plan: AccessPlan) -> Findings:
    """Run every rule over a plan and the cluster that it leads to; what the declaration accepts is set apart."""
    found = [problem for check in registered(Over.PLAN) for problem in check(plan)]
    if plan.cluster is not None:
        places = origins(plan)
        for problem in find_state_problems(state_of_plan(plan)):
            found.append(replace(problem, path=places.get(problem.path, problem.path)))
    return sort_out(plan, sorted(found, key=lambda problem: str(problem.check)))


def find_problems(plan: AccessPlan) -> list[Problem]:
    """Return errors and warnings about a plan (`Problem.severity` tells them apart), without those accepted."""
    return list(judge(plan).problems)


def find_state_problems(state: AccessState, *, partly: bool = False) -> list[Problem]:
    """Return errors and warnings about any cluster; their paths name what is in it, like ``ClusterRole deployer``.

    Args:
        state: the cluster's access.
        partly: there may be more in the cluster, so that nothing is said to be missing (`Needs.ALL`).
    """
    view = ClusterView(state)
    asked = [check for check in registered(Over.CLUSTER) if not (partly and check.needs is Needs.ALL)]
    return [problem for check in asked for problem in check(view)]


def refuse_unless_sound(plan: AccessPlan) -> AccessPlan:
    """Return the plan if it keeps every rule whose breach is an error.

    Raises:
        Refused: with every error.
    """
    if errors := judge(plan).errors:
        raise Refused(errors)
    return plan
