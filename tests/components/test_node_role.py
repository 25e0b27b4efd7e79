"""NodeRole: what each kind of node gets."""

from __future__ import annotations

import json

import pytest
from eks_access import NodeRole, NodeRoleArgs

from ..mock_engine import refusal
from .conftest import Run

ARGS: NodeRoleArgs = {"kind": "managed", "cluster_name": "demo", "account": "111122223333", "region": "eu-west-1"}


@pytest.mark.parametrize(
    ("kind", "service", "policies"),
    [
        ("managed", "ec2.amazonaws.com", 3),
        ("self-managed", "ec2.amazonaws.com", 3),
        ("karpenter", "ec2.amazonaws.com", 3),
        ("windows", "ec2.amazonaws.com", 3),
        ("fargate", "eks-fargate-pods.amazonaws.com", 1),
        ("auto", "ec2.amazonaws.com", 2),
        ("hybrid", "ssm.amazonaws.com", 2),
        ("hyperpod", "sagemaker.amazonaws.com", 3),
    ],
)
def test_a_kind_of_node_gets_its_trust_and_its_policies(run: Run, kind: str, service: str, policies: int) -> None:
    recorder = run(lambda: NodeRole("nodes", {**ARGS, "kind": kind}))

    (role,) = recorder.inputs("aws:iam/role:Role").values()
    assert role["name"] == f"demo-node-{kind}"
    assert json.loads(role["assumeRolePolicy"])["Statement"][0]["Principal"] == {"Service": service}
    assert len(recorder.inputs("aws:iam/rolePolicyAttachment:RolePolicyAttachment")) == policies


def test_only_instances_that_others_start_need_an_instance_profile(run: Run) -> None:
    theirs = run(lambda: NodeRole("nodes", {**ARGS, "kind": "self-managed"}))
    (profile,) = theirs.inputs("aws:iam/instanceProfile:InstanceProfile").values()
    assert profile["name"] == "demo-node-self-managed"

    assert not run(lambda: NodeRole("nodes", ARGS)).inputs("aws:iam/instanceProfile:InstanceProfile")


def test_certificates_take_the_place_of_systems_manager_for_hybrid_nodes(run: Run) -> None:
    anchor = "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/a1"
    recorder = run(lambda: NodeRole("nodes", {**ARGS, "kind": "hybrid", "trust_anchor_arns": [anchor]}))

    (role,) = recorder.inputs("aws:iam/role:Role").values()
    assert {s["Principal"]["Service"] for s in json.loads(role["assumeRolePolicy"])["Statement"]} == {
        "rolesanywhere.amazonaws.com"
    }
    attached = recorder.inputs("aws:iam/rolePolicyAttachment:RolePolicyAttachment").values()
    assert [a["policyArn"].rpartition("/")[2] for a in attached] == ["AmazonEC2ContainerRegistryPullOnly"]


def test_trust_anchors_of_other_nodes_are_refused() -> None:
    anchor = "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/a1"
    text, recorder = refusal(lambda: NodeRole("nodes", {**ARGS, "trust_anchor_arns": [anchor]}))

    assert "trust_anchor_arns: " in text
    assert recorder.registered == {}


def test_a_role_that_exists_is_taken_over_as_it_is(run: Run) -> None:
    recorder = run(lambda: NodeRole("nodes", {**ARGS, "adopt": True}))

    (request,) = recorder.options("aws:iam/role:Role").values()
    assert request.importId == "demo-node-managed"
    assert {"assumeRolePolicy", "tags"} <= set(request.ignoreChanges)


def test_boundary_and_tags_reach_the_role(run: Run) -> None:
    recorder = run(lambda: NodeRole("nodes", {**ARGS, "permissions_boundary": "arn:b", "tags": {"a": "b"}}))

    (role,) = recorder.inputs("aws:iam/role:Role").values()
    assert (role["permissionsBoundary"], role["tags"]) == ("arn:b", {"a": "b"})


def test_the_arn_is_given_once_the_policies_are_attached(run: Run, phase: str) -> None:
    recorder = run(lambda: NodeRole("nodes", ARGS))

    (outputs,) = recorder.outputs.values()
    assert ("mock/nodes-role" in str(outputs["roleArn"])) is (phase == "up")


def test_the_role_goes_before_another_of_its_name_comes(run: Run) -> None:
    recorder = run(lambda: NodeRole("nodes", ARGS))

    (request,) = recorder.options("aws:iam/role:Role").values()
    assert request.deleteBeforeReplace


@pytest.mark.parametrize("kind", ["carpenter", "", "Managed"])
def test_an_unknown_kind_is_refused_with_the_kinds_that_are(kind: str) -> None:
    text, recorder = refusal(lambda: NodeRole("nodes", {**ARGS, "kind": kind}))

    assert "kind: " in text
    assert "write one of managed, windows, fargate, self-managed, karpenter, auto, hybrid, hyperpod" in text
    assert recorder.registered == {}


@pytest.mark.parametrize(
    ("args", "named"),
    [
        ({}, ("kind", "cluster_name", "account", "region")),
        ({**ARGS, "account": "1111"}, ("account",)),
        ({**ARGS, "region": "Ireland"}, ("region",)),
        ({**ARGS, "cluster_name": "a b"}, ("cluster_name",)),
    ],
)
def test_what_is_missing_or_malformed_is_refused_by_name(args: NodeRoleArgs, named: tuple[str, ...]) -> None:
    text, recorder = refusal(lambda: NodeRole("nodes", args))

    assert all(f"{name}: " in text for name in named)
    assert recorder.registered == {}
