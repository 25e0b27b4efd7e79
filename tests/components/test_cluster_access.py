"""ClusterAccess: one entry per principal, its policies after it, and new when the principal is."""

from __future__ import annotations

from typing import Any

import pulumi
from eks_access import ClusterAccess

from ..plans import small
from .conftest import Run

ENTRY = "aws:eks/accessEntry:AccessEntry"
POLICY = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"

RAW: dict[str, Any] = small(
    nodeGroups={"n": {"kind": "managed", "instanceTypes": ["m7g.large"]}},
    namespaces={"east": {}},
    grants=[
        {"person": "chie", "accessPolicy": "AmazonEKSViewPolicy", "namespaces": ["east", "dev-*"]},
        {"person": "chie", "accessPolicy": "AmazonEKSAdminViewPolicy", "clusterWide": True},
    ],
)


def test_there_is_one_entry_per_principal(run: Run) -> None:
    recorder = run(lambda: ClusterAccess("access", {"access": RAW, "tags": {"a": "b"}}))

    entries = recorder.inputs(ENTRY)
    assert set(entries) == {"access-person-aiko", "access-person-botan", "access-person-chie", "access-node-managed"}
    assert {entry["clusterName"] for entry in entries.values()} == {"demo"}
    assert all(entry["tags"] == {"a": "b"} for entry in entries.values())


def test_a_nodes_entry_has_neither_name_nor_groups(run: Run) -> None:
    recorder = run(lambda: ClusterAccess("access", {"access": RAW}))

    node = recorder.inputs(ENTRY)["access-node-managed"]
    assert node["type"] == "EC2_LINUX"
    assert not {"userName", "kubernetesGroups"} & set(node)


def test_groups_are_said_even_when_there_are_none(run: Run) -> None:
    """The provider takes silence for "as it is": a removed admin would keep the admins' group."""
    recorder = run(lambda: ClusterAccess("access", {"access": RAW}))

    assert recorder.inputs(ENTRY)["access-person-chie"]["kubernetesGroups"] == []


def test_a_policy_holds_where_it_was_granted(run: Run) -> None:
    recorder = run(lambda: ClusterAccess("access", {"access": RAW}))

    scopes = {p["policyArn"].rpartition("/")[2]: p["accessScope"] for p in recorder.inputs(POLICY).values()}
    assert scopes == {
        "AmazonEKSViewPolicy": {"type": "namespace", "namespaces": ["dev-*", "east"]},
        "AmazonEKSAdminViewPolicy": {"type": "cluster"},
    }


def test_a_policy_waits_for_its_entry(run: Run) -> None:
    recorder = run(lambda: ClusterAccess("access", {"access": RAW}))

    for request in recorder.options(POLICY).values():
        assert any(urn.endswith("access-person-chie") for urn in request.dependencies)


def test_an_entry_is_replaced_when_its_principal_was_made_anew(run: Run) -> None:
    arn = "arn:aws:iam::111122223333:user/dev/aiko"

    recorder = run(
        lambda: ClusterAccess("access", {"access": RAW, "principal_ids": {arn: pulumi.Output.from_input("AIDA1")}})
    )

    requests = recorder.options(ENTRY)
    assert requests["access-person-aiko"].replacement_trigger.string_value == "AIDA1"
    assert not requests["access-person-botan"].replacement_trigger.string_value
    assert all(request.deleteBeforeReplace for request in requests.values())


def test_a_policy_comes_anew_with_its_entry(run: Run, phase: str) -> None:
    chie = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Ops_0123456789abcdef"

    recorder = run(lambda: ClusterAccess("access", {"access": RAW, "principal_ids": {chie: "AIDA1"}}))

    for request in (*recorder.options(ENTRY).values(), *recorder.options(POLICY).values()):
        of_chie = "chie" in request.name
        assert (request.replacement_trigger.string_value == "AIDA1") is of_chie


def test_in_mode_config_map_it_makes_nothing(run: Run) -> None:
    raw = small(cluster={"authenticationMode": "CONFIG_MAP"})

    recorder = run(lambda: ClusterAccess("access", {"access": raw}))

    assert not recorder.inputs(ENTRY)
    (outputs,) = recorder.outputs.values()
    assert outputs["principalArns"] == []
