"""What can says of somebody, who-can, the matrix and the testing kit say too, where it is easily forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eks_access.review.access_review import AccessReview
from eks_access.review.asking import question
from eks_access.review.declared import state_of_plan
from eks_access.review.matrix import matrix_of_roles
from eks_access.testing import assert_cannot

from ...plans import plan_of, small


@pytest.mark.parametrize(
    ("version", "path", "turned"),
    [("1.33", "/version", True), ("1.33", "/healthz", False), ("1.31", "/version", False)],
)
def test_who_sends_no_credentials_can_what_they_are_answered(version: str, path: str, turned: bool) -> None:
    review = AccessReview(state_of_plan(plan_of(small(cluster={"version": version}))))
    asked = question("get", path).request
    (nobody,) = (each for each in review.who_can(asked).others if each.subject.name == "system:unauthenticated")

    assert review.can("anonymous", asked).allowed is not turned
    assert nobody.remark.startswith("nobody: ") is turned


def test_a_policy_s_pattern_that_fits_no_known_namespace_stands_for_those_to_come() -> None:
    grant = {"person": "chie", "accessPolicy": "AmazonEKSEditPolicy", "namespaces": ["team-*", "def*"]}
    state = state_of_plan(plan_of(small(cluster={"authenticationMode": "API"}, grants=[grant])))
    review = AccessReview(state)
    (holder,) = (
        each
        for each in review.who_can(question("delete", "pods", all_namespaces=True).request, anywhere=True).people
        if each.asker.name == "chie"
    )
    (row,) = (row for row in matrix_of_roles(review).rows if row.person == "chie")

    assert holder.namespaces == tuple(row.namespaces) == ("default", "team-*")
    with pytest.raises(AssertionError, match=r"in default, team-\*"):
        assert_cannot(state, "chie", "delete", "pods")
    there = AccessReview(replace(state, namespaces=(*state.namespaces, "team-x")))
    assert "team-*" not in next(row for row in matrix_of_roles(there).rows if row.person == "chie").namespaces
