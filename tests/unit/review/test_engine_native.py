"""Clusters, access entries and roles of the AWS Cloud Control provider are read as those of the AWS provider."""

from __future__ import annotations

import json
from typing import Any

import pytest
from eks_access import AccessReview, question
from eks_access.plan import compile_plan
from eks_access.plan.model import PolicyScope
from eks_access.review.engine_reading import UNKNOWN
from eks_access.review.engine_state import state_of_engine
from eks_access.review.state import AccessState

from ...plans import dev, plan_of, small
from .renderings import access_of, export_of, preview_of, resource

Raw = dict[str, Any]
ROLE = "arn:aws:iam::111122223333:role/{}"
ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
ENTRY, ASSOCIATION = "aws:eks/accessEntry:AccessEntry", "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
LETS_NOBODY_IN = {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}


def entry(name: str, **inputs: Any) -> Raw:
    raw = {"clusterName": "plain", "principalArn": ROLE.format(name), **inputs}
    return resource("aws-native:eks:AccessEntry", name, raw, raw)


def cluster(config: Raw = LETS_NOBODY_IN, outputs: Raw | None = None, **more: Any) -> Raw:
    return resource("aws-native:eks:Cluster", "made", {"name": "plain", "accessConfig": config}, outputs, **more)


def policy(arn: str = ADMIN, **scope: Any) -> Raw:
    return {"policyArn": arn, "accessScope": scope or {"type": "cluster"}}


def state_of(*resources: Raw) -> AccessState:
    return state_of_engine({"version": 3, "deployment": {"resources": list(resources)}})


def by_cloud_control(resources: list[Raw]) -> list[Raw]:
    """Say the same with the resources of the Cloud Control provider."""
    policies: dict[str, list[Raw]] = {}
    for each in resources:
        if each["type"] == ASSOCIATION:
            scope = {key: each["inputs"][key] for key in ("policyArn", "accessScope")}
            policies.setdefault(each["inputs"]["principalArn"], []).append(scope)
    return [_by_cloud_control(each, policies) for each in resources if each["type"] != ASSOCIATION]


def _by_cloud_control(made: Raw, policies: dict[str, list[Raw]]) -> Raw:
    types = {
        "aws:eks/cluster:Cluster": "aws-native:eks:Cluster",
        ENTRY: "aws-native:eks:AccessEntry",
        "aws:iam/role:Role": "aws-native:iam:Role",
    }
    keys = {"userName": "username", "assumeRolePolicy": "assumeRolePolicyDocument"}
    if made["type"] == "aws:iam/role:Role":
        keys["name"] = "roleName"
    if made["type"] not in types:
        return made
    said = {}
    for part in ("inputs", "outputs"):
        said[part] = {keys.get(key, key): value for key, value in made.get(part, {}).items()}
        if "assumeRolePolicyDocument" in said[part]:
            said[part]["assumeRolePolicyDocument"] = json.loads(said[part]["assumeRolePolicyDocument"])
        if made["type"] == ENTRY and said[part]:
            said[part]["accessPolicies"] = policies.get(said[part]["principalArn"], [])
    return {**made, **said, "type": types[made["type"]]}


@pytest.mark.parametrize("plan", [compile_plan(dev()), plan_of(small(cluster={"authenticationMode": "API"}))])
def test_whichever_provider_makes_a_cluster_the_access_is_the_same(plan: Any) -> None:
    export = export_of(plan)
    native = {"deployment": {"resources": by_cloud_control(export["deployment"]["resources"])}}
    preview = preview_of(plan)
    states = by_cloud_control([step["newState"] for step in preview["steps"]])
    previewed = {**preview, "steps": [{"op": "create", "newState": each} for each in states]}

    assert access_of(state_of_engine(native)) == access_of(state_of_engine(export))
    assert access_of(state_of_engine(previewed)) == access_of(state_of_engine(preview))


def test_who_has_an_entry_with_a_policy_may_do_what_it_says() -> None:
    state = state_of(cluster(), entry("x", kubernetesGroups=["devs"], username="x", accessPolicies=[policy()]))
    (found,) = state.entries

    assert (found.username, found.groups) == ("x", ("devs",))
    assert AccessReview(state).can(ROLE.format("x"), question("delete", "pods", namespace="default").request).allowed
    assert not any("not counted" in notice for notice in state.notices)


def test_policies_of_the_entry_and_those_associated_by_the_other_provider_count_both() -> None:
    view = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
    inputs = {"clusterName": "plain", "principalArn": ROLE.format("x"), **policy(view)}
    state = state_of(
        entry("x", accessPolicies=[policy(type="namespace", namespaces=["a"])]), resource(ASSOCIATION, "x-view", inputs)
    )
    (found,) = state.entries

    assert found.policies == (
        PolicyScope(policy="AmazonEKSClusterAdminPolicy", arn=ADMIN, namespaces=("a",)),
        PolicyScope(policy="AmazonEKSViewPolicy", arn=view, namespaces=()),
    )


def test_a_policy_that_only_the_update_will_tell_is_told_and_the_others_count() -> None:
    unknown = entry("x", accessPolicies=[policy(), policy(UNKNOWN)])
    (found,) = (state := state_of_engine({"steps": [{"op": "create", "newState": unknown}]})).entries

    assert [each.policy for each in found.policies] == ["AmazonEKSClusterAdminPolicy"]
    assert any("parts of x will only be known after the update" in notice for notice in state.notices)


def test_whether_the_creator_got_a_right_is_in_the_inputs_where_eks_does_not_answer_it() -> None:
    answered = {"name": "plain", "version": "1.33", "accessConfig": {"authenticationMode": "API"}}

    assert not state_of(cluster(outputs=answered)).creator_unknown


def test_the_creator_is_the_role_that_cloud_control_works_in() -> None:
    roles = {"assumeRole": json.dumps({"roleArn": ROLE.format("deployer")}), "roleArn": ROLE.format("control")}
    provider = resource("pulumi:providers:aws-native", "creation", roles)
    made = cluster({"authenticationMode": "API"}, provider=f"{provider['urn']}::{UNKNOWN}")

    assert [found.principal_arn for found in state_of(provider, made).entries] == [ROLE.format("control")]


def test_node_groups_and_fargate_profiles_tell_their_roles() -> None:
    said = {"clusterName": "plain"}
    group = resource("aws-native:eks:Nodegroup", "general", {**said, "nodeRole": ROLE.format("nodes")})
    profile = resource("aws-native:eks:FargateProfile", "pods", {**said, "podExecutionRoleArn": ROLE.format("pods")})
    mapped = [entry("nodes", kubernetesGroups=["a"]), entry("pods", kubernetesGroups=["a"])]

    state = state_of(cluster(), group, profile, *mapped)

    assert state.node_roles == {"general": ROLE.format("nodes"), "pods": ROLE.format("pods")}


def test_a_trust_policy_of_which_a_part_is_unknown_names_nobody() -> None:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ROLE.format("ann")}}
    for condition, people in (({}, {ROLE.format("ann")}), ({"Condition": UNKNOWN}, {ROLE.format("ops")})):
        inputs = {"roleName": "ops", "assumeRolePolicyDocument": {"Statement": [{**statement, **condition}]}}
        role = resource("aws-native:iam:Role", "ops", inputs, {"arn": ROLE.format("ops")})

        assert {way.person for way in state_of(cluster(), role, entry("ops")).ways} == people
