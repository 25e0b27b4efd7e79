"""The steps: in EKS's order, each with an empty difference, and refused while something is in the way."""

from __future__ import annotations

import json
import shlex
from random import Random

import pytest
import yaml
from eks_access.declaration.kinds import AuthenticationMode
from eks_access.errors import Refused
from eks_access.migration.actions import Associate, Bind, CreateEntry, Target
from eks_access.migration.evidence import evidence
from eks_access.migration.model import Fate, Migration
from hypothesis import given, settings
from hypothesis import strategies as st

from ...conformance.generated_aws_auth import generate_case
from .messy import ACCOUNT, BY_INSTANCE, NODES, A, Raw, binding, cluster, iam, node_group, planned, role, user

CONFIG_MAP, BOTH, API = AuthenticationMode
TARGET = Target(cluster="old", region="eu-west-1")
ROLES = ("dev", "Dev", "ops", "team/ops", "node", "gone", "mon")
GROUPS = ("system:masters", "devs", "system:monitoring", "a b", "-x", "system:nodes", "{{SessionName}}")
USERNAMES = (
    "dev",
    "x:{{SessionName}}",
    "{{SessionName}}",
    "",
    BY_INSTANCE,
    "system:x",
    "$(reboot)",
    "'; ls",
    "file://x",
)
lines = st.builds(
    role, st.sampled_from(ROLES), st.sampled_from(USERNAMES), st.lists(st.sampled_from(GROUPS), max_size=3)
)


def messy(random: Random) -> list[Raw]:
    data = generate_case(random, 0).data
    bindings = [binding("devs-edit", "devs", "edit", "east"), binding("devs-view", "devs")]
    return cluster(data.get("mapRoles", ""), data.get("mapUsers", ""), data.get("mapAccounts", ""), bindings=bindings)


def everybody() -> list[Raw]:
    """Of the generated names those that IAM takes, some with a path that aws-auth can't have."""
    return iam("Admin", "teams/node-role", "DEV_ops", "eks.node", "K8s", "ops", users=["hanako", "path/to/taro", "sam"])


def test_every_prefix_of_every_step_leaves_everybody_as_they_were() -> None:
    """Not only the steps: whoever stops after any one command has changed nobody's access."""
    random, moved = Random(20260), 0
    for _ in range(120):
        migration = planned(messy(random), everybody())
        for step in migration.steps:
            if migration.obstacles_to(step.mode):
                continue
            state = step.before
            for action in step.actions:
                state = action.applied(state)
                assert evidence(step.before, state).empty, action
            moved += sum(isinstance(action, CreateEntry) for action in step.actions)
    assert moved > 25, "the generated clusters have hardly anything to move"


@settings(max_examples=20, deadline=None)
@given(st.lists(lines, max_size=6))
def test_whoever_may_go_to_api_loses_nothing(found: list[Raw]) -> None:
    documents = cluster(found, bindings=[binding("devs-edit", "devs", "edit", "east")])

    migration = planned(documents, iam("dev", "team/ops", "node", "mon"), [node_group("node")])

    if not migration.obstacles:
        assert migration.clean
    for step in migration.steps:
        assert step.evidence.empty or migration.is_blocked(step)


@settings(max_examples=50, deadline=None)
@given(st.lists(lines, max_size=6))
def test_no_line_is_forgotten(found: list[Raw]) -> None:
    migration = planned(cluster(found), iam("dev", "team/ops", "node", "mon"))

    assert len(migration.lines) == len(found)
    stuck = [line for line in migration.lines if line.fate is Fate.STUCK]
    assert len([each for each in migration.obstacles if each.what.startswith("map")]) == len(stuck)
    assert all(line.entry for line in migration.lines if line.fate is Fate.ENTRY)
    assert all(line.why for line in migration.lines if line.fate not in (Fate.ENTRY, Fate.BY_EKS))


@settings(max_examples=50, deadline=None)
@given(st.lists(lines, max_size=6))
def test_commands_say_to_a_shell_exactly_what_they_do(found: list[Raw]) -> None:
    migration = planned(cluster(found), iam("dev", "team/ops", "node", "mon"))

    for step in migration.steps:
        for action in step.actions:
            if isinstance(action, CreateEntry):
                assert said_to_aws(action.command(TARGET)) == {
                    "clusterName": "old",
                    "principalArn": action.entry.principal_arn,
                    "type": action.entry.type,
                    **({"username": action.entry.username} if action.entry.username else {}),
                    **({"kubernetesGroups": list(action.entry.groups)} if action.entry.groups else {}),
                }


def said_to_aws(command: str) -> Raw:
    """What the AWS CLI makes of a line that a shell has read: options, lists of words, or one JSON."""
    words = shlex.split(command)
    assert words[:3] == ["aws", "eks", "create-access-entry"]
    said: dict[str, list[str]] = {}
    for word in words[3:]:
        if word.startswith("--"):
            said[word] = []
        else:
            list(said.values())[-1].append(word)
    if "--cli-input-json" in said:
        return dict(json.loads(said["--cli-input-json"][0]))
    assert not [word for words in said.values() for word in words if "://" in word or word[0] in "[{"]
    found: Raw = {
        "clusterName": said["--cluster-name"][0],
        "principalArn": said["--principal-arn"][0],
        "type": said["--type"][0],
    }
    if "--username" in said:
        found["username"] = said["--username"][0]
    if "--kubernetes-groups" in said:
        found["kubernetesGroups"] = said["--kubernetes-groups"]
    return found


