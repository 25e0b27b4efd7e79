"""Changes that arrive late: the API knows them at once, authenticator and authorizer follow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.eks.consistency import Delays
from sandbox.eks.errors import EksError
from sandbox.eks.principals import Principals

from .test_clusters import HANAKO, RecordingRuntime, make_with

HOUR = 3600
POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"


def names(runtime: RecordingRuntime) -> list[str]:
    return [user["userarn"] for user in runtime.users]


def test_without_a_delay_a_change_is_in_force_at_once() -> None:
    cluster, runtime = make_with(Delays())
    cluster.entries.add(HANAKO)
    cluster.entries.associate(HANAKO.arn, POLICY, "cluster", [])
    cluster.publish()
    assert names(runtime) == [HANAKO.arn]
    assert [each.policy_arn for each in cluster.in_force.associations] == [POLICY]


def test_with_a_delay_the_old_state_stays_in_force_and_the_api_shows_the_new_one() -> None:
    delays = Delays(entries=HOUR)
    cluster, runtime = make_with(delays)
    cluster.entries.add(HANAKO)
    cluster.entries.associate(HANAKO.arn, POLICY, "cluster", [])
    cluster.publish()
    assert (names(runtime), cluster.in_force.associations) == ([], ())
    assert cluster.entries.names() == [HANAKO.arn]

    delays.entries = 0
    cluster.publish()
    cluster.in_force.close()
    assert names(runtime) == [HANAKO.arn]


def test_what_is_taken_away_works_on_until_then() -> None:
    delays = Delays()
    cluster, runtime = make_with(delays)
    cluster.entries.add(HANAKO)
    cluster.publish()
    delays.entries = HOUR
    cluster.entries.remove(HANAKO.arn)
    cluster.publish()
    cluster.in_force.close()
    assert (names(runtime), cluster.entries.names()) == ([HANAKO.arn], [])


def test_a_change_arrives_when_its_time_has_come() -> None:
    cluster, runtime = make_with(Delays(entries=0.01))
    cluster.entries.add(HANAKO)
    cluster.publish()
    assert runtime.told.wait(timeout=10)
    assert names(runtime) == [HANAKO.arn]


def test_delays_are_seconds_and_named() -> None:
    delays = Delays()
    assert delays.set({"entries": 2, "principals": 1.5}) == {"entries": 2.0, "principals": 1.5}
    for wrong in ({"entries": -1}, {"entries": "2"}, {"entry": 2}, {"entries": True}):
        with pytest.raises(EksError, match="is no delay; these are, in seconds: entries, principals"):
            delays.set(wrong)
    assert delays == Delays(2.0, 1.5)


class Iam:
    """An account with one role of a certain age."""

    def __init__(self, age: timedelta) -> None:
        self.created = datetime.now(UTC) - age

    def get_role(self, **asked: Any) -> dict[str, Any]:
        arn = f"arn:aws:iam::111122223333:role/teams/{asked['RoleName']}"
        return {"Role": {"Arn": arn, "RoleId": "AROAX", "CreateDate": self.created}}


def test_a_role_that_was_just_made_is_no_principal_yet() -> None:
    arn, delays = "arn:aws:iam::111122223333:role/teams/payments", Delays(principals=HOUR)
    with pytest.raises(EksError, match="The specified principalArn is invalid: invalid principal"):
        Principals(Iam(timedelta(minutes=59)), delays).require(arn)
    assert Principals(Iam(timedelta(minutes=61)), delays).require(arn).id == "AROAX"
    assert Principals(Iam(timedelta()), Delays()).require(arn).id == "AROAX"


def test_a_role_is_named_with_its_path() -> None:
    with pytest.raises(EksError, match="invalid principal"):
        Principals(Iam(timedelta())).require("arn:aws:iam::111122223333:role/payments")
