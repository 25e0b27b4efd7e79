"""What becomes of each line of aws-auth, and why."""

from __future__ import annotations

import pytest
from eks_access.migration.model import Fate
from eks_access.plan.model import EntryType

from .messy import (
    ACCOUNT,
    BY_INSTANCE,
    BY_SESSION,
    NODES,
    A,
    binding,
    cluster,
    fargate,
    fate_of,
    fates,
    iam,
    node_group,
    planned,
    role,
    user,
)


def test_the_last_of_two_lines_for_a_role_counts_and_the_first_gives_nothing() -> None:
    lines = [role("dev", "first", ["system:masters"]), role("DEV", "last", ["viewers"])]

    migration = planned(cluster(lines), iam("teams/dev"))

    assert fates(migration) == [Fate.SHADOWED, Fate.ENTRY]
    entry = fate_of(migration, "mapRoles[1]").entry
    assert entry
    assert (entry.principal_arn, entry.username, entry.groups) == (f"{A}:role/teams/dev", "last", ("viewers",))
    assert migration.clean


def test_a_line_with_a_path_never_matched_and_gets_no_entry() -> None:
    migration = planned(cluster([role("teams/dev", groups=["system:masters"])]), iam("teams/dev"))

    assert fates(migration) == [Fate.DEAD]
    assert migration.clean
    assert not [action for step in migration.steps[:-1] for action in step.actions[1:]]


def test_system_masters_becomes_the_policy_and_a_bound_group_and_other_groups_stay() -> None:
    migration = planned(cluster([role("ops", "ops", ["system:masters", "auditors"])]), iam("ops"))

    entry = fate_of(migration, "mapRoles[0]").entry
    assert entry
    assert entry.groups == ("eks-access:admins", "auditors")
    assert [scope.arn for scope in entry.policies] == [
        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    ]
    assert any("system:masters" in said for step in migration.steps for said in step.differences)
    assert migration.clean


def test_another_group_of_kubernetes_becomes_one_of_ours_with_its_bindings() -> None:
    bindings = [binding("see-metrics", "system:monitoring", namespace="east")]
    migration = planned(cluster([role("prom", "prom", ["system:monitoring"])], bindings=bindings), iam("prom"))

    fate = fate_of(migration, "mapRoles[0]")
    assert fate.entry
    assert not [group for group in fate.entry.groups if group.startswith("system:")]
    bound = {(each.namespace, each.role_name) for each in fate.bindings}
    assert {("east", "view"), (None, "system:monitoring")} <= bound
    assert migration.clean


@pytest.mark.parametrize(
    ("username", "why"),
    [
        ("x:{{SessionNameRaw}}", "SessionNameRaw"),
        ("{{SessionName}}", "colon"),
        ("john{{SessionName}}", "colon"),
        ("{{AccessKeyID}}", "AccessKeyID"),
        ("system:kube-scheduler", "keeps for itself"),
        ("eks:me", "keeps for itself"),
        (BY_INSTANCE, "EC2PrivateDNSName"),
    ],
)
def test_a_user_name_that_entries_refuse_is_in_the_way_of_api_only(username: str, why: str) -> None:
    migration = planned(cluster([role("dev", username)]), iam("dev"))

    (obstacle,) = migration.obstacles
    assert obstacle.mode == "API"
    assert why in obstacle.why
    assert obstacle.affected
    assert [migration.is_blocked(step) for step in migration.steps] == [False, True]


def test_templates_that_have_one_value_are_filled_in() -> None:
    roles, users = [role("dev", "{{AccountID}}:{{SessionName}}")], [user("taro", "taro{{SessionNameRaw}}")]

    migration = planned(cluster(roles, users), iam("dev", users=["taro"]))

    assert [line.entry.username for line in migration.lines if line.entry] == [f"{ACCOUNT}:{{{{SessionName}}}}", "taro"]
    assert migration.clean


