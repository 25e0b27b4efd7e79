"""What a cluster does by itself: the creator's right, node roles, modes, and what the authenticator is told."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import yaml

from sandbox.aws_auth import with_role
from sandbox.eks.access_policies import PRINCIPAL_ID, decide
from sandbox.eks.clusters import OWN_POLICIES, Cluster
from sandbox.eks.compute import FARGATE_PROFILES, NODE_GROUPS, Kind
from sandbox.eks.consistency import Delays
from sandbox.eks.errors import EksError
from sandbox.eks.mappings import render
from sandbox.eks.principals import Principal, foreign

CREATOR = Principal("arn:aws:iam::111122223333:role/ci/pulumi", "AROACREATOR", "role")
NODES = Principal("arn:aws:iam::111122223333:role/nodes/general", "AROANODES", "role")
HANAKO = Principal("arn:aws:iam::111122223333:user/developers/hanako", "AIDAHANAKO", "user")


class RecordingRuntime:
    """Keeps what a real one would write to the authenticator's files."""

    status, failure = "ACTIVE", ""
    endpoint, certificate_authority_data = "https://127.0.0.1:1", "Q0E="

    def __init__(self) -> None:
        self.mode = ""
        self.lines: list[dict[str, Any]] = []
        self.roles: list[dict[str, Any]] = []
        self.users: list[dict[str, Any]] = []
        self.told = threading.Event()

    def start(self, mode: str, *, addons: bool) -> None:
        self.mode = mode

    def stop(self) -> None:
        self.status = "DELETING"

    def set_mode(self, mode: str) -> None:
        self.mode = mode

    def add_to_config_map(self, line: dict[str, Any]) -> None:
        self.lines.append(line)

    def publish(self, roles: list[dict[str, Any]], users: list[dict[str, Any]]) -> None:
        self.roles, self.users = roles, users
        if self.mode:
            self.told.set()


def make(mode: str, *, bootstrap: bool = True) -> tuple[Cluster, RecordingRuntime]:
    return make_with(Delays(), mode, bootstrap=bootstrap)


def make_with(delays: Delays, mode: str = "API", *, bootstrap: bool = False) -> tuple[Cluster, RecordingRuntime]:
    access = {"authenticationMode": mode, "bootstrapClusterCreatorAdminPermissions": bootstrap}
    cluster = Cluster(
        {"name": "dev", "accessConfig": access},
        arn="arn:aws:eks:eu-west-1:111122223333:cluster/dev",
        network={},
        issuer="https://oidc.example/id/dev",
        creator=CREATOR,
        delays=delays,
    )
    runtime = RecordingRuntime()
    cluster.attach(runtime)
    return cluster, runtime


def test_in_config_map_mode_the_creator_is_a_hidden_admin() -> None:
    cluster, runtime = make("CONFIG_MAP")
    assert cluster.entries.names() == []
    assert runtime.roles == [
        {
            "rolearn": CREATOR.arn,
            "userid": CREATOR.id,
            "username": "kubernetes-admin",
            "groups": ["system:masters"],
        }
    ]


@pytest.mark.parametrize("mode", ["API", "API_AND_CONFIG_MAP"])
def test_in_the_entry_modes_the_creator_is_a_visible_entry(mode: str) -> None:
    cluster, runtime = make(mode)
    assert cluster.entries.names() == [CREATOR.arn]
    assert [association.policy for association in cluster.entries.associations()] == ["AmazonEKSClusterAdminPolicy"]
    assert runtime.roles[0]["groups"] == []
    assert runtime.roles[0]["username"] == "arn:aws:sts::111122223333:assumed-role/pulumi/{{SessionName}}"


def test_a_creator_without_bootstrap_has_nothing() -> None:
    cluster, runtime = make("API", bootstrap=False)
    assert (cluster.entries.names(), runtime.roles) == ([], [])


