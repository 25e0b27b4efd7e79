"""aws-auth as the authenticator reads it: role paths stripped, user paths kept, foreign lines untouched."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from eks_access.authn.aws_auth import aws_auth_data, aws_auth_manifest, map_roles, map_users

from ...plans import plan_of, small

KEEP = {
    "mapRoles": [
        {"rolearn": "arn:aws:iam::999:role/some/Path", "username": "who {{SessionName}}", "groups": ["z", "a"]}
    ],
    "mapUsers": [{"userarn": "arn:aws:iam::999:user/x/old", "username": "old", "groups": []}],
}


def section(raw: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load(aws_auth_data(plan_of(raw))[key]))


def test_the_path_of_a_role_is_stripped() -> None:
    lines = section(small(grants=[{"person": "chie", "role": "view", "clusterWide": True}]), "mapRoles")

    assert lines == [
        {
            "rolearn": "arn:aws:iam::111122223333:role/AWSReservedSSO_Ops_0123456789abcdef",
            "username": "chie:{{SessionName}}",
            "groups": ["person:chie"],
        }
    ]


def test_the_path_of_a_user_stays() -> None:
    lines = section(small(), "mapUsers")

    assert [line["userarn"] for line in lines] == [
        "arn:aws:iam::111122223333:user/dev/aiko",
        "arn:aws:iam::111122223333:user/botan",
    ]


def test_kept_lines_come_first_and_as_they_are() -> None:
    raw = small(keep=KEEP, nodeGroups={"general": {"kind": "managed", "instanceTypes": ["m7g.large"]}})

    assert section(raw, "mapRoles")[0] == KEEP["mapRoles"][0]
    assert section(raw, "mapUsers")[0] == KEEP["mapUsers"][0]
    assert [len(section(raw, key)) for key in ("mapRoles", "mapUsers")] == [2, 3]


def test_a_section_without_lines_is_left_out() -> None:
    assert set(aws_auth_data(plan_of(small()))) == {"mapUsers"}


def test_in_mode_api_only_kept_lines_are_left() -> None:
    plan = plan_of(small(cluster={"authenticationMode": "API"}, keep=KEEP))

    assert [m.arn for m in (*map_roles(plan), *map_users(plan))] == [
        "arn:aws:iam::999:role/some/Path",
        "arn:aws:iam::999:user/x/old",
    ]


def test_the_manifest_is_the_config_map_that_eks_reads() -> None:
    manifest = aws_auth_manifest(plan_of(small()))

    assert (manifest["kind"], manifest["metadata"]) == (
        "ConfigMap",
        {"name": "aws-auth", "namespace": "kube-system"},
    )
    assert manifest["data"] == aws_auth_data(plan_of(small()))


@pytest.mark.parametrize(
    ("kind", "username", "more_groups"),
    [
        ("managed", "system:node:{{EC2PrivateDNSName}}", []),
        ("windows", "system:node:{{EC2PrivateDNSName}}", ["eks:kube-proxy-windows"]),
        ("fargate", "system:node:{{SessionName}}", ["system:node-proxier"]),
    ],
)
def test_each_kind_of_node_has_its_own_line(kind: str, username: str, more_groups: list[str]) -> None:
    group = {"kind": kind, "namespaces": ["default"]} if kind == "fargate" else {"kind": kind, "instanceTypes": ["m"]}

    (line,) = section(small(nodeGroups={"n": group}), "mapRoles")

    assert line == {
        "rolearn": f"arn:aws:iam::111122223333:role/demo-node-{kind}",
        "username": username,
        "groups": ["system:bootstrappers", "system:nodes", *more_groups],
    }
