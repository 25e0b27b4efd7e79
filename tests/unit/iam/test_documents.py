"""IAM documents give what is needed, to whom it is needed, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from eks_access import AccessPlan, compile_plan
from eks_access.declaration import Declaration
from eks_access.iam.documents import member_trust, service_trust
from hypothesis import given

from ...plans import dev, plan_of, small
from ..declarations import declarations

WITHOUT_NARROWER_RESOURCE = {"iam:GetAccountPasswordPolicy"}
"""Actions for which IAM knows no resource."""


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(text: str) -> list[dict[str, Any]]:
    document = json.loads(text)
    assert document["Version"] == "2012-10-17"
    return list(document["Statement"])


def trusts(plan: AccessPlan) -> Iterator[str]:
    yield from (role.trust for role in (*plan.entry_roles, *plan.node_roles))


def permissions(plan: AccessPlan) -> Iterator[str]:
    yield from (role.permissions for role in plan.entry_roles)
    yield from (policy.document for policy in plan.user_policies)
    yield from (user.self_service for user in plan.users)


@given(declarations())
def test_a_trust_policy_names_exactly_who_may_come_in(declaration: Declaration) -> None:
    for trust in trusts(compile_plan(declaration)):
        for statement in statements(trust):
            principals = [p for who in statement["Principal"].values() for p in as_list(who)]
            assert principals
            assert not any("*" in principal for principal in principals)
            assert statement["Action"] == "sts:AssumeRole"


@given(declarations())
def test_no_permission_is_wider_than_iam_forces_it_to_be(declaration: Declaration) -> None:
    for text in permissions(compile_plan(declaration)):
        for statement in statements(text):
            assert statement["Effect"] == "Allow"
            assert not any("*" in action for action in as_list(statement["Action"]))
            if "*" in as_list(statement["Resource"]):
                assert set(as_list(statement["Action"])) <= WITHOUT_NARROWER_RESOURCE


def test_a_role_with_mfa_opens_only_to_sessions_with_mfa() -> None:
    (asked,) = statements(
        member_trust(["arn:aws:iam::111122223333:user/b", "arn:aws:iam::111122223333:user/a"], mfa=True)
    )
    (not_asked,) = statements(member_trust(["arn:aws:iam::111122223333:user/a"], mfa=False))

    assert asked["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    assert asked["Principal"]["AWS"] == ["arn:aws:iam::111122223333:user/a", "arn:aws:iam::111122223333:user/b"]
    assert "Condition" not in not_asked


def test_mfa_is_asked_where_it_is_declared() -> None:
    conditions = {role.key: "MultiFactorAuthPresent" in role.trust for role in compile_plan(dev()).entry_roles}

    assert conditions == {"team-payments": True, "team-platform": True, "break-glass": True}


def test_a_service_is_bound_to_the_resources_it_acts_for_where_that_can_be_said() -> None:
    (fargate,) = statements(service_trust("eks-fargate-pods.amazonaws.com", "arn:aws:eks:r:1:fargateprofile/demo/*"))
    (ec2,) = statements(service_trust("ec2.amazonaws.com"))

    assert fargate["Condition"] == {"ArnLike": {"aws:SourceArn": "arn:aws:eks:r:1:fargateprofile/demo/*"}}
    assert ec2["Principal"] == {"Service": "ec2.amazonaws.com"}
    assert "Condition" not in ec2


def test_self_service_ends_at_ones_own_name() -> None:
    aiko = next(user for user in plan_of(small()).users if user.name == "aiko")
    resources = {r for s in statements(aiko.self_service) for r in as_list(s["Resource"])}

    assert resources == {aiko.arn, "arn:aws:iam::111122223333:mfa/aiko", "*"}


def test_an_mfa_device_is_taken_away_only_with_mfa() -> None:
    aiko = next(user for user in plan_of(small()).users if user.name == "aiko")
    (removal,) = [s for s in statements(aiko.self_service) if "iam:DeactivateMFADevice" in as_list(s["Action"])]

    assert removal["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def test_a_new_user_can_get_a_first_credential_without_help() -> None:
    aiko = next(user for user in plan_of(small()).users if user.name == "aiko")
    actions = {a for s in statements(aiko.self_service) for a in as_list(s["Action"])}

    assert {"iam:CreateAccessKey", "iam:CreateVirtualMFADevice", "iam:EnableMFADevice"} <= actions


@pytest.mark.parametrize(
    ("teams", "admins", "actions"),
    [
        ({}, {"people": ["aiko"]}, {"eks:DescribeCluster"}),
        ({"t": {"members": ["aiko"], "assumeRole": {}}}, {"teams": ["t"]}, {"sts:AssumeRole"}),
        (
            {"t": {"members": ["aiko"], "assumeRole": {}}},
            {"teams": ["t"], "people": ["aiko"]},
            {"eks:DescribeCluster", "sts:AssumeRole"},
        ),
    ],
)
def test_a_user_is_allowed_what_their_ways_in_take(
    teams: dict[str, Any], admins: dict[str, Any], actions: set[str]
) -> None:
    plan = plan_of(small(teams=teams, admins=admins))

    (policy,) = plan.user_policies
    assert {a for s in statements(policy.document) for a in as_list(s["Action"])} == actions
    assert policy.user == "aiko"
    for statement in statements(policy.document):
        assert "*" not in as_list(statement["Resource"])
