"""Lines as they are found in the wild: groups that give nothing, a role that changed hands, sections misspelt."""

from __future__ import annotations

import pytest
from eks_access.migration.model import Fate

from .messy import (
    BY_INSTANCE,
    BY_SESSION,
    NODES,
    A,
    binding,
    cluster,
    fate_of,
    fates,
    iam,
    node_group,
    planned,
    role,
    user,
)


def test_what_is_bound_to_a_group_of_kubernetes_must_be_known() -> None:
    """Without the cluster's bindings nobody knows what the group gives, and entries can't carry it."""
    lines = [role("mon", "mon", ["system:monitoring"])]

    unknown = planned(cluster(lines), iam("mon"))
    known = planned(cluster(lines, bindings=[binding("any", "devs")]), iam("mon"))

    (obstacle,) = unknown.obstacles
    assert "kubectl get rolebindings" in obstacle.fix
    assert known.clean


@pytest.mark.parametrize("group", ["system:bootstrappers", "system:tests", ""])
def test_a_group_that_nothing_binds_is_in_nobody_s_way(group: str) -> None:
    lines = [role("ops", "ops", [group, "system:masters"])]

    migration = planned(cluster(lines, bindings=[binding("any", "devs")]), iam("ops"))

    assert migration.clean
    assert fate_of(migration, "mapRoles[0]").entry is not None


def test_a_person_whose_role_was_a_node_s_in_an_earlier_line_is_a_person() -> None:
    lines = [role("old", BY_INSTANCE, NODES), role("old", "tester", ["devs"])]

    migration = planned(cluster(lines), iam("old"))

    assert [way.principal_arn for way in migration.steps[0].before.ways] == [f"{A}:role/old"]
    assert migration.steps[0].before.node_roles == {}


def test_a_line_that_lets_nobody_in_still_hides_the_one_above_it() -> None:
    """A user is no instance, so the last line refuses the login; the first does not come back by the migration."""
    users = [user("taro", "taro"), user("taro", BY_INSTANCE, NODES)]

    migration = planned(cluster(users=users), iam(users=["taro"]))

    assert fates(migration) == [Fate.SHADOWED, Fate.DEAD]
    assert migration.clean


def test_identity_center_s_role_is_never_without_its_path() -> None:
    name = "AWSReservedSSO_Ops_0123456789abcdef"
    path = "aws-reserved/sso.amazonaws.com/eu-west-1"

    unknown = planned(cluster([role(name)]), iam(name))
    known = planned(cluster([role(name)]), iam(f"{path}/{name}"))

    assert "list-roles" in unknown.obstacles[0].fix
    assert "--role" not in unknown.obstacles[0].fix
    assert fate_of(known, "mapRoles[0]").fate is Fate.ENTRY


def test_a_section_by_another_name_is_told() -> None:
    documents = cluster([role("dev")])
    data = documents[1]["data"]
    data["maproles"] = data.pop("mapRoles")

    (obstacle,) = planned(documents, iam("dev")).obstacles

    assert obstacle.what == "aws-auth maproles"
    assert "mapRoles" in obstacle.why


@pytest.mark.parametrize("mode", ["CONFIG_MAP", "API_AND_CONFIG_MAP"])
def test_windows_nodes_whose_line_lacks_their_group_are_told(mode: str) -> None:
    """Their entry has it, so they would gain what the line never gave."""
    documents = cluster([role("win", BY_INSTANCE, NODES)], mode=mode)

    migration = planned(documents, iam("win"), [node_group("win", "WINDOWS_CORE_2022_x86_64")])

    (obstacle,) = migration.obstacles
    assert "also has eks:kube-proxy-windows" in obstacle.why


def test_a_user_gets_no_entry_of_a_node() -> None:
    users = [user("taro", BY_SESSION, [*NODES, "system:node-proxier"])]

    (obstacle,) = planned(cluster(users=users), iam(users=["taro"])).obstacles

    assert "for roles only" in obstacle.why
