"""Names fit the limits of whoever reads them, and stay apart."""

from __future__ import annotations

import pytest
from eks_access.plan.naming import IAM_ROLE_LIMIT, break_glass_role, node_role, session_username, team_role
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=100)


@given(NAMES, NAMES)
def test_no_role_name_is_longer_than_iam_takes(cluster: str, other: str) -> None:
    for name in (team_role(cluster, other), break_glass_role(cluster), node_role(cluster, "managed")):
        assert len(name) <= IAM_ROLE_LIMIT


@given(st.lists(st.text("ab", min_size=50, max_size=100), unique=True, min_size=2, max_size=5))
def test_shortened_names_stay_apart(teams: list[str]) -> None:
    assert len({team_role("c" * 40, team) for team in teams}) == len(teams)


@pytest.mark.parametrize(("length", "shortened"), [(IAM_ROLE_LIMIT, False), (IAM_ROLE_LIMIT + 1, True)])
def test_a_name_is_shortened_only_where_it_must_be(length: int, shortened: bool) -> None:
    team = "t" * (length - len("c-team-"))

    assert (team_role("c", team) != f"c-team-{team}") is shortened


def test_a_short_name_is_the_one_that_a_person_expects() -> None:
    assert team_role("dev", "payments") == "dev-team-payments"
    assert break_glass_role("dev") == "dev-break-glass"
    assert node_role("dev", "windows") == "dev-node-windows"


def test_whoever_chooses_the_session_name_cannot_choose_the_user_name() -> None:
    assert session_username("team:payments") == "team:payments:{{SessionName}}"