def test_eks_admits_the_roles_of_node_groups_and_fargate_profiles() -> None:
    cluster, runtime = make("API_AND_CONFIG_MAP")
    cluster.add_child(NODE_GROUPS, {"nodegroupName": "w", "nodeRole": NODES.arn, "amiType": "WINDOWS_CORE"}, NODES)
    assert cluster.entries.get(NODES.arn).type == "EC2_WINDOWS"
    assert runtime.roles[-1]["groups"] == ["eks:kube-proxy-windows", "system:nodes"]


def test_an_entry_that_is_there_is_left_alone() -> None:
    cluster, _ = make("API")
    cluster.entries.add(NODES, "EC2_LINUX", tags={"made": "by hand"})
    body = {"fargateProfileName": "f", "podExecutionRoleArn": NODES.arn}
    cluster.add_child(FARGATE_PROFILES, body, NODES)
    assert (cluster.entries.get(NODES.arn).type, cluster.entries.get(NODES.arn).tags) == (
        "EC2_LINUX",
        {"made": "by hand"},
    )


def test_an_entry_that_was_taken_away_comes_back_with_its_own_role_only() -> None:
    cluster, _ = make("API")
    cluster.add_child(NODE_GROUPS, {"nodegroupName": "n", "nodeRole": NODES.arn}, NODES)
    cluster.entries.remove(NODES.arn)
    other = Principal("arn:aws:iam::111122223333:role/nodes/other", "AROAOTHER", "role")
    cluster.add_child(NODE_GROUPS, {"nodegroupName": "o", "nodeRole": other.arn}, other)
    assert cluster.entries.names() == [CREATOR.arn, other.arn]


@pytest.mark.parametrize("kind", [NODE_GROUPS, FARGATE_PROFILES])
def test_what_eks_wrote_stays_when_its_occasion_is_gone(kind: Kind) -> None:
    body = {kind.name_key: "n", kind.role_key: NODES.arn}
    cluster, runtime = make("CONFIG_MAP")
    cluster.add_child(kind, body, NODES)
    cluster.children[kind.collection].remove("n")
    assert len(runtime.lines) == 1

    cluster, _ = make("API")
    cluster.add_child(kind, body, NODES)
    cluster.children[kind.collection].remove("n")
    assert cluster.entries.has(NODES.arn)


def test_windows_under_a_custom_image_gets_the_wrong_type_as_on_eks() -> None:
    cluster, _ = make("API")
    cluster.add_child(NODE_GROUPS, {"nodegroupName": "w", "nodeRole": NODES.arn, "amiType": "CUSTOM"}, NODES)
    assert cluster.entries.get(NODES.arn).type == "EC2_LINUX"


def test_auto_mode_lets_in_its_nodes_and_the_clusters_own_role() -> None:
    cluster, runtime = make("API", bootstrap=False)
    service = Principal("arn:aws:iam::111122223333:role/dev-service", "AROASERVICE", "role")
    cluster.admit_auto_mode(NODES, service)
    assert {entry.type: sorted(a.policy for a in entry.policies.values()) for entry in cluster.entries} == {
        "STANDARD": sorted(OWN_POLICIES),
        "EC2": ["AmazonEKSAutoNodePolicy"],
    }
    assert {"system:node:{{SessionName}}"} < {role["username"] for role in runtime.roles}


def test_auto_mode_leaves_an_entry_that_is_there_alone() -> None:
    cluster, _ = make("API")
    cluster.entries.add(NODES, "EC2", tags={"made": "by hand"})
    cluster.admit_auto_mode(NODES, None)
    assert (cluster.entries.get(NODES.arn).tags, cluster.entries.get(NODES.arn).policies) == ({"made": "by hand"}, {})


def test_a_protected_cluster_is_not_deleted_until_it_is_unprotected() -> None:
    cluster, _ = make("API")
    cluster.update_config({"deletionProtection": True})
    with pytest.raises(EksError, match="deletion protection") as refusal:
        cluster.check_deletable()
    assert refusal.value.code == "InvalidRequestException"
    cluster.update_config({"deletionProtection": False})
    cluster.check_deletable()


