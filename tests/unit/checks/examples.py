"""The examples of docs/checks.md, made into what the checks look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml
from eks_access import AccessPlan, AccessState, compile_plan
from eks_access.checks import find_problems, find_state_problems
from eks_access.checks.settings import find_setting_problems
from eks_access.checks.stack_plan import StackPlan
from eks_access.checks.stacks import find_stack_problems
from eks_access.declaration import from_dict
from eks_access.declaration.stack_settings import StackSettings, read_stack_settings
from eks_access.errors import Problem, Refused
from eks_access.review.dumps import state_of_documents

from ...plans import CLUSTER, PEOPLE, ROOT, TODAY, plan_of, small

EXAMPLES: dict[str, dict[str, str]] = yaml.safe_load((ROOT / "docs" / "checks.examples.yaml").read_text())
SETTINGS_OF_STACKS = ("createUsers", "peopleStack")
Subject = AccessPlan | AccessState | Sequence[StackPlan]
_IN_A_CLUSTER = ("apiVersion", "accessEntry", "associatedAccessPolicies")
_DESCRIBED = {
    "cluster": {
        "name": "demo",
        "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/demo",
        "version": "1.33",
        "accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"},
    }
}


def problems_of(example: str) -> list[Problem]:
    """Say what the checks, or the loader, find in an example."""
    documents = [document for document in yaml.safe_load_all(example) if document]
    first = documents[0]
    if any(key in first for key in _IN_A_CLUSTER):
        return find_state_problems(state_of_documents([_DESCRIBED, *documents]))
    if "stacks" in first:
        return find_stack_problems(_stack(name, dict(said)) for name, said in first["stacks"].items())
    if "config" in first:
        return find_setting_problems(_settings(first["config"]), plan_of(small()))
    return problems_of_declaration(first)


def problems_of_declaration(piece: Mapping[str, Any]) -> list[Problem]:
    """Read and judge a piece of a declaration, with two admins and a cluster around it."""
    try:
        plan = compile_plan(from_dict(_whole(piece)), today=TODAY)
    except Refused as refusal:
        return list(refusal.problems)
    return find_problems(plan)


def cluster_of(example: str) -> AccessPlan | AccessState | None:
    """Return what an example says of a cluster, also where the loader would refuse it; None where it says nothing."""
    documents = [document for document in yaml.safe_load_all(example) if document]
    first = documents[0]
    if any(key in first for key in _IN_A_CLUSTER):
        return state_of_documents([_DESCRIBED, *documents])
    if "stacks" in first or "config" in first:
        return None
    granted = [{"person": "chie", "role": role, "clusterWide": True} for role in first.get("roles", {})]
    granted += [{"person": person, "role": "view", "clusterWide": True} for person in first.get("people", {})]
    return plan_of(_whole({"grants": granted, **first}))


def found_in(subject: Subject) -> list[Problem]:
    """Judge what was made by hand."""
    if isinstance(subject, AccessPlan):
        return find_problems(subject)
    if isinstance(subject, AccessState):
        return find_state_problems(subject)
    return find_stack_problems(subject)


def ids(problems: Iterable[Problem]) -> set[str | None]:
    """Name the checks that found something."""
    return {problem.check for problem in problems}


def _whole(piece: Mapping[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in piece.items() if key not in ("people", "cluster")}
    return {**small(cluster=piece.get("cluster") or {}, **rest), "people": {**PEOPLE, **(piece.get("people") or {})}}


def _stack(name: str, said: dict[str, Any]) -> StackPlan:
    own = {key: said.pop(key) for key in SETTINGS_OF_STACKS if key in said}
    declared = _whole(said) if "cluster" in said else {"account": {"id": CLUSTER["account"]}, "people": PEOPLE} | said
    if name == "people":
        declared = {"account": {"id": CLUSTER["account"]}, "people": {**PEOPLE, **said.get("people", {})}}
    elif "cluster" not in said:
        declared = _whole(said)
    settings = StackSettings(create_users=own.get("createUsers", False), people_stack=own.get("peopleStack"))
    return StackPlan(name=name, file=f"{name}.yaml", plan=plan_of(declared), settings=settings)


def _settings(config: Mapping[str, object]) -> StackSettings:
    from eks_access.declaration.nodes import Place

    return read_stack_settings(config, lambda key: Place())
