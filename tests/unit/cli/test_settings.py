"""What a stack file says beside its declaration, judged by `eks-access check` as `pulumi up` judges it."""

from __future__ import annotations

from typing import Any

import pytest

from ...plans import small
from .conftest import Project, run


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("adopt", "user/aiko", "a list of texts (found: user/aiko)"),
        ("adopt", [1], "a list of texts"),
        ("subnetIds", "subnet-1", "a list of texts"),
        ("tags", ["a"], "write `eks-access:tags: {name: text}`"),
        ("tags", {"cost": 12}, "a map of names and texts (found: {cost: 12})"),
        ("peopleStack", {"a": "b"}, "a text"),
        ("vpcId", {"secure": "v1:abc"}, "not encrypted"),
        ("permissionsBoundary", "nonsense", "an IAM policy, by its ARN (found: nonsense)"),
        ("permissionsBoundary", "arn:aws:iam::111122223333:role/x", "an IAM policy, by its ARN"),
    ],
)
def test_a_setting_of_a_wrong_form_is_told_with_its_line(project: Project, key: str, value: Any, says: str) -> None:
    project.stack("dev", **{key: value})

    result = run("check", "dev")

    assert result.exit_code == 2
    assert f"stacks/Pulumi.dev.yaml:3: config.eks-access:{key}: " in result.output
    assert says in result.output


@pytest.mark.parametrize(
    ("settings", "path", "says"),
    [
        ({"adopt": ["role/node-manged"]}, "adopt[0]", "nothing of this declaration"),
        ({"adopt": ["aws-auth", "entry/deployr"]}, "adopt[1]", "nothing of this declaration"),
        ({"adopt": ["user/aiko"]}, "adopt[0]", "creates no users"),
        ({"vpcId": "vpc-1"}, "vpcId", "give subnetIds too, or neither"),
        ({"subnetIds": ["subnet-1"]}, "subnetIds", "give vpcId too, or neither"),
        (
            {"permissionsBoundary": "arn:aws:iam::444455556666:policy/b"},
            "permissionsBoundary",
            "a policy of the stack's own account, 111122223333",
        ),
    ],
)
def test_a_setting_that_its_declaration_contradicts_is_a_finding(
    project: Project, settings: dict[str, Any], path: str, says: str
) -> None:
    project.stack("dev", **settings)

    result = run("check", "dev")

    assert result.exit_code == 1
    assert f"config.eks-access:{path}: " in result.output
    assert "stacks/Pulumi.dev.yaml:" in result.output
    assert says in result.output


def test_settings_that_fit_are_clean(project: Project) -> None:
    project.stack(
        "dev",
        createUsers=True,
        adopt=["user/aiko", "aws-auth"],
        vpcId="vpc-1",
        subnetIds=["subnet-1"],
        permissionsBoundary="arn:aws:iam::111122223333:policy/teams/b",
        tags={"a": "b"},
    )
    project.stack(
        "people",
        {"account": {"id": "111122223333"}, "people": small()["people"]},
        adopt=["user/botan"],
        permissionsBoundary="arn:aws:iam::aws:policy/PowerUserAccess",
    )

    assert run("check", "dev", "people").exit_code == 0


def test_a_key_without_namespace_is_the_project_s_as_pulumi_takes_it(project: Project) -> None:
    project.write("stacks/Pulumi.dev.yaml", "config:\n  access: access/dev.yaml\n  vpcId: vpc-1\n")

    result = run("check", "dev")

    assert "stacks/Pulumi.dev.yaml:3: config.eks-access:vpcId: vpcId is given without subnetIds" in result.output


def test_settings_of_other_packages_are_left_alone(project: Project) -> None:
    text = "config: {eks-access:access: access/dev.yaml, eks:x: 1, kubernetes:y: 2, access-log:z: 3}\n"
    project.write("stacks/Pulumi.dev.yaml", text)

    assert run("check", "dev").exit_code == 0


@pytest.mark.parametrize("file", ["Pulumi.yaml", "stacks/Pulumi.dev.yaml"])
@pytest.mark.parametrize(("text", "says"), [("", "is empty"), ("~\n", "is empty"), ("- a\n", "is a map")])
def test_a_file_of_pulumi_s_that_says_nothing_is_not_taken_for_a_declaration(
    project: Project, file: str, text: str, says: str
) -> None:
    project.write(file, text)

    result = run("check", "dev")

    assert result.exit_code == 2
    assert f"{file}:1: " in result.output
    assert says in result.output
    assert "write `config:`" in result.output
    assert "people:" not in result.output


def test_a_region_that_is_not_the_cluster_s_is_a_finding(project: Project) -> None:
    project.write("stacks/Pulumi.dev.yaml", "config:\n  eks-access:access: access/dev.yaml\n  aws:region: us-east-1\n")

    result = run("check", "dev")

    assert result.exit_code == 1
    assert (
        "stacks/Pulumi.dev.yaml:3: config.aws:region: the declaration puts the cluster into eu-west-1" in result.output
    )
