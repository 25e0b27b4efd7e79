"""Platform on the mock engine: what it registers, in preview as in up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from eks_access import EksCluster, Platform, compile_plan
from eks_access.authn.access_entries import access_entries
from eks_access.authn.aws_auth import map_roles, map_users
from eks_access.declaration import from_dict

from ..mock_engine import Recorder, refusal
from .conftest import Run

CLUSTER = "eks:index:Cluster"


def test_up_registers_what_preview_showed(platforms: Callable[[str], Recorder]) -> None:
    shown, made = platforms("preview"), platforms("up")

    assert set(made.registered) == set(shown.registered)


def test_every_principal_of_the_plan_has_an_entry(recorder: Recorder, dev: dict[str, Any]) -> None:
    declared = {e.principal_arn: str(e.type) for e in access_entries(compile_plan(from_dict(dev)))}
    made = recorder.inputs("aws:eks/accessEntry:AccessEntry").values()
    assert {entry["principalArn"]: entry["type"] for entry in made} == declared


def test_aws_auth_is_fed_every_line_as_plain_text(recorder: Recorder, dev: dict[str, Any]) -> None:
    plan = compile_plan(from_dict(dev))

    (cluster,) = recorder.inputs(CLUSTER).values()
    assert [m["roleArn"] for m in cluster["roleMappings"]] == [m.arn for m in map_roles(plan)]
    assert [m["userArn"] for m in cluster["userMappings"]] == [m.arn for m in map_users(plan)]
    assert "instanceRoles" not in cluster


def test_aws_auth_is_edited_in_place(recorder: Recorder) -> None:
    (cluster,) = recorder.inputs(CLUSTER).values()
    assert cluster["enableConfigMapMutable"] is True


def test_the_providers_accept_the_declared_account_only(recorder: Recorder) -> None:
    (provider,) = recorder.inputs("pulumi:providers:aws").values()
    assert provider["allowedAccountIds"] == '["111122223333"]'
    assert provider["region"] == "eu-west-1"


def test_secrets_are_encrypted_and_entries_are_logged(recorder: Recorder) -> None:
    (cluster,) = recorder.inputs(CLUSTER).values()
    assert {"audit", "authenticator"} <= set(cluster["enabledClusterLogTypes"])
    assert recorder.inputs("aws:kms/key:Key")


def test_everything_inside_the_cluster_goes_with_it(recorder: Recorder) -> None:
    # The engine hands deletedWith down to the children of a component; the mock engine doesn't.
    for component in ("TeamRbac", "MetricsAccess"):
        (request,) = recorder.options(f"eks-access:index:{component}").values()
        assert "eks:index:Cluster" in request.deletedWith


def test_every_child_stays_in_its_component(recorder: Recorder) -> None:
    orphans = [
        key
        for key, request in recorder.requests.items()
        if not request.parent.count("eks-access:index:") and key[0] != "eks-access:index:Platform"
    ]
    assert orphans == []


def test_tags_reach_every_role_and_user(run: Run, dev: dict[str, Any]) -> None:
    recorder = run(lambda: Platform("platform", {"access": dev, "create_users": True, "tags": {"team": "sre"}}))

    taggable = [*recorder.inputs("aws:iam/role:Role").values(), *recorder.inputs("aws:iam/user:User").values()]
    assert taggable
    assert all(inputs["tags"]["team"] == "sre" for inputs in taggable)


def test_the_boundary_holds_for_every_role_and_user(run: Run, dev: dict[str, Any]) -> None:
    recorder = run(lambda: Platform("platform", {"access": dev, "create_users": True, "permissions_boundary": "arn:b"}))

    bounded = [*recorder.inputs("aws:iam/role:Role").values(), *recorder.inputs("aws:iam/user:User").values()]
    assert {inputs.get("permissionsBoundary") for inputs in bounded} == {"arn:b"}


def test_both_providers_enter_with_the_deployers_profile(run_in: Callable[[str], Run], dev: dict[str, Any]) -> None:
    recorder = run_in("up")(lambda: Platform("platform", {"access": dev, "profile": "ci"}))

    (aws,) = recorder.inputs("pulumi:providers:aws").values()
    (kubernetes,) = recorder.inputs("pulumi:providers:kubernetes").values()
    (cluster,) = recorder.inputs(CLUSTER).values()
    assert aws["profile"] == cluster["providerCredentialOpts"]["profileName"] == "ci"
    assert '"--profile", "ci"' in kubernetes["kubeconfig"]


def test_the_identity_of_the_cluster_is_known_before_the_cluster_is(recorder: Recorder) -> None:
    (kubernetes,) = recorder.inputs("pulumi:providers:kubernetes").values()

    assert kubernetes["clusterIdentifier"] == "arn:aws:eks:eu-west-1:111122223333:cluster/dev"


def test_no_credentials_are_made_unless_asked(run: Run, dev: dict[str, Any]) -> None:
    recorder = run(lambda: Platform("platform", {"access": dev, "create_users": True}))

    assert not recorder.inputs("aws:iam/accessKey:AccessKey")
    assert not recorder.inputs("aws:iam/userLoginProfile:UserLoginProfile")


def test_two_platforms_live_side_by_side(run: Run, dev: dict[str, Any]) -> None:
    def program() -> None:
        Platform("one", {"access": dev})
        Platform("two", {"access": dev})

    recorder = run(program)
    assert len(recorder.inputs(CLUSTER)) == 2


def test_a_declaration_without_a_cluster_makes_users_and_nothing_else(run: Run, people: dict[str, Any]) -> None:
    recorder = run(lambda: Platform("platform", {"access": people}))

    assert {n["name"] for n in recorder.inputs("aws:iam/user:User").values()} == {"hanako", "taro", "yuki", "sato"}
    assert not recorder.inputs(CLUSTER)


def test_in_mode_api_the_creator_is_declared_and_aws_auth_is_not_fed(run: Run, dev: dict[str, Any]) -> None:
    access = {**dev, "cluster": {**dev["cluster"], "authenticationMode": "API"}}

    recorder = run(lambda: Platform("platform", {"access": access}))

    (cluster,) = recorder.inputs(CLUSTER).values()
    entries = recorder.inputs("aws:eks/accessEntry:AccessEntry").values()
    assert "roleMappings" not in cluster
    assert "arn:aws:iam::111122223333:role/ci/pulumi" in {entry["principalArn"] for entry in entries}


def test_in_mode_config_map_there_are_no_entries(run: Run, dev: dict[str, Any]) -> None:
    access = {**dev, "cluster": {**dev["cluster"], "authenticationMode": "CONFIG_MAP"}}

    recorder = run(lambda: Platform("platform", {"access": access}))

    assert not recorder.inputs("aws:eks/accessEntry:AccessEntry")


@pytest.mark.parametrize("component", [Platform, EksCluster])
def test_a_lock_out_is_refused_before_anything_is_registered(
    dev: dict[str, Any], component: type[pulumi.ComponentResource]
) -> None:
    access = {**dev, "admins": {"people": ["hanako"]}}

    text, recorder = refusal(lambda: component("platform", {"access": access}))  # type: ignore[arg-type]

    assert "without person hanako nobody but the creator is cluster admin" in text
    assert recorder.registered == {}
