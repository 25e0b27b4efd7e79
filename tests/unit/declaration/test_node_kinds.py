"""Every kind of node in every authentication mode: who it is there, and what is refused of it."""

from __future__ import annotations

from typing import Any

import pytest
from eks_access import Refused, compile_plan
from eks_access.authn.access_entries import access_entries
from eks_access.authn.aws_auth import map_roles
from eks_access.checks import find_problems
from eks_access.declaration import from_dict
from eks_access.declaration.cluster_models import AuthenticationMode, NodeKind

from ...plans import TODAY, every_kind, small

BOTH = AuthenticationMode.API_AND_CONFIG_MAP
DNS, SESSION = "system:node:{{EC2PrivateDNSName}}", "system:node:{{SessionName}}"
BOOT, NODES = "system:bootstrappers", "system:nodes"
LINES = {
    "managed": (DNS, {BOOT, NODES}),
    "self-managed": (DNS, {BOOT, NODES}),
    "karpenter": (DNS, {BOOT, NODES}),
    "windows": (DNS, {BOOT, NODES, "eks:kube-proxy-windows"}),
    "fargate": (SESSION, {BOOT, NODES, "system:node-proxier"}),
    "hybrid": (SESSION, {BOOT, NODES}),
}
"""Lines of aws-auth as the user guide gives them; Auto Mode and HyperPod have none."""
TYPES = {
    "managed": "EC2_LINUX",
    "self-managed": "EC2_LINUX",
    "karpenter": "EC2_LINUX",
    "windows": "EC2_WINDOWS",
    "fargate": "FARGATE_LINUX",
    "auto": "EC2",
    "hybrid": "HYBRID_LINUX",
    "hyperpod": "HYPERPOD_LINUX",
}


def refused(**parts: Any) -> str:
    with pytest.raises(Refused) as caught:
        from_dict(small(**parts))
    return str(caught.value)


@pytest.mark.parametrize("mode", AuthenticationMode)
def test_every_kind_can_join_in_every_mode_that_has_it(mode: AuthenticationMode) -> None:
    plan = compile_plan(every_kind(mode), today=TODAY)

    assert find_problems(plan) == []
    lines = {m.arn.partition("-node-")[2]: (m.username, set(m.groups)) for m in map_roles(plan) if "-node-" in m.arn}
    entries = {e.principal_arn.partition("-node-")[2]: e for e in access_entries(plan) if "-node-" in e.principal_arn}
    kinds = {str(group.kind) for group in plan.node_groups}
    assert lines == ({kind: line for kind, line in LINES.items() if kind in kinds} if mode.uses_aws_auth else {})
    assert {kind: str(e.type) for kind, e in entries.items()} == (TYPES if mode.uses_entries else {})


def test_the_entry_of_a_node_says_nothing_that_eks_refuses() -> None:
    nodes = [e for e in access_entries(compile_plan(every_kind(BOTH), today=TODAY)) if str(e.type) != "STANDARD"]

    assert all(e.username is None and e.groups == () for e in nodes)
    assert {str(e.type): [p.policy for p in e.policies] for e in nodes if e.policies} == {
        "EC2": ["AmazonEKSAutoNodePolicy"]
    }


@pytest.mark.parametrize("kind", [kind for kind in NodeKind if kind.needs_entries])
def test_nodes_that_enter_by_entries_are_refused_without_them(kind: NodeKind) -> None:
    cluster = {"authenticationMode": "CONFIG_MAP", "remoteNetworks": {"nodes": ["10.80.0.0/16"]}}
    text = refused(cluster=cluster, nodeGroups={"n": {"kind": str(kind)}})

    assert "nodeGroups.n.kind" in text
    assert "access entries" in text


@pytest.mark.parametrize(("pools", "by_eks"), [(None, True), (["system"], True), ([], False)])
def test_eks_makes_the_entry_of_auto_mode_where_it_has_pools_of_its_own(pools: list[str] | None, by_eks: bool) -> None:
    group = {"kind": "auto"} if pools is None else {"kind": "auto", "nodePools": pools}
    plan = compile_plan(from_dict(small(nodeGroups={"n": group})), today=TODAY)

    (entry,) = [e for e in access_entries(plan) if str(e.type) == "EC2"]
    assert entry.made_by_eks is by_eks
    assert any("EKS makes the EC2 entry" in notice for notice in plan.notices) is by_eks
    assert find_problems(plan) == []


