"""A live cluster goes from aws-auth to access entries in the two steps that EKS has, and nobody is left outside."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from eks_access.declaration.cluster_models import AuthenticationMode

from sandbox.daemon import root_client

from ..engine import Changes, Environment
from .life import Life, planned_aws_auth, planned_entries

pytestmark = pytest.mark.sandbox

CONFIG_MAP, BOTH, API = AuthenticationMode
BY_EKS = ["entry/node-fargate", "entry/node-managed", "entry/node-windows"]
"""Entries that EKS makes by itself in the first step."""
SECONDS = 60


@pytest.fixture(scope="module")
def cluster(lives: Environment) -> Iterator[Life]:
    """The stack `dev` as it would have been made years ago."""
    life = Life(lives, "dev", CONFIG_MAP)
    life.declare()
    life.up()
    yield life
    lives.adopt("dev", [])
    lives.destroy("dev")


def step(life: Life, mode: AuthenticationMode) -> None:
    """Change the mode as the AWS CLI does, and wait for it."""
    state = life.environment.sandbox.state()
    with closing(root_client(state, "eks", state.port)) as eks:
        update = eks.update_cluster_config(name=life.name, accessConfig={"authenticationMode": str(mode)})["update"]
        deadline = time.monotonic() + SECONDS
        while (found := eks.describe_update(name=life.name, updateId=update["id"])["update"]["status"]) == "InProgress":
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert found == "Successful"


def still_enters(life: Life) -> bool:
    """Whether somebody whose grants never changed can still use them."""
    answer = life.environment.kubectl("yuki", "auth", "can-i", "create", "deployments", "-n", "search", stack="dev")
    return answer.stdout.strip() == "yes"


def entries_of(done: Changes) -> dict[str, set[str]]:
    """Operation → keys of access entries."""
    found: dict[str, set[str]] = {}
    for key, op in done.items():
        if key.startswith("AccessEntry platform-cluster-access-"):
            found.setdefault(op, set()).add(f"entry/{key.removeprefix('AccessEntry platform-cluster-access-')}")
    return found


def test_entries_that_eks_made_are_taken_over_in_the_first_step(cluster: Life) -> None:
    assert still_enters(cluster)
    step(cluster, BOTH)
    life = Life(cluster.environment, "dev", BOTH)
    life.declare()
    life.environment.adopt("dev", BY_EKS)

    done = life.up("--refresh")

    assert entries_of(done)["import"] == set(BY_EKS)
    assert not [key for key in done if key.startswith(("ConfigMap", "NodeGroup", "FargateProfile", "Cluster"))]
    assert planned_entries(life.plan).keys() <= life.entries().keys()
    assert life.aws_auth() == planned_aws_auth(life.plan)
    assert still_enters(life)


def test_what_was_taken_over_is_brought_in_line_and_then_rests(cluster: Life) -> None:
    life = Life(cluster.environment, "dev", BOTH)
    life.environment.adopt("dev", [])

    done = life.up()

    assert entries_of(done) == {"update": set(BY_EKS)}
    assert life.up() == {}
    assert life.refresh_finds_nothing()


def test_the_creator_s_entry_is_taken_over_in_the_second_step(cluster: Life) -> None:
    life = Life(cluster.environment, "dev", API)
    life.declare()
    life.environment.adopt("dev", ["entry/person-ci"])

    done = life.up()

    assert entries_of(done) == {"import": {"entry/person-ci"}}
    assert done["Cluster platform-cluster-eksCluster"] == "update"
    assert planned_entries(life.plan).keys() == life.entries().keys()
    assert still_enters(life)

    life.environment.adopt("dev", [])
    life.up()
    assert life.up() == {}
