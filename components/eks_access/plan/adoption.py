"""What an update may take over because it exists already, by the keys of the setting `adopt`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from ..errors import Problem, Refused
from .model import AccessPlan

AWS_AUTH = "aws-auth"


def adoptable(plan: AccessPlan) -> Mapping[str, str]:
    """Key → id by which the engine imports it: users, roles, access entries and aws-auth."""
    found = {f"user/{user.name}": user.name for user in plan.users}
    if plan.cluster is None:
        return found
    found |= {f"role/{role.key}": role.name for role in plan.entry_roles}
    found |= {f"role/node-{role.kind}": role.name for role in plan.node_roles}
    if plan.cluster.mode.uses_entries:
        found |= {f"entry/{p.key}": f"{plan.cluster.name}:{p.arn}" for p in plan.principals if not p.made_by_eks}
    if plan.cluster.mode.uses_aws_auth:
        found[AWS_AUTH] = "kube-system/aws-auth"
    return found


def adopted(plan: AccessPlan, keys: Iterable[str]) -> Mapping[str, str]:
    """Return what is to be imported.

    Raises:
        Refused: for each key that names nothing of this plan.
    """
    known = adoptable(plan)
    wanted = [str(key) for key in keys]
    problems = [_unknown(index, key, known) for index, key in enumerate(wanted) if key not in known]
    if problems:
        raise Refused(problems)
    return {key: known[key] for key in wanted}


def _unknown(index: int, key: str, known: Mapping[str, str]) -> Problem:
    near = difflib.get_close_matches(key, known, n=1)
    return Problem(
        path=f"adopt[{index}]",
        value=key,
        rule="nothing of this declaration that could exist already",
        fix=f"did you mean {near[0]}?" if near else f"use one of {', '.join(known) or 'none: nothing is declared'}",
    )
