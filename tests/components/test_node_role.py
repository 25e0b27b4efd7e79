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
        ("windows", "ec2.amazonaws.com", 3),
        ("fargate", "eks-fargate-pods.amazonaws.com", 1),
    ],
)
def test_a_kind_of_node_gets_its_trust_and_its_policies(run: Run, kind: str, service: str, policies: int) -> None:
    recorder = run(lambda: NodeRole("nodes", {**ARGS, "kind": kind}))

    (role,) = recorder.inputs("aws:iam/role:Role").values()
    assert role["name"] == f"demo-node-{kind}"
    assert json.loads(role["assumeRolePolicy"])["Statement"][0]["Principal"] == {"Service": service}
    assert len(recorder.inputs("aws:iam/rolePolicyAttachment:RolePolicyAttachment")) == policies


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


@pytest.mark.parametrize("kind", ["karpenter", "", "Managed"])
def test_an_unknown_kind_is_refused_with_the_kinds_that_are(kind: str) -> None:
    text, recorder = refusal(lambda: NodeRole("nodes", {**ARGS, "kind": kind}))

    assert "kind: " in text
    assert "write one of managed, windows, fargate" in text
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
