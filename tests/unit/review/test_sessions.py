"""Whose sessions outlive an update."""

from __future__ import annotations

from typing import Any

from eks_access.review.people import ways_of_plan
from eks_access.review.sessions import LONGEST, sessions_that_may_live
from eks_access.review.state import Way

from ...plans import plan_of, small

ROLE = "arn:aws:iam::111122223333:role/dev-team-payments"
USER = "arn:aws:iam::111122223333:user/taro"


def way(person: str, arn: str = ROLE, *, via: str = "team payments", **more: Any) -> Way:
    return Way(person=person, principal_arn=arn, session="" if ":user/" in arn else person, via=via, **more)


def test_somebody_who_leaves_a_team_may_have_opened_a_session_before() -> None:
    (living,) = sessions_that_may_live([way("taro", session_seconds=7200), way("yuki")], [way("yuki")])

    assert (living.person, living.role_arn, living.seconds) == ("taro", ROLE, 7200)
    assert living.fix == "teams.payments.assumeRole: revokeSessionsBefore"
    assert "2 h" in str(living)


def test_where_nobody_says_how_long_sessions_live_it_is_as_long_as_any_may() -> None:
    (living,) = sessions_that_may_live([way("taro"), way("yuki")], [way("yuki")])

    assert living.seconds == LONGEST


def test_break_glass_is_revoked_elsewhere() -> None:
    before = [way("sato", via="break-glass"), way("rin", via="break-glass")]

    (living,) = sessions_that_may_live(before, before[1:])

    assert living.fix == "admins.breakGlass: revokeSessionsBefore"


def test_a_role_that_nobody_is_mapped_by_any_more_lets_no_session_in() -> None:
    assert sessions_that_may_live([way("taro")], []) == ()


def test_a_user_has_no_session_that_outlives_the_mapping() -> None:
    assert sessions_that_may_live([way("taro", USER, via="direct"), way("yuki")], [way("yuki")]) == ()


def test_who_stays_is_not_named() -> None:
    assert sessions_that_may_live([way("taro"), way("yuki")], [way("yuki"), way("taro")]) == ()


def test_sessions_that_the_same_change_ends_are_not_named() -> None:
    moment = "2026-11-01T00:00:00Z"

    before = [way("taro", revoked_before=""), way("yuki", revoked_before="")]

    assert sessions_that_may_live(before, [way("yuki", revoked_before=moment)]) == ()
    assert sessions_that_may_live([way("taro", revoked_before=moment)], [way("yuki", revoked_before=moment)]) != ()


def test_who_stays_under_another_name_is_not_named() -> None:
    before = [way("taro", own_arn=USER)]
    after = [way(USER, via="role dev-team-payments", own_arn=USER)]

    assert sessions_that_may_live(before, after) == ()


def test_nobody_is_named_where_nobody_says_who_takes_the_role() -> None:
    assert sessions_that_may_live([way("taro", own_arn=USER)], [way(ROLE, via="direct", own_arn=ROLE)]) == ()


def test_what_is_declared_of_sessions_is_what_counts() -> None:
    def ways(*members: str, **role: object) -> tuple[Way, ...]:
        teams = {"web": {"members": list(members), "assumeRole": role}}
        grants = [{"team": "web", "role": "view", "namespaces": ["web"]}]
        return ways_of_plan(plan_of(small(teams=teams, namespaces={"web": {}}, grants=grants)))

    before = ways("aiko", "chie", maxSessionHours=2)
    (living,) = sessions_that_may_live(before, ways("aiko"))
    assert (living.person, living.seconds) == ("chie", 7200)
    assert sessions_that_may_live(before, ways("aiko", revokeSessionsBefore="2026-11-01T00:00:00Z")) == ()
    assert {way.revoked_before for way in before if way.via == "direct"} == {None}, "no role of ours"
