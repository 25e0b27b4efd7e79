"""Groups that another program binds are carried here: by whom, and only by them."""

from __future__ import annotations

from typing import Any

import pytest
from eks_access import person_group, team_group
from eks_access.checks import find_problems
from eks_access.declaration import from_dict
from eks_access.plan import AccessPlan, compile_plan

from ...plans import TODAY, small

TEAM = {"members": ["chie"]}
ENTERED = {"members": ["chie"], "assumeRole": {}}


def plan(**parts: Any) -> AccessPlan:
    return compile_plan(from_dict(small(**parts)), today=TODAY)


@pytest.mark.parametrize(("team", "key"), [(TEAM, "person-chie"), (ENTERED, "team-payments")])
def test_a_team_whose_group_is_external_enters_with_it(team: dict[str, Any], key: str) -> None:
    found = plan(teams={"payments": team}, externalGroups=[team_group("payments")])

    (principal,) = [each for each in found.principals if each.key == key]
    assert principal.groups == ("team:payments",)
    assert [str(problem) for problem in find_problems(found)] == []
    assert found.mapped_groups == ("eks-access:admins", "team:payments")


def test_a_person_whose_group_is_external_enters_with_it() -> None:
    found = plan(externalGroups=[person_group("chie")])

    assert {each.key: each.groups for each in found.principals}["person-chie"] == ("person:chie",)


def test_a_team_that_has_nothing_here_and_elsewhere_does_not_enter() -> None:
    found = plan(teams={"payments": TEAM}, externalGroups=["somebody-elses"])

    assert {each.key for each in found.principals} == {"person-aiko", "person-botan"}
    assert found.mapped_groups == ("eks-access:admins",)


def test_groups_of_kept_lines_are_mapped_and_those_of_kubernetes_are_not_ours_to_bind() -> None:
    kept = {"rolearn": "arn:aws:iam::111122223333:role/x", "username": "x", "groups": ["legacy", "system:masters"]}

    assert plan(keep={"mapRoles": [kept]}, externalGroups=["legacy"]).mapped_groups == ("eks-access:admins", "legacy")
