"""P1: a plan is refused unless an admin path survives every single loss."""

from __future__ import annotations

from typing import Any

import pytest
from eks_access.checks import find_problems
from eks_access.checks.lockout import admin_paths, depends_on, survives_single_losses
from eks_access.declaration.models import Declaration
from eks_access.plan import compile_plan
from hypothesis import given

from ..declarations import declarations

PEOPLE = {
    "aiko": {"iamUser": {}},
    "botan": {"iamUser": {}},
    "sso": {"ssoPermissionSet": {"name": "Ops", "suffix": "0123456789abcdef"}},
    "ci": {"iamRole": "arn:aws:iam::111122223333:role/ci"},
    "alias": {"iamRole": "arn:aws:iam::111122223333:role/admins"},
    "twin": {"iamRole": "arn:aws:iam::111122223333:role/other/Admins"},
}
CLUSTER = {"name": "demo", "account": "111122223333", "region": "eu-west-1", "version": "1.33", "creator": "ci"}


def lockouts(teams: dict[str, Any], admins: dict[str, Any]) -> list[str]:
    declaration = {"people": PEOPLE, "teams": teams, "cluster": CLUSTER, "admins": admins}
    plan = compile_plan(Declaration.model_validate(declaration))
    return [problem.rule for problem in find_problems(plan) if problem.check == "EA101"]


@pytest.mark.parametrize(
    ("teams", "admins", "lost"),
    [
        ({}, {}, "nobody but the creator"),
        ({}, {"people": ["aiko"]}, "without person aiko"),
        ({}, {"breakGlass": {"trustedBy": ["aiko"]}}, "without person aiko"),
        (
            {},
            {"breakGlass": {"trustedBy": ["aiko", "botan"]}},
            "principal arn:aws:iam::111122223333:role/demo-break-glass",
        ),
        ({"a": {"members": ["aiko", "botan"], "assumeRole": {}}}, {"teams": ["a"]}, "role/demo-team-a"),
        ({}, {"people": ["sso"]}, "permission set Ops"),
        ({}, {"people": ["aiko"], "breakGlass": {"trustedBy": ["aiko"]}}, "without person aiko"),
        ({}, {"breakGlass": {"trustedBy": ["ci"], "mfa": False}}, "without the creator"),
        ({}, {"people": ["alias", "twin"]}, "principal arn:aws:iam::111122223333:role/admins"),
        ({}, {"people": ["aiko"], "breakGlass": {"trustedBy": ["sso"], "mfa": True}}, "not usable"),
        (
            {"a": {"members": ["sso"], "assumeRole": {"mfa": True}}},
            {"teams": ["a"], "people": ["aiko"]},
            "without person aiko",
        ),
    ],
)
def test_an_admin_path_that_one_loss_closes_is_refused(
    teams: dict[str, Any], admins: dict[str, Any], lost: str
) -> None:
    assert any(lost in rule for rule in lockouts(teams, admins))


@pytest.mark.parametrize(
    ("teams", "admins"),
    [
        ({}, {"people": ["aiko", "botan"]}),
        ({}, {"people": ["aiko"], "breakGlass": {"trustedBy": ["botan"]}}),
        (
            {"a": {"members": ["aiko"], "assumeRole": {"mfa": True}}},
            {"teams": ["a"], "breakGlass": {"trustedBy": ["botan"]}},
        ),
        ({}, {"people": ["sso", "aiko"]}),
        ({}, {"people": ["aiko"], "breakGlass": {"trustedBy": ["ci"], "mfa": False}}),
    ],
)
def test_two_independent_paths_are_enough(teams: dict[str, Any], admins: dict[str, Any]) -> None:
    assert lockouts(teams, admins) == []


@given(declarations())
def test_it_is_refused_exactly_when_some_loss_leaves_no_path(declaration: Declaration) -> None:
    plan = compile_plan(declaration)
    paths = admin_paths(plan)
    losses = {loss for path in paths for loss in depends_on(plan, path)} or {"nothing"}

    locked_out = any(all(loss in depends_on(plan, path) for path in paths) for loss in losses)
    assert bool(list(survives_single_losses(plan))) is locked_out


def test_the_creator_cannot_be_declared_where_eks_maps_it_by_itself() -> None:
    declaration = {"people": PEOPLE, "cluster": CLUSTER, "admins": {"people": ["ci", "aiko", "botan"]}}

    found = {problem.check for problem in find_problems(compile_plan(Declaration.model_validate(declaration)))}
    assert "EA102" in found


@pytest.mark.parametrize("role", ["demo-break-glass", "demo-node-managed", "path/DEMO-break-glass"])
def test_a_person_who_is_a_role_of_ours_is_refused(role: str) -> None:
    people = {**PEOPLE, "ghost": {"iamRole": f"arn:aws:iam::111122223333:role/{role}"}}
    declaration = {
        "people": people,
        "cluster": CLUSTER,
        "nodeGroups": {"general": {"kind": "managed", "instanceTypes": ["m7g.large"]}},
        "admins": {"people": ["aiko"], "breakGlass": {"trustedBy": ["ghost"], "mfa": False}},
    }

    found = {problem.check for problem in find_problems(compile_plan(Declaration.model_validate(declaration)))}
    assert "EA103" in found


def test_the_creator_under_another_path_is_still_the_creator() -> None:
    people = {**PEOPLE, "deputy": {"iamRole": "arn:aws:iam::111122223333:role/other/ci"}}
    declaration = {"people": people, "cluster": CLUSTER, "admins": {"people": ["deputy", "aiko"]}}

    found = {problem.check for problem in find_problems(compile_plan(Declaration.model_validate(declaration)))}
    assert {"EA101", "EA102"} <= found
