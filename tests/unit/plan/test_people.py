"""Who enters, and as what."""

from __future__ import annotations

from typing import Any

import pytest
from eks_access import AccessPlan, Refused
from eks_access.plan.model import MappedPrincipal

from ...plans import PEOPLE, plan_of, small


def principal(plan: AccessPlan, source: str) -> MappedPrincipal:
    (found,) = [p for p in plan.principals if p.source == source]
    return found


def policy(name: str, **scope: Any) -> dict[str, Any]:
    return {"person": "chie", "accessPolicy": name, **scope}


def test_grants_of_one_policy_become_one_association() -> None:
    grants = [policy("AmazonEKSViewPolicy", namespaces=["west"]), policy("AmazonEKSViewPolicy", namespaces=["east"])]

    (scope,) = principal(plan_of(small(grants=grants)), "people.chie").policies
    assert scope.namespaces == ("east", "west")


def test_a_cluster_wide_grant_swallows_the_narrower_ones() -> None:
    grants = [policy("AmazonEKSViewPolicy", namespaces=["west"]), policy("AmazonEKSViewPolicy", clusterWide=True)]

    (scope,) = principal(plan_of(small(grants=grants)), "people.chie").policies
    assert scope.namespaces == ()


def test_different_policies_stay_apart() -> None:
    grants = [policy("AmazonEKSViewPolicy", clusterWide=True), policy("AmazonEKSEditPolicy", namespaces=["west"])]

    scopes = principal(plan_of(small(grants=grants)), "people.chie").policies
    assert [(s.policy, s.namespaces) for s in scopes] == [
        ("AmazonEKSEditPolicy", ("west",)),
        ("AmazonEKSViewPolicy", ()),
    ]


def test_a_policy_of_a_team_without_a_role_reaches_each_member() -> None:
    raw = small(
        teams={"t": {"members": ["aiko", "chie"]}},
        grants=[{"team": "t", "accessPolicy": "AmazonEKSViewPolicy", "clusterWide": True}],
    )

    plan = plan_of(raw)
    assert [principal(plan, f"people.{who}").policies[0].policy for who in ("aiko", "chie")] == [
        "AmazonEKSViewPolicy",
        "AmazonEKSViewPolicy",
    ]


def test_members_of_a_team_with_a_role_enter_through_it_only() -> None:
    raw = small(
        teams={"t": {"members": ["chie"], "assumeRole": {"maxSessionHours": 3}}},
        grants=[{"team": "t", "role": "view", "clusterWide": True}],
    )

    plan = plan_of(raw)
    (role,) = plan.entry_roles
    assert (role.name, role.max_session_seconds) == ("demo-team-t", 10800)
    assert [(e.person, e.via, e.enters_as) for e in plan.entrances if e.person == "chie"] == [
        ("chie", "team t", "arn:aws:iam::111122223333:role/demo-team-t")
    ]
    assert principal(plan, "teams.t").username == "team:t:{{SessionName}}"


def test_a_team_without_grants_gets_no_role_and_no_way_in() -> None:
    plan = plan_of(small(teams={"t": {"members": ["chie"], "assumeRole": {}}}))

    assert plan.entry_roles == ()
    assert "chie" not in {e.person for e in plan.entrances}


def test_in_mode_api_the_creator_is_admin_by_declaration() -> None:
    raw = small(
        cluster={"authenticationMode": "API"},
        grants=[{"person": "deployer", "accessPolicy": "AmazonEKSClusterAdminPolicy", "namespaces": ["default"]}],
    )

    (scope,) = principal(plan_of(raw), "people.deployer").policies
    assert (scope.policy, scope.namespaces) == ("AmazonEKSClusterAdminPolicy", ())


def test_what_eks_gives_by_itself_is_told() -> None:
    notices = plan_of(small(grants=[policy("AmazonEKSViewPolicy", clusterWide=True)])).notices

    assert any("role/ci/deployer (creator) a cluster admin by itself" in notice for notice in notices)
    assert any("AmazonEKSViewPolicy is in the entry only" in notice for notice in notices)


def test_users_are_declared_with_what_was_asked_for_and_no_more() -> None:
    people = {**PEOPLE, "emi": {"iamUser": {"accessKey": True, "consoleLogin": True, "tags": {"b": "2", "a": "1"}}}}

    users = {user.name: user for user in plan_of({"account": {"id": "111122223333"}, "people": people}).users}
    assert set(users) == {"aiko", "botan", "emi"}
    assert (users["emi"].access_key, users["emi"].console_login, dict(users["emi"].tags)) == (
        True,
        True,
        {"a": "1", "b": "2"},
    )
    assert not users["aiko"].access_key
    assert not users["aiko"].console_login


def test_a_declaration_without_an_account_is_refused_with_what_to_write() -> None:
    with pytest.raises(Refused, match=r'account: \{id: "111122223333"\}'):
        plan_of({"people": PEOPLE})