def test_somebody_of_another_account_has_an_entry_but_no_way_in() -> None:
    cluster, runtime = make("API", bootstrap=False)
    cluster.entries.add(foreign("arn:aws:iam::444455556666:role/auditor"))
    cluster.publish()
    assert cluster.entries.names() == ["arn:aws:iam::444455556666:role/auditor"]
    assert (runtime.roles, runtime.users) == ([], [])


def test_the_step_from_config_map_migrates_what_is_ekss_own() -> None:
    cluster, runtime = make("CONFIG_MAP")
    cluster.add_child(NODE_GROUPS, {"nodegroupName": "n", "nodeRole": NODES.arn}, NODES)
    assert cluster.entries.names() == []
    cluster.update_config({"accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"}})
    assert cluster.entries.names() == [CREATOR.arn, NODES.arn]
    assert runtime.mode == "API_AND_CONFIG_MAP"


def test_in_config_map_mode_eks_writes_the_node_roles_line_without_its_path() -> None:
    cluster, runtime = make("CONFIG_MAP")
    cluster.add_child(NODE_GROUPS, {"nodegroupName": "n", "nodeRole": NODES.arn}, NODES)
    assert runtime.lines == [
        {
            "groups": ["system:bootstrappers", "system:nodes"],
            "rolearn": "arn:aws:iam::111122223333:role/general",
            "username": "system:node:{{EC2PrivateDNSName}}",
        }
    ]


def test_a_line_is_added_behind_those_of_others_and_only_once() -> None:
    line = {"rolearn": "arn:aws:iam::111122223333:role/general", "groups": ["system:nodes"]}
    first = with_role("- rolearn: arn:aws:iam::111122223333:role/other\n", line)
    assert first is not None
    assert [each["rolearn"].rpartition("/")[2] for each in yaml.safe_load(first)] == ["other", "general"]
    assert with_role(first, line) is None


def test_a_second_entry_for_one_principal_is_refused() -> None:
    cluster, _ = make("API")
    with pytest.raises(EksError, match="already in use on this cluster") as refusal:
        cluster.entries.add(CREATOR)
    assert refusal.value.status == 409


def test_endpoint_and_authority_show_only_once_they_exist() -> None:
    cluster, runtime = make("API")
    assert cluster.describe()["endpoint"] == "https://127.0.0.1:1"
    runtime.status = "CREATING"
    assert "endpoint" not in cluster.describe()


def test_the_dynamic_file_goes_by_unique_id_and_leaves_the_root_user_out() -> None:
    cluster, _ = make("API", bootstrap=False)
    cluster.entries.add(HANAKO, groups=["team:payments"])
    cluster.entries.add(Principal("arn:aws:iam::111122223333:root", "111122223333", "root"))
    assert render(cluster.entries) == (
        [],
        [{"userarn": HANAKO.arn, "userid": HANAKO.id, "username": HANAKO.arn, "groups": ["team:payments"]}],
    )


def review(verb: str, namespace: str = "", principal: str = HANAKO.id) -> dict[str, Any]:
    return {
        "extra": {PRINCIPAL_ID: [principal]},
        "resourceAttributes": {"verb": verb, "resource": "pods", "namespace": namespace},
    }


def test_a_policy_counts_for_its_principal_within_its_scope_only() -> None:
    cluster, _ = make("API", bootstrap=False)
    cluster.entries.add(HANAKO)
    policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminViewPolicy"
    cluster.entries.associate(HANAKO.arn, policy, "namespace", ["dev-*"])
    associations = cluster.entries.associations()
    asked = [
        review("list", "dev-a"),
        review("list", "prod"),
        review("list"),
        review("delete", "dev-a"),
        review("list", "dev-a", principal="AIDASOMEBODYELSE"),
    ]
    assert [decide(spec, associations)["allowed"] for spec in asked] == [True, False, False, False, False]
