"""Each kind of node gets the role that its documentation asks for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from eks_access.declaration.cluster_models import NodeKind
from eks_access.iam.arns import AwsAccount
from eks_access.plan.nodes import plan_node_role

ACCOUNT = AwsAccount(id="111122223333", partition="aws")


def trust(kind: NodeKind, account: AwsAccount = ACCOUNT, region: str = "eu-west-1") -> dict[str, Any]:
    (statement,) = json.loads(plan_node_role(kind, account, region, "demo").trust)["Statement"]
    return dict(statement)


@pytest.mark.parametrize("kind", [NodeKind.MANAGED, NodeKind.WINDOWS])
def test_an_ec2_node_is_trusted_as_ec2_and_may_do_the_least(kind: NodeKind) -> None:
    role = plan_node_role(kind, ACCOUNT, "eu-west-1", "demo")

    assert trust(kind)["Principal"] == {"Service": "ec2.amazonaws.com"}
    assert set(role.policies) == {
        "AmazonEKSWorkerNodePolicy",
        "AmazonEKS_CNI_Policy",
        "AmazonEC2ContainerRegistryPullOnly",
    }


def test_a_fargate_role_is_for_the_profiles_of_its_own_cluster() -> None:
    role = plan_node_role(NodeKind.FARGATE, ACCOUNT, "eu-west-1", "demo")

    assert trust(NodeKind.FARGATE)["Principal"] == {"Service": "eks-fargate-pods.amazonaws.com"}
    assert trust(NodeKind.FARGATE)["Condition"] == {
        "ArnLike": {"aws:SourceArn": "arn:aws:eks:eu-west-1:111122223333:fargateprofile/demo/*"}
    }
    assert set(role.policies) == {"AmazonEKSFargatePodExecutionRolePolicy"}


def test_in_china_ec2_is_trusted_by_its_chinese_name() -> None:
    china = AwsAccount(id="111122223333", partition="aws-cn")

    assert trust(NodeKind.MANAGED, china, "cn-north-1")["Principal"] == {"Service": "ec2.amazonaws.com.cn"}
    role = plan_node_role(NodeKind.MANAGED, china, "cn-north-1", "demo")
    assert all(arn.startswith("arn:aws-cn:iam::aws:policy/") for arn in role.policies.values())


@pytest.mark.parametrize("kind", NodeKind)
def test_a_node_role_has_no_path(kind: NodeKind) -> None:
    role = plan_node_role(kind, ACCOUNT, "eu-west-1", "demo")

    assert role.arn == f"arn:aws:iam::111122223333:role/demo-node-{kind}"
