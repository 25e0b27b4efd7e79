"""Sessions of a role outlive what opened them; `revokeSessionsBefore` ends them in AWS and in Kubernetes."""

from __future__ import annotations

import datetime as dt
import json
import time
from contextlib import closing

import pytest
from eks_access.review.declared import state_of_plan
from eks_access.review.diff import diff_access

from sandbox.daemon import root_client
from sandbox.logins import Door, Login
from sandbox.state import ACCOUNT, REGION

from .stage import Stage, declaration

pytestmark = pytest.mark.sandbox

AUDITORS = f"arn:aws:iam::{ACCOUNT}:role/edge-team-auditors"
PODS = "/api/v1/namespaces/search/pods"


def becomes(door: Door, login: Login, status: int) -> bool:
    """Whether the answer becomes this one, as soon as the API server's cache has forgotten the last."""
    deadline = time.monotonic() + 20
    while (seen := door.ask(login, "GET", PODS)[0]) != status and time.monotonic() < deadline:
        time.sleep(0.2)
    return seen == status


def test_a_session_outlives_its_owner_until_sessions_are_revoked(stage: Stage) -> None:
    old = Login(stage.name, REGION, stage.keyring.role("yuki", AUDITORS))
    raw = declaration(stage.name)
    raw["teams"]["auditors"]["members"] = ["taro"]
    before = stage.plan
    after = stage.declare(raw)
    with closing(Door(stage.sandbox.state(), stage.name)) as door:
        stage.up()
        assert becomes(door, old, 200)
        (living,) = diff_access(state_of_plan(before), state_of_plan(after)).sessions
        assert (living.person, living.role_arn, living.seconds) == ("yuki", AUDITORS, 3600)
        assert living.fix in str(living)

        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        raw["teams"]["auditors"]["assumeRole"] = {"revokeSessionsBefore": now}
        stage.declare(raw)
        done = stage.up()

        assert becomes(door, old, 401)
        new = Login(stage.name, REGION, stage.keyring.role("taro", AUDITORS))
        assert becomes(door, new, 200)
    assert "replace" in done["Role platform-people-team-auditors"]
    assert denied_before(stage) == now
    assert stage.up() == {}
    assert stage.admins_outside() == []


def denied_before(stage: Stage) -> str:
    """Return the moment in the policy that IAM has."""
    state = stage.sandbox.state()
    with closing(root_client(state, "iam", state.emulator_port)) as iam:
        name = AUDITORS.rpartition("/")[2]
        policy = iam.get_role_policy(RoleName=name, PolicyName="eks-access-revoke-older-sessions")["PolicyDocument"]
    policy = json.loads(policy) if isinstance(policy, str) else policy
    (statement,) = policy["Statement"]
    assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Deny", "*", "*")
    moment: str = statement["Condition"]["DateLessThan"]["aws:TokenIssueTime"]
    return moment
