"""Answers about nodes, and about who writes roles: from the declared node groups and the escalation check."""

from __future__ import annotations

from eks_access.diagnosis.model import Wall

from ...plans import plan_of, small
from .team import ROLE, TEAM, answer, applied, commands, evidence, forbidden
from .wordings import ROLES


def test_out_of_disk_space_is_a_silent_kubelet_and_the_declared_roles_are_named() -> None:
    finding = answer("0/2 nodes are available: 2 node(s) were not ready, 2 node(s) were out of disk space.")

    assert (finding.wall, finding.cause) == (Wall.NODES, "nodes-silent")
    assert "not about disks" in evidence(finding)
    assert f"declared for general: {ROLE}/demo-node-managed, as system:node:{{{{EC2PrivateDNSName}}}}" in evidence(
        finding
    )
    assert "system:bootstrappers, system:nodes" in evidence(finding)


def test_a_role_of_no_declared_nodes_gets_lines() -> None:
    finding = answer(f"Unable to register node with API server: Unauthorized arn {ROLE}/old/workers")

    assert [remedy.path for remedy in finding.remedies if remedy.lines] == ["nodeGroups", "keep"]
    declared = next(remedy for remedy in finding.remedies if remedy.path == "nodeGroups")
    assert {str(role.kind) for role in plan_of(applied(TEAM, declared)).node_roles} == {"managed", "self-managed"}
    keep = next(remedy for remedy in finding.remedies if remedy.path == "keep")
    assert f'rolearn: "{ROLE}/workers"' in keep.lines, "aws-auth wants it without its path"
    kept = plan_of(applied(TEAM, keep)).kept_roles
    assert kept[0].groups == ["system:bootstrappers", "system:nodes"]


def test_a_node_that_is_mapped_as_a_person_is_no_node() -> None:
    finding = answer(forbidden("aiko", verb="create", resource="nodes", namespace=""))

    assert (finding.wall, finding.cause) == (Wall.NODES, "not-a-node")
    assert "without a user name that starts with system:node:" in finding.said


def test_an_escalation_is_told_with_what_lacks_and_who_could() -> None:
    finding = answer(ROLES[0][0].replace("hanako", "fumio"))

    assert (finding.wall, finding.cause) == (Wall.ESCALATION, "escalation")
    assert '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}' in evidence(finding)
    assert "fumio writes" in finding.said
    assert "they may not give it either" in evidence(finding) or "what runs is not" in evidence(finding)


def test_without_node_groups_a_first_one_is_proposed() -> None:
    finding = answer("no nodes available to schedule pods", plan_of(small()))

    assert "no node group is declared" in evidence(finding)
    assert finding.remedies[0].lines == "  workers: {kind: self-managed}"


def test_a_second_group_of_workers_gets_a_name_of_its_own() -> None:
    plan = plan_of(small(nodeGroups={"workers": {"kind": "karpenter"}}))

    finding = answer(f"Unable to register node with API server: Unauthorized {ROLE}/old/workers", plan)

    assert finding.remedies[0].lines == "  workers-2: {kind: self-managed}"


def test_a_node_without_its_group_is_no_node() -> None:
    finding = answer(forbidden("system:node:ip-10-0-0-1", verb="create", resource="nodes", namespace=""))

    assert "without the group system:nodes" in finding.said


def test_a_node_reads_only_what_its_pods_use() -> None:
    text = forbidden("system:node:a", verb="get", resource="secrets")

    finding = answer(f"{text}: no relationship found between node 'a' and this object")

    assert finding.cause == "node-relationship"


def test_a_node_that_touches_another_came_in_by_a_wrong_name() -> None:
    finding = answer('nodes "b" is forbidden: node "a" is not allowed to modify node "b"')

    assert (finding.wall, finding.cause) == (Wall.ADMISSION, "node-restriction")
    assert "came in as node a and touched b" in finding.said


def test_a_pod_without_room_and_a_taint_of_ones_own_are_not_about_access() -> None:
    texts = ("Insufficient cpu", "node(s) had untolerated taint {gpu: }")
    room, taint = (answer(f"0/2 nodes are available: 2 {text}") for text in texts)

    assert "not about access" in room.said
    assert "only where the taint is" in taint.said


def test_an_escalation_that_the_declaration_allows_is_drift() -> None:
    assert "they may give it (escalate)" in evidence(answer(ROLES[0][0].replace("hanako", "aiko")))


def test_a_missing_role_is_somebody_elses_or_not_deployed_or_of_a_chart() -> None:
    text = 'RBAC: clusterrole.rbac.authorization.k8s.io "{}" not found'
    grants = [{"person": "chie", "role": "chart", "namespaces": ["east"]}]
    plan = plan_of({**TEAM, "externalRoles": ["chart"], "grants": grants})

    chart, ours, theirs = (answer(text.format(name), plan) for name in ("chart", "view", "x"))

    assert "install the chart" in chart.remedies[0].say
    assert commands(ours) == "pulumi up --refresh --stack dev"
    assert "somebody else's" in evidence(theirs)


def test_urls_in_a_namespace_become_a_cluster_role() -> None:
    assert "ClusterRoleBinding" in answer("namespaced rules cannot apply to non-resource URLs").remedies[0].say
