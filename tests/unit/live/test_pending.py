"""What a dead engine left in a state, and what is made of it before the refresh."""

from __future__ import annotations

import pytest
from eks_access.live.pending import pending_operations, with_creates_looked_for
from eks_access.live.physical_ids import Unknown, physical_id

ARN = "arn:aws:iam::111122223333:role/dev-team-payments"


def resource(type_: str, name: str, inputs: dict[str, object] | None = None, **more: object) -> dict[str, object]:
    return {"urn": f"urn:pulumi:dev::p::{type_}::{name}", "type": type_, "custom": True, "inputs": inputs or {}, **more}


def creating(made: dict[str, object]) -> dict[str, object]:
    return {"resource": made, "type": "creating"}


USER = resource("aws:iam/user:User", "hanako", {"name": "hanako"})
KEY = resource("aws:kms/key:Key", "key", {"description": "secrets"})


@pytest.mark.parametrize(
    ("type_", "inputs", "id_"),
    [
        ("aws:iam/user:User", {"name": "hanako"}, "hanako"),
        ("aws:iam/userPolicy:UserPolicy", {"user": "hanako", "name": "enter"}, "hanako:enter"),
        ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {"role": "r", "policyArn": "arn:x"}, "r/arn:x"),
        ("aws:eks/accessEntry:AccessEntry", {"clusterName": "dev", "principalArn": ARN}, f"dev:{ARN}"),
        (
            "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
            {"clusterName": "dev", "principalArn": ARN, "policyArn": "arn:p"},
            f"dev#{ARN}#arn:p",
        ),
        ("kubernetes:core/v1:Namespace", {"metadata": {"name": "search"}}, "search"),
        (
            "kubernetes:rbac.authorization.k8s.io/v1:Role",
            {"metadata": {"name": "r", "namespace": "search"}},
            "search/r",
        ),
    ],
)
def test_fixed_names_say_under_which_id_something_would_be(type_: str, inputs: dict[str, object], id_: str) -> None:
    assert physical_id(type_, inputs) == id_


def test_what_aws_names_by_itself_comes_with_the_command_that_finds_it() -> None:
    found = physical_id("aws:ec2/securityGroup:SecurityGroup", {"name": "it's; mine"})

    assert found == Unknown("aws ec2 describe-security-groups --filters 'Name=group-name,Values=it'\"'\"'s; mine'")


def test_a_name_that_is_not_known_yet_is_no_id() -> None:
    assert isinstance(physical_id("aws:iam/user:User", {"name": None}), Unknown)
    assert isinstance(physical_id("kubernetes:core/v1:Namespace", {"metadata": {}}), Unknown)


def test_a_create_becomes_the_resource_that_it_was_to_make() -> None:
    state = {"resources": [], "pending_operations": [creating(USER)]}

    made = with_creates_looked_for(state, pending_operations(state))

    assert made == {"resources": [USER | {"id": "hanako"}], "pending_operations": []}
    assert state["pending_operations"], "what was given stays as it is"


def test_one_with_an_id_that_nobody_knows_stays_pending_until_somebody_says_it() -> None:
    state = {"resources": [], "pending_operations": [creating(KEY)]}
    (pending,) = pending_operations(state)

    assert pending.settled_by_hand
    assert pending.look == "aws kms list-keys"
    assert with_creates_looked_for(state, (pending,)) == state
    told = pending_operations(state, {str(KEY["urn"]): "0123"})
    assert with_creates_looked_for(state, told)["resources"] == [KEY | {"id": "0123"}]


def test_one_that_is_known_not_to_have_happened_is_forgotten() -> None:
    state = {"resources": [], "pending_operations": [creating(KEY), creating(USER)]}
    never = frozenset({str(KEY["urn"]), str(USER["urn"])})

    assert with_creates_looked_for(state, pending_operations(state), never) == {
        "resources": [],
        "pending_operations": [],
    }


def test_updates_and_deletes_are_left_to_the_refresh() -> None:
    there = USER | {"id": "hanako"}
    operations = [{"resource": there, "type": kind} for kind in ("updating", "deleting")]
    state = {"resources": [there], "pending_operations": operations}

    found = pending_operations(state)

    assert [each.operation for each in found] == ["updating", "deleting"]
    assert with_creates_looked_for(state, found) == state


def test_components_and_providers_are_in_the_state_alone_and_are_cleared() -> None:
    component = resource("eks-access:index:Platform", "p") | {"custom": False}
    provider = resource("pulumi:providers:aws", "aws")
    state = {"resources": [], "pending_operations": [creating(component), creating(provider)]}

    assert with_creates_looked_for(state, pending_operations(state)) == {"resources": [], "pending_operations": []}


def test_a_replacement_takes_the_place_of_what_was_deleted_for_it() -> None:
    old = USER | {"id": "hanako", "pendingReplacement": True}
    state = {"resources": [old], "pending_operations": [creating(USER)]}

    assert with_creates_looked_for(state, pending_operations(state))["resources"] == [USER | {"id": "hanako"}]


def test_a_replacement_beside_the_old_one_is_left_to_a_person() -> None:
    old = USER | {"id": "hanako-old"}
    state = {"resources": [old], "pending_operations": [creating(USER)]}

    (pending,) = pending_operations(state)

    assert pending.settled_by_hand
    assert with_creates_looked_for(state, (pending,)) == state