def test_an_admin_is_bound_before_the_entry_overrides_their_line() -> None:
    migration = planned(cluster([role("ops", "ops", ["system:masters"])]), iam("ops"))

    kinds = [type(action) for action in migration.steps[1].actions]
    assert kinds == [Bind, CreateEntry, Associate]
    (bound,) = (action for action in migration.steps[1].actions if isinstance(action, Bind))
    manifest = yaml.safe_load(bound.command(TARGET).split("<<'EOF'\n")[1].removesuffix("EOF"))
    assert (manifest["kind"], manifest["roleRef"]["name"]) == ("ClusterRoleBinding", "cluster-admin")


def test_a_group_that_somebody_carries_already_is_not_bound_behind_their_back() -> None:
    """Whoever is in eks-access:admins today, unbound, would become an admin with the first binding."""
    lines = [role("ops", "ops", ["system:masters"]), role("dev", "dev", ["eks-access:admins"])]

    migration = planned(cluster(lines), iam("ops", "dev"))

    assert migration.is_blocked(migration.steps[1])
    assert not migration.clean


@pytest.mark.parametrize(
    ("now", "to"),
    [
        (CONFIG_MAP, CONFIG_MAP),
        (CONFIG_MAP, API),
        (BOTH, CONFIG_MAP),
        (BOTH, BOTH),
        (API, CONFIG_MAP),
        (API, BOTH),
        (API, API),
    ],
)
def test_no_way_that_eks_does_not_have(now: AuthenticationMode, to: AuthenticationMode) -> None:
    with pytest.raises(Refused, match="--to"):
        planned(cluster([role("dev")], mode=now), iam("dev"), to=to)


def test_one_step_at_a_time_or_the_whole_way() -> None:
    def modes(migration: Migration) -> list[AuthenticationMode]:
        return list(dict.fromkeys(step.mode for step in migration.steps))

    assert modes(planned(cluster([role("dev")]), iam("dev"))) == [BOTH, API]
    assert modes(planned(cluster([role("dev")]), iam("dev"), to=BOTH)) == [BOTH]
    assert modes(planned(cluster([role("dev")], mode="API_AND_CONFIG_MAP"), iam("dev"), to=API)) == [BOTH, API]
    assert modes(planned(cluster(mode="API"))) == []


def test_an_obstacle_to_api_is_none_to_the_first_step() -> None:
    migration = planned(cluster([role("dev", "{{SessionName}}")]), iam("dev"), to=BOTH)

    assert migration.clean


def test_accounts_are_listed_with_whom_they_let_in() -> None:
    documents = cluster([role("dev")], accounts=f'["{ACCOUNT}", "444455556666"]')

    migration = planned(documents, iam("dev", "ops", users=["taro"]))

    own, foreign = migration.obstacles
    assert set(own.affected) == {f"{A}:role/ops", f"{A}:user/taro"}
    assert foreign.affected == ()
    assert {own.mode, foreign.mode} == {API}


def test_an_entry_whose_principal_is_no_arn_is_of_no_account() -> None:
    odd = {"accessEntry": {"clusterName": "old", "principalArn": "x", "type": "STANDARD", "username": "x"}}
    documents = cluster([role("dev")], accounts=f'["{ACCOUNT}"]', mode="API_AND_CONFIG_MAP", entries=[odd])

    migration = planned(documents, iam("dev", users=["taro"]))

    assert [each.affected for each in migration.obstacles if each.what.startswith("mapAccounts")] == [
        (f"{A}:user/taro",)
    ]


@pytest.mark.parametrize("broken", ["- rolearn: [", "a: b", "- rolearn: x\n  username: {{SessionName}}"])
def test_a_broken_section_is_repaired_before_anything(broken: str) -> None:
    migration = planned(cluster(broken, [user("taro")]), iam(users=["taro"]))

    assert any(each.what == "aws-auth mapRoles" for each in migration.obstacles_to(BOTH))
    assert all(migration.is_blocked(step) for step in migration.steps)


def test_more_entries_than_eks_takes_are_in_the_way() -> None:
    names = [f"r{number}" for number in range(3001)]

    migration = planned(cluster([role(name) for name in names]), iam(*names))

    (obstacle,) = migration.obstacles
    assert "3000" in obstacle.why


def test_nodes_join_at_every_step() -> None:
    lines = [role("linux", BY_INSTANCE, NODES), role("own", BY_INSTANCE, NODES)]

    migration = planned(cluster(lines), iam("linux", "own"), [node_group("linux")])

    assert migration.clean
    assert all(step.evidence.compared == 2 for step in migration.steps)
