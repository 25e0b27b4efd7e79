"""Access entries as EKS takes them: full ARNs, node types without groups, policies with a scope."""

from __future__ import annotations

import pytest
from eks_access.authn.access_entries import access_entries, access_entries_view
from eks_access.plan.model import EntryType

from ...plans import plan_of, small

NODES = {
    "l": {"kind": "managed", "instanceTypes": ["m7g.large"]},
    "w": {"kind": "windows", "instanceTypes": ["m6i.large"]},
    "f": {"kind": "fargate", "namespaces": ["default"]},
}


def test_there_are_none_in_mode_config_map() -> None:
    assert access_entries(plan_of(small(cluster={"authenticationMode": "CONFIG_MAP"}))) == ()


def test_there_are_none_without_a_cluster() -> None:
    assert access_entries(plan_of({"account": {"id": "111122223333"}})) == ()


def test_an_entry_names_the_principal_with_its_path() -> None:
    plan = plan_of(small(grants=[{"person": "chie", "role": "view", "clusterWide": True}]))

    assert (
        "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Ops_0123456789abcdef"
        in {entry.principal_arn for entry in access_entries(plan)}
    )


def test_a_nodes_entry_has_a_type_and_nothing_else() -> None:
    entries = {e.key: e for e in access_entries(plan_of(small(nodeGroups=NODES))) if e.key.startswith("node-")}

    assert {key: entry.type for key, entry in entries.items()} == {
        "node-managed": EntryType.EC2_LINUX,
        "node-windows": EntryType.EC2_WINDOWS,
        "node-fargate": EntryType.FARGATE_LINUX,
    }
    assert all((e.username, e.groups, e.policies) == (None, (), ()) for e in entries.values())


@pytest.mark.parametrize(
    ("scope", "rendered"),
    [({"clusterWide": True}, "cluster"), ({"namespaces": ["west", "dev-*"]}, ["dev-*", "west"])],
)
def test_a_policy_says_where_it_holds(scope: dict[str, object], rendered: object) -> None:
    raw = small(grants=[{"person": "chie", "accessPolicy": "AmazonEKSViewPolicy", **scope}])

    (chie,) = [e for e in access_entries_view(plan_of(raw)) if "AWSReservedSSO" in str(e["principalArn"])]
    assert chie["accessPolicies"] == [{"policy": "AmazonEKSViewPolicy", "scope": rendered}]


def test_break_glass_is_admin_twice_over_where_there_are_entries() -> None:
    raw = small(admins={"people": ["aiko"], "breakGlass": {"trustedBy": ["botan"]}})

    (role,) = [e for e in access_entries_view(plan_of(raw)) if "break-glass" in str(e["principalArn"])]
    assert role["kubernetesGroups"] == ["eks-access:admins"]
    assert role["accessPolicies"] == [{"policy": "AmazonEKSClusterAdminPolicy", "scope": "cluster"}]
