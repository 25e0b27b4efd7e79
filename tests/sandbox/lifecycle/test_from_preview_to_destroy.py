"""Every environment in every authentication mode, from its first preview to its end."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from eks_access.declaration.cluster_models import AuthenticationMode

from sandbox.state import PROJECT

from ..engine import Changes, Environment
from .life import Life, Raw, planned_aws_auth, planned_entries, planned_objects

pytestmark = pytest.mark.sandbox

STACKS = ("dev", "staging", "prod")
STORIES = [(stack, mode) for stack in STACKS for mode in AuthenticationMode]
DIAGONAL = STORIES[::4]
"""Each stack and each mode once."""
WHOLE = STORIES if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else DIAGONAL
"""Stories that are told with all that happens in between: all of them in `make soak`."""
SHORT = [story for story in STORIES if story not in DIAGONAL]
UNREACHABLE = {("dev", "CONFIG_MAP"), ("staging", "API_AND_CONFIG_MAP"), ("prod", "API")}
"""Where the API server is gone before the destroy: each stack and each mode once."""
TOUCHED = ("search", "discovery", "releaser", "shipper", "person-yuki", "extra")
"""Parts of the names of everything that a renamed team, a renamed role and a new node group may touch."""
MEMBER = "arn:aws:iam::111122223333:user/developers/yuki"


def called(story: tuple[str, AuthenticationMode]) -> str:
    """Name a story in the list of tests."""
    return f"{story[0]}-{story[1]}"


@pytest.fixture(scope="class")
def life(request: pytest.FixtureRequest, lives: Environment) -> Iterator[Life]:
    """One story; whatever becomes of it, the next one finds the account as before."""
    stack, mode = request.param
    life = Life(lives, stack, mode)
    rename_team(lives, "search", "search")
    life.declare()
    yield life
    if life.environment.resources(stack):
        lives.destroy(stack)


def rename_team(environment: Environment, old: str, new: str) -> None:
    """Rename a team where people are declared, from the file as it is committed."""
    raw = yaml.safe_load((PROJECT / "stacks" / "access" / "people.yaml").read_text())
    raw["teams"][new] = raw["teams"].pop(old)
    (environment.project / "stacks" / "access" / "people.yaml").write_text(yaml.safe_dump(raw, sort_keys=False))


def renamed(raw: Raw) -> None:
    """Call the team `search` `discovery`, the role `releaser` `shipper`, and add a node group."""
    raw["roles"]["shipper"] = raw["roles"].pop("releaser")
    for grant in raw["grants"]:
        if grant.get("team") == "search":
            grant["team"] = "discovery"
        if grant.get("role") == "releaser":
            grant["role"] = "shipper"
    raw["nodeGroups"]["extra"] = {"kind": "managed", "instanceTypes": ["m7g.large"], "min": 1, "max": 2}


def untouched(found: dict[Any, Any]) -> dict[Any, Any]:
    """What has nothing to do with the renamed ones."""
    return {key: value for key, value in found.items() if not any(word in str(key) for word in (*TOUCHED, MEMBER))}


class Beginning:
    """One environment in one mode; the steps follow each other."""

    def test_up_does_what_the_preview_showed(self, life: Life) -> None:
        previewed = life.preview()
        done = life.up()

        assert done == previewed
        assert set(done.values()) == {"create"}

    def test_what_is_there_is_what_was_declared(self, life: Life) -> None:
        plan = life.plan

        assert life.objects() == planned_objects(plan)
        assert life.aws_auth() == planned_aws_auth(plan)
        entries = life.entries()
        for arn, declared in planned_entries(plan).items():
            assert {key: entries[arn][key] for key in declared} == declared
        by_eks = set(entries) - set(planned_entries(plan))
        assert by_eks == ({plan.cluster.creator_arn} if life.mode is AuthenticationMode.API_AND_CONFIG_MAP else set())

    def test_then_it_rests(self, life: Life) -> None:
        assert life.refresh_finds_nothing()
        assert life.up() == {}


@pytest.mark.parametrize("life", SHORT, ids=called, indirect=True)
class TestLife(Beginning):
    """From the first preview to the end, and nothing in between."""

    def test_destroy_leaves_nothing(self, life: Life) -> None:
        assert_nothing_is_left(life)


@pytest.mark.parametrize("life", WHOLE, ids=called, indirect=True)
class TestWholeLife(Beginning):
    """With renames, nodes that come and go, and a role that is made again in between."""

    def test_renames_and_a_new_node_group_touch_nobody_else(self, life: Life) -> None:
        before = life.objects(), life.entries(), life.aws_auth()
        rename_team(life.environment, "search", "discovery")
        life.declare(renamed)

        done = life.up()

        expected = {"ConfigMap platform-cluster-nodeAccess": "update"} if life.mode.uses_aws_auth else {}
        assert untouched(done) == expected
        assert "replace" not in " ".join(done.values())
        assert done["NodeGroup platform-cluster-extra"] == "create"
        after = life.objects(), life.entries(), life.aws_auth()
        assert [untouched(found) for found in after] == [untouched(found) for found in before]
        plan = life.plan
        assert life.objects() == planned_objects(plan)
        view = life.aws_auth() if life.mode.uses_aws_auth else life.entries()
        assert "team:discovery" in view[MEMBER]["groups"]

    def test_what_is_taken_back_and_a_recreated_role_leave_the_rest(self, life: Life) -> None:
        rename_team(life.environment, "search", "search")
        life.declare()
        role = life.environment.urn(life.name, "aws:iam/role:Role", "platform-people-team-payments")

        done = life.up("--replace", role)

        assert recreated(done) == {"Role platform-people-team-payments"} | (
            {"AccessEntry platform-cluster-access-team-payments"} if life.mode.uses_entries else set()
        )
        assert done["NodeGroup platform-cluster-extra"] == "delete"
        plan = life.plan
        assert life.objects() == planned_objects(plan)
        assert life.aws_auth() == planned_aws_auth(plan)

    def test_destroy_leaves_nothing(self, life: Life) -> None:
        assert_nothing_is_left(life)


def assert_nothing_is_left(life: Life) -> None:
    """Destroy it, here and there without its API server, and look for what stays."""
    if (life.name, str(life.mode)) in UNREACHABLE:
        stop_api_server(life)

    life.environment.destroy(life.name)

    names: Any = life.environment.aws("iam", "list-roles", "--query", "Roles[].RoleName")
    assert life.environment.aws("eks", "list-clusters") == {"clusters": []}
    assert [name for name in names if name.startswith(f"{life.name}-")] == []
    assert life.environment.resources(life.name) == []


def recreated(done: Changes) -> set[str]:
    """Roles and entries that were replaced."""
    return {
        key for key, op in done.items() if "replace" in op and key.split()[0] in {"Role", "AccessEntry", "NodeGroup"}
    }


def stop_api_server(life: Life) -> None:
    """Take the way into the cluster away."""
    (server,) = [part for part in life.environment.sandbox.parts() if part.name == f"{life.name}-kube-apiserver"]
    os.kill(server.pid, signal.SIGKILL)