def test_a_group_that_is_a_template_is_in_the_way() -> None:
    migration = planned(cluster([role("dev", "dev", ["{{SessionName}}"])]), iam("dev"))

    assert fates(migration) == [Fate.STUCK]


def test_two_spellings_of_one_user_are_chance_and_for_a_human() -> None:
    users = [user("taro", "a", ["system:masters"]), user("Taro", "b")]

    migration = planned(cluster(users=users), iam(users=["taro"]))

    assert fates(migration) == [Fate.STUCK, Fate.STUCK]
    assert all("chance" in each.why for each in migration.obstacles)


def test_a_user_is_looked_for_among_roles_first() -> None:
    roles = [{"rolearn": f"{A}:user/taro", "username": "role-line", "groups": []}]

    migration = planned(cluster(roles, [user("taro", "user-line")]), iam(users=["taro"]))

    assert fates(migration) == [Fate.ENTRY, Fate.SHADOWED]
    assert migration.clean


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/me",
        f"{A}:instance-profile/dev",
        f"{A}:group/devs",
        f"{A}:role/*",
        f"arn:aws-cn:iam::{ACCOUNT}:role/dev",
        "arn:dev",
        f"{A}:role/gone",
    ],
)
def test_what_never_matched_anybody_is_said_and_in_nobody_s_way(arn: str) -> None:
    migration = planned(cluster([role(arn, groups=["system:masters"])]), iam("dev"))

    assert fates(migration) == [Fate.DEAD]
    assert fate_of(migration, "mapRoles[0]").why
    assert migration.clean


@pytest.mark.parametrize(
    "arn",
    [
        f"{A}:root",
        f"arn:aws:sts::{ACCOUNT}:federated-user/bob",
        f"{A}:role/AWSServiceRoleForAmazonEMRContainers",
    ],
)
def test_who_can_have_no_entry_is_in_the_way(arn: str) -> None:
    migration = planned(
        cluster([role(arn)]), iam("aws-service-role/emr-containers.amazonaws.com/AWSServiceRoleForAmazonEMRContainers")
    )

    assert fates(migration) == [Fate.STUCK]
    assert not migration.clean


def test_the_path_of_a_foreign_role_is_asked_for_and_taken_from_whoever_knows_it() -> None:
    foreign = "arn:aws:iam::444455556666:role"
    documents = cluster([role(f"{foreign}/partner")])

    asked = planned(documents, iam("dev"))
    known = planned(documents, iam("dev"), [{"Role": {"Arn": f"{foreign}/teams/partner"}}])

    assert "--role" in asked.obstacles[0].fix
    assert known.clean
    entry = fate_of(known, "mapRoles[0]").entry
    assert entry
    assert entry.principal_arn == f"{foreign}/teams/partner"


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov"])
def test_other_partitions_keep_their_own(partition: str) -> None:
    base = f"arn:{partition}:iam::{ACCOUNT}"
    documents = cluster(
        [role(f"{base}:role/ops", "ops", ["system:masters"])],
        arn=f"arn:{partition}:eks:cn-north-1:{ACCOUNT}:cluster/old",
    )

    migration = planned(documents, iam("ops", base=base))

    assert migration.clean
    entry = fate_of(migration, "mapRoles[0]").entry
    assert entry
    assert {entry.principal_arn.split(":")[1], entry.policies[0].arn.split(":")[1]} == {partition}


