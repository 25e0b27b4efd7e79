"""Developers: users, roles and the least they need; credentials only where asked, and then secret."""

from __future__ import annotations

import json
from typing import Any

import pytest
from eks_access import Developers

from ..plans import PEOPLE, small
from .conftest import Run

SECRET = "1b47061264138c4ac30d75fd1eb44270"
"""How a secret is marked on the wire (Pulumi's well-known signature)."""

USER = "aws:iam/user:User"
ROLE = "aws:iam/role:Role"

RAW: dict[str, Any] = small(
    people={**PEOPLE, "emi": {"iamUser": {"accessKey": True, "consoleLogin": True, "tags": {"desk": "7"}}}},
    teams={"t": {"members": ["aiko", "emi"], "assumeRole": {"mfa": True, "maxSessionHours": 2}}},
    grants=[{"team": "t", "role": "view", "clusterWide": True}],
)


def test_users_are_made_where_asked_only(run: Run) -> None:
    recorder = run(lambda: Developers("who", {"access": RAW}))

    assert not recorder.inputs(USER)
    assert set(recorder.inputs(ROLE)) == {"who-team-t"}


def test_a_user_looks_after_their_own_credentials_and_can_be_removed_with_them(run: Run) -> None:
    recorder = run(lambda: Developers("who", {"access": RAW, "create_users": True}))

    users = recorder.inputs(USER)
    assert {u["name"]: u["path"] for u in users.values()} == {"aiko": "/dev/", "botan": "/", "emi": "/"}
    assert all(u["forceDestroy"] for u in users.values())
    own = [p for p in recorder.inputs("aws:iam/userPolicy:UserPolicy").values() if p["name"].endswith("self-service")]
    assert {p["user"] for p in own} == {"aiko", "botan", "emi"}


def test_credentials_are_made_for_whom_they_were_declared(run: Run) -> None:
    recorder = run(lambda: Developers("who", {"access": RAW, "create_users": True}))

    assert set(recorder.inputs("aws:iam/accessKey:AccessKey")) == {"who-emi-key"}
    (login,) = recorder.inputs("aws:iam/userLoginProfile:UserLoginProfile").values()
    assert login["passwordResetRequired"] is True


def test_credentials_stay_secret(run: Run, phase: str) -> None:
    recorder = run(lambda: Developers("who", {"access": RAW, "create_users": True}))

    (outputs,) = recorder.outputs.values()
    for key in ("accessKeySecrets", "passwords"):
        assert SECRET in outputs[key].values()
    plain = json.dumps({k: v for k, v in outputs.items() if k not in {"accessKeySecrets", "passwords"}})
    assert "secret-of" not in plain
    assert "password-of" not in plain
    (key_request,) = recorder.options("aws:iam/accessKey:AccessKey").values()
    assert "secret" in key_request.additionalSecretOutputs
    (login_request,) = recorder.options("aws:iam/userLoginProfile:UserLoginProfile").values()
    assert "password" in login_request.additionalSecretOutputs


def test_the_boundary_holds_for_every_user_and_role(run: Run) -> None:
    recorder = run(lambda: Developers("who", {"access": RAW, "create_users": True, "permissions_boundary": "arn:b"}))

    bounded = [*recorder.inputs(USER).values(), *recorder.inputs(ROLE).values()]
    assert len(bounded) == 4
    assert {b["permissionsBoundary"] for b in bounded} == {"arn:b"}


def test_a_users_own_tags_come_beside_everybodys(run: Run) -> None:
    recorder = run(lambda: Developers("who", {"access": RAW, "create_users": True, "tags": {"by": "us"}}))

    (emi,) = [u for u in recorder.inputs(USER).values() if u["name"] == "emi"]
    assert emi["tags"] == {"by": "us", "desk": "7"}
    assert recorder.inputs(ROLE)["who-team-t"]["tags"] == {"by": "us"}


def test_a_team_role_waits_for_the_users_that_it_trusts_and_for_nobody_else(run: Run) -> None:
    recorder = run(lambda: Developers("who", {"access": RAW, "create_users": True}))

    (request,) = recorder.options(ROLE).values()
    assert {urn.rpartition("::")[2] for urn in request.dependencies} == {"who-aiko", "who-emi"}


def test_a_team_role_lasts_as_long_as_declared(run: Run) -> None:
    recorder = run(lambda: Developers("who", {"access": RAW}))

    assert recorder.inputs(ROLE)["who-team-t"]["maxSessionDuration"] == 7200


def test_users_that_exist_elsewhere_are_allowed_in_all_the_same(run: Run) -> None:
    recorder = run(lambda: Developers("who", {"access": RAW}))

    policies = recorder.inputs("aws:iam/userPolicy:UserPolicy").values()
    assert {(p["user"], p["name"]) for p in policies} == {
        (user, "eks-access-demo") for user in ("aiko", "botan", "emi")
    }


@pytest.mark.parametrize("create", [True, False])
def test_arns_are_known_before_anything_is_made(run: Run, create: bool) -> None:
    recorder = run(lambda: Developers("who", {"access": RAW, "create_users": create}))

    (outputs,) = recorder.outputs.values()
    assert outputs["roleArns"] == {"team-t": "arn:aws:iam::111122223333:role/demo-team-t"}
    assert outputs["userArns"].get("aiko") == ("arn:aws:iam::111122223333:user/dev/aiko" if create else None)


def test_revoking_denies_older_sessions_in_aws_and_makes_the_role_anew(run: Run) -> None:
    moment = "2026-11-26T12:00:00Z"
    raw = small(
        teams={"t": {"members": ["aiko"], "assumeRole": {"revokeSessionsBefore": moment}}},
        grants=[{"team": "t", "role": "view", "clusterWide": True}],
    )

    recorder = run(lambda: Developers("who", {"access": raw}))

    policies = recorder.inputs("aws:iam/rolePolicy:RolePolicy")
    (statement,) = json.loads(policies["who-team-t-revoke"]["policy"])["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Deny", "*")
    assert statement["Condition"] == {"DateLessThan": {"aws:TokenIssueTime": moment}}
    assert policies["who-team-t-revoke"]["role"] == "demo-team-t"


def test_without_being_asked_nothing_is_revoked(run: Run) -> None:
    recorder = run(lambda: Developers("who", {"access": RAW}))

    assert set(recorder.inputs("aws:iam/rolePolicy:RolePolicy")) == {"who-team-t-enter"}
