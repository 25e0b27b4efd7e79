"""A refusal says where, what is there, which rule it breaks and what to do."""

from __future__ import annotations

import pytest
from eks_access import EksAccessError, Problem, Refused


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem(rule="the rule", fix="the fix"), "the rule\n    → the fix"),
        (
            Problem(rule="the rule", fix="the fix", path="a.b", value="x"),
            "a.b: the rule (found: x)\n    → the fix",
        ),
        (
            Problem(rule="the rule", fix="the fix", path="a.b", file="dev.yaml", line=3, check="EA101"),
            "dev.yaml:3: a.b: the rule [EA101]\n    → the fix",
        ),
        (Problem(rule="the rule", fix="the fix", file="dev.yaml"), "dev.yaml: the rule\n    → the fix"),
        (Problem(rule="the rule", fix="the fix", value=""), "the rule (found: )\n    → the fix"),
    ],
)
def test_a_problem_reads_from_place_to_remedy(problem: Problem, text: str) -> None:
    assert str(problem) == text


@pytest.mark.parametrize(("count", "head"), [(1, "refused, 1 problem:"), (2, "refused, 2 problems:")])
def test_a_refusal_tells_every_problem(count: int, head: str) -> None:
    problems = [Problem(rule=f"rule {index}", fix="fix") for index in range(count)]

    refusal = Refused(problems)
    assert str(refusal).startswith(head)
    assert all(f"rule {index}" in str(refusal) for index in range(count))
    assert refusal.problems == tuple(problems)


def test_everything_raised_on_purpose_has_one_root() -> None:
    assert issubclass(Refused, EksAccessError)
    assert issubclass(EksAccessError, ValueError)