@pytest.mark.parametrize(
    ("username", "groups", "trust", "type_"),
    [
        (BY_INSTANCE, NODES, None, EntryType.EC2_LINUX),
        (BY_INSTANCE, [*NODES, "eks:kube-proxy-windows"], None, EntryType.EC2_WINDOWS),
        (BY_SESSION, [*NODES, "system:node-proxier"], None, EntryType.FARGATE_LINUX),
        (BY_SESSION, NODES, "eks-fargate-pods.amazonaws.com", EntryType.FARGATE_LINUX),
        (BY_SESSION, NODES, "ssm.amazonaws.com", EntryType.HYBRID_LINUX),
    ],
)
def test_nodes_that_others_start_get_the_entry_of_their_kind(
    username: str, groups: list[str], trust: str | None, type_: EntryType
) -> None:
    trusts = {"own": trust} if trust else {}

    migration = planned(cluster([role("own", username, groups)]), iam("own", trusts=trusts))

    entry = fate_of(migration, "mapRoles[0]").entry
    assert entry
    assert (entry.type, entry.username, entry.groups) == (type_, None, ())
    assert migration.clean


def test_nodes_by_session_of_which_nobody_knows_the_kind_are_in_the_way() -> None:
    migration = planned(cluster([role("own", BY_SESSION, NODES)]), iam("own"))

    assert fates(migration) == [Fate.STUCK]


def test_entries_of_eks_s_own_nodes_are_left_to_eks() -> None:
    lines = [
        role("linux", BY_INSTANCE, NODES),
        role("windows", BY_INSTANCE, [*NODES, "eks:kube-proxy-windows"]),
        role("pods", BY_SESSION, [*NODES, "system:node-proxier"]),
    ]
    eks = [node_group("linux"), node_group("windows", "WINDOWS_CORE_2022_x86_64"), fargate("pods")]

    migration = planned(cluster(lines), iam("linux", "windows", "pods"), eks)

    assert fates(migration) == [Fate.BY_EKS] * 3
    first, last = migration.steps
    assert [entry.type for entry in first.made_by_eks] == ["EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX"]
    assert len(first.actions) == len(last.actions) == 1
    assert any("system:node-proxier" in said for said in first.differences)
    assert migration.clean


@pytest.mark.parametrize("extra", ["system:masters", "devs"])
def test_more_groups_on_eks_s_own_nodes_would_be_lost_at_the_first_step(extra: str) -> None:
    migration = planned(cluster([role("linux", BY_INSTANCE, [*NODES, extra])]), iam("linux"), [node_group("linux")])

    (obstacle,) = migration.obstacles
    assert obstacle.mode == "API_AND_CONFIG_MAP"
    assert extra in obstacle.why
    assert all(migration.is_blocked(step) for step in migration.steps)


def test_windows_nodes_for_which_eks_makes_a_linux_entry_are_in_the_way() -> None:
    lines = [role("win", BY_INSTANCE, [*NODES, "eks:kube-proxy-windows"])]

    migration = planned(cluster(lines), iam("win"), [node_group("win", "CUSTOM")])

    (obstacle,) = migration.obstacles
    assert "eks:kube-proxy-windows" in obstacle.why
    assert migration.is_blocked(migration.steps[0])


def test_a_node_group_without_a_line_would_be_let_in_by_eks() -> None:
    migration = planned(cluster([]), iam("linux"), [node_group("linux")])

    (obstacle,) = migration.obstacles
    assert (obstacle.mode, obstacle.what) == ("API_AND_CONFIG_MAP", f"{A}:role/linux")


def test_nodes_of_another_account_are_in_the_way() -> None:
    foreign = "arn:aws:iam::444455556666:role/own"

    migration = planned(cluster([role(foreign, BY_INSTANCE, NODES)]), [{"Role": {"Arn": foreign}}])

    assert fates(migration) == [Fate.STUCK]


def test_what_has_an_entry_already_is_left_alone() -> None:
    entry = {
        "accessEntry": {"clusterName": "old", "principalArn": f"{A}:role/dev", "username": "dev", "type": "STANDARD"}
    }
    documents = cluster([role("dev", groups=["system:masters"])], mode="API_AND_CONFIG_MAP", entries=[entry])

    migration = planned(documents, iam("dev"))

    assert fates(migration) == [Fate.OVERRIDDEN]
    assert [step.mode for step in migration.steps] == ["API"]
    assert migration.clean
