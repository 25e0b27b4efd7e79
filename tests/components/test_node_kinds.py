"""What a kind of node asks of its cluster beyond a role and a mapping."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from eks_access import Platform

from ..mock_engine import Recorder
from ..plans import PEOPLE, small
from .conftest import Run

CLUSTER = "eks:index:Cluster"
PATCH = "kubernetes:core/v1:ConfigMapPatch"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
ENTRY = "aws:eks/accessEntry:AccessEntry"
WINDOWS = {"w": {"kind": "windows", "instanceTypes": ["m6i.large"]}}


def platform(run: Run, **parts: Any) -> Recorder:
    return run(lambda: Platform("p", {"access": small(**parts)}))


def attached(recorder: Recorder) -> set[str]:
    return {a["policyArn"].rpartition("/")[2] for a in recorder.inputs(ATTACHMENT).values()}


def test_windows_pods_get_addresses_from_the_cni_that_eks_installs(run: Run) -> None:
    recorder = platform(run, nodeGroups=WINDOWS)

    (patch,) = recorder.inputs(PATCH).values()
    assert patch["data"] == {"enable-windows-ipam": "true"}
    assert (patch["metadata"]["namespace"], patch["metadata"]["name"]) == ("kube-system", "amazon-vpc-cni")
    assert "AmazonEKSVPCResourceController" in attached(recorder)


def test_windows_pods_get_addresses_from_a_pinned_add_on(run: Run) -> None:
    recorder = platform(run, nodeGroups=WINDOWS, cluster={"addons": {"vpc-cni": "v1.20.4-eksbuild.1"}})

    assert not recorder.inputs(PATCH)
    (cluster,) = recorder.inputs(CLUSTER).values()
    assert cluster["vpcCniOptions"]["configurationValues"] == {"enableWindowsIpam": "true"}


def test_a_cluster_without_windows_is_not_given_more_rights(run: Run) -> None:
    recorder = platform(run)

    assert not recorder.inputs(PATCH)
    assert "AmazonEKSVPCResourceController" not in attached(recorder)


def test_auto_mode_gets_its_role_and_eks_makes_the_entry(run: Run) -> None:
    recorder = platform(run, nodeGroups={"n": {"kind": "auto"}})

    (cluster,) = recorder.inputs(CLUSTER).values()
    assert cluster["autoMode"]["enabled"] is True
    assert cluster["autoMode"]["createNodeRole"] is False
    assert cluster["autoMode"]["computeConfig"] == {
        "nodePools": ["general-purpose", "system"],
        "nodeRoleArn": "arn:aws:iam::111122223333:role/demo-node-auto",
    }
    assert not [e for e in recorder.inputs(ENTRY).values() if e["type"] == "EC2"]


def test_auto_mode_without_pools_of_eks_has_an_entry_that_stays(run: Run) -> None:
    recorder = platform(run, nodeGroups={"n": {"kind": "auto", "nodePools": []}})

    (cluster,) = recorder.inputs(CLUSTER).values()
    assert cluster["autoMode"]["computeConfig"] == {"nodePools": []}
    (name,) = [name for name, e in recorder.inputs(ENTRY).items() if e["type"] == "EC2"]
    assert recorder.options(ENTRY)[name].retainOnDelete
    policies = recorder.inputs("aws:eks/accessPolicyAssociation:AccessPolicyAssociation").values()
    assert "AmazonEKSAutoNodePolicy" in {p["policyArn"].rpartition("/")[2] for p in policies}


def test_hybrid_nodes_have_their_networks_declared_to_the_cluster(run: Run) -> None:
    recorder = platform(
        run,
        nodeGroups={"n": {"kind": "hybrid"}},
        cluster={"remoteNetworks": {"nodes": ["10.80.0.0/16"], "pods": ["10.81.0.0/16"]}},
    )

    props: dict[str, Any] = {"name": "demo"}
    for transform in recorder.transforms[CLUSTER, "p-cluster"]:
        type_, opts = "aws:eks/cluster:Cluster", pulumi.ResourceOptions()
        args = pulumi.ResourceTransformArgs(custom=True, type_=type_, name="c", props=props, opts=opts)
        result = transform(args)
        props = dict(result.props) if result else props
    assert props["remoteNetworkConfig"] == {
        "remoteNodeNetworks": {"cidrs": ["10.80.0.0/16"]},
        "remotePodNetworks": {"cidrs": ["10.81.0.0/16"]},
    }


@pytest.mark.parametrize(
    ("suffix", "warned"), [("0123456789abcdef", False), ("aaaaaaaaaaaaaaaa", True)], ids=["current", "rotated"]
)
def test_a_rotated_permission_set_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, suffix: str, warned: bool
) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda message, *_, **__: said.append(message))
    role = f"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Ops_{suffix}"
    monkeypatch.setattr(Recorder, "account_roles", (role,))

    platform(run, people=PEOPLE, admins={"people": ["aiko", "chie"]})

    assert bool(said) is warned
    if warned:
        assert "people.chie.ssoPermissionSet.suffix" in said[0]
        assert 'write `suffix: "aaaaaaaaaaaaaaaa"`' in said[0]


def test_what_is_taken_over_is_told_for_as_long_as_the_key_is_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda message, *_, **__: said.append(message))

    recorder = run(lambda: Platform("p", {"access": small(), "adopt": ["entry/person-aiko"]}))

    assert any("entry/person-aiko" in message for message in said)
    assert recorder.options(ENTRY)["p-cluster-access-person-aiko"].importId


def test_a_role_trusts_the_member_that_there_is_now(run: Run) -> None:
    aiko = "arn:aws:iam::111122223333:user/dev/aiko"
    access = small(admins={"people": ["botan"], "breakGlass": {"trustedBy": ["aiko"]}})

    def trust(id: str) -> str:
        recorder = run(lambda: Platform("p", {"access": access, "principal_ids": {aiko: id}}))
        return str(recorder.inputs("aws:iam/role:Role")["p-people-break-glass"]["assumeRolePolicy"])

    assert trust("AIDA1") == trust("AIDA1")
    assert trust("AIDA1") != trust("AIDA2")
    assert aiko in trust("AIDA2")