@pytest.mark.parametrize(
    ("groups", "where", "says"),
    [
        ({"n": {"kind": "karpenter", "min": 2}}, "nodeGroups.n.min", "Karpenter decides"),
        ({"n": {"kind": "self-managed", "instanceTypes": ["m7g.large"]}}, "nodeGroups.n.instanceTypes", "yourself"),
        ({"n": {"kind": "hyperpod", "namespaces": ["default"]}}, "nodeGroups.n.namespaces", "for Fargate"),
        ({"n": {"kind": "karpenter", "nodePools": ["system"]}}, "nodeGroups.n.nodePools", "for Auto Mode"),
        ({"n": {"kind": "auto", "nodePools": ["gpu"]}}, "nodeGroups.n.nodePools[0]", "general-purpose and system"),
        ({"a": {"kind": "auto"}, "b": {"kind": "auto"}}, "nodeGroups.b", "Auto Mode once"),
        ({"n": {"kind": "hybrid"}}, "cluster.remoteNetworks", "networks of its hybrid nodes"),
        ({"a": {"kind": "auto"}, "k": {"kind": "karpenter"}}, "cluster.addons", "pin vpc-cni, coredns, kube-proxy"),
        ({"a": {"kind": "auto"}, "f": {"kind": "fargate", "namespaces": ["default"]}}, "cluster.addons", "pin coredns"),
        (
            {"n": {"kind": "managed", "instanceTypes": ["m7g.large", "m6i.large"]}},
            "nodeGroups.n.instanceTypes",
            "arm64",
        ),
        ({"n": {"kind": "managed", "instanceTypes": ["g5.xlarge"]}}, "nodeGroups.n.amiType", "NVIDIA"),
        (
            {"n": {"kind": "managed", "instanceTypes": ["m7g.large"], "amiType": "AL2023_x86_64_STANDARD"}},
            "nodeGroups.n.amiType",
            "another architecture",
        ),
        (
            {"n": {"kind": "managed", "instanceTypes": ["m6i.large"], "amiType": "CUSTOM"}},
            "nodeGroups.n.amiType",
            "launch template",
        ),
        ({"n": {"kind": "fargate", "namespaces": [f"n{i}" for i in range(6)]}}, "nodeGroups.n.namespaces", "five"),
        ({"eks-n": {"kind": "fargate", "namespaces": ["default"]}}, "nodeGroups.eks-n", "EKS's own"),
    ],
)
def test_what_a_kind_has_no_use_for_or_lacks_is_refused(groups: dict[str, Any], where: str, says: str) -> None:
    text = refused(nodeGroups=groups)

    assert f"{where}: " in text
    assert says in text


def test_hybrid_nodes_get_their_credentials_one_way() -> None:
    anchor = "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/a1"
    text = refused(
        cluster={"remoteNetworks": {"nodes": ["10.80.0.0/16"]}},
        nodeGroups={"a": {"kind": "hybrid", "trustAnchor": anchor}, "b": {"kind": "hybrid"}},
    )

    assert "nodeGroups.b" in text


def test_remote_networks_are_refused_where_eks_would() -> None:
    networks = {"authenticationMode": "CONFIG_MAP", "remoteNetworks": {"nodes": ["10.80.0.0/16"]}}

    assert "cluster.remoteNetworks: " in refused(cluster=networks)


@pytest.mark.parametrize(
    ("networks", "where"),
    [
        ({"nodes": ["10.80.0.1/16"]}, "cluster.remoteNetworks.nodes[0]"),
        ({"nodes": ["10.80.0.0/16"], "pods": ["10.80.4.0/24"]}, "cluster.remoteNetworks.pods[0]"),
        ({"nodes": ["10.80.0.0/16", "10.0.0.0/8"]}, "cluster.remoteNetworks.nodes[1]"),
        ({"nodes": ["8.8.8.0/24"]}, "cluster.remoteNetworks.nodes[0]"),
    ],
)
def test_remote_networks_are_blocks_that_do_not_overlap(networks: dict[str, Any], where: str) -> None:
    assert f"{where}: " in refused(cluster={"remoteNetworks": networks})
