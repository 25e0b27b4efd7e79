"""``eks-access doctor``: told step by step, with an exit code that scripts can go by."""

from __future__ import annotations

import json

import pytest

from ...plans import small
from ..conftest import ACCOUNT, ME, Desk
from .conftest import Project, run

KEYS = {"wall", "cause", "said", "evidence", "remedies", "ask"}


def let_in(desk: Desk, *allowed: str) -> None:
    desk.mapped[ME] = ("aiko", ("person:aiko",))
    desk.allowed = {("aiko", "list pods", namespace) for namespace in allowed}


def test_a_free_way_exits_with_0(desk: Desk) -> None:
    let_in(desk, "east")

    result = run("doctor", "--cluster", "prod", "-n", "east")
    assert result.exit_code == 0
    assert [line.partition(":")[0] for line in result.stdout.splitlines() if line.startswith("✓")] == [
        "✓ credentials",
        "✓ caller identity",
        "✓ cluster",
        "✓ endpoint",
        "✓ mapping",
        "✓ permission",
    ]
    assert result.stdout.endswith("the way is free\n")


def test_a_wall_of_access_exits_with_1_and_names_lines_and_admins(desk: Desk, project: Project) -> None:
    project.stack("prod", small(cluster={"name": "prod"}, admins={"people": ["botan"]}))

    result = run("doctor", "--cluster", "prod", "--stack", "prod")
    assert result.exit_code == 1
    assert "✗ mapping" in result.stdout
    assert "who can do it: botan" in result.stdout
    assert "under grants:" in result.stdout
    assert "{person: aiko, role: view, namespaces: [default]}" in result.stdout


@pytest.mark.parametrize(
    "arguments", [("--profile", "nobody"), ("--context", "nowhere"), ("--kubeconfig", "/no/such/file")]
)
def test_what_can_not_be_looked_at_exits_with_2(desk: Desk, arguments: tuple[str, str]) -> None:
    result = run("doctor", "--cluster", "prod", *arguments)

    assert result.exit_code == 2
    assert "✗ credentials" in result.stdout


def test_a_cluster_has_to_be_named(desk: Desk) -> None:
    result = run("doctor")

    assert result.exit_code == 2
    assert "--cluster" in result.stderr


def test_a_declaration_that_can_not_be_read_exits_with_2(desk: Desk, project: Project) -> None:
    assert run("doctor", "--cluster", "prod", "--stack", "nowhere").exit_code == 2
    assert desk.asked == []


def test_a_declaration_without_a_cluster_is_left_out_and_said(desk: Desk, project: Project) -> None:
    result = run("doctor", "--cluster", "prod", "--stack", "people")

    assert result.exit_code == 1
    assert "note: people has no cluster" in result.stderr


def test_json_comes_at_the_end_and_alone(desk: Desk) -> None:
    let_in(desk)

    result = run("doctor", "--cluster", "prod", "-n", "east", "--format", "json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 1
    assert answer["free"] is False
    assert [step["free"] for step in answer["steps"]] == [True, True, True, True, True, False]
    assert set(answer["findings"][0]) == KEYS
    assert answer["findings"][0]["wall"] == "permission"


def test_markdown_has_the_steps_and_the_finding(desk: Desk) -> None:
    result = run("doctor", "--cluster", "prod", "--format", "md")

    assert "- ✓ caller identity: `AWS knows" in result.stdout
    assert "- ✗ mapping: " in result.stdout
    assert "#### mapping: " in result.stdout


def test_nothing_secret_is_printed(desk: Desk) -> None:
    for format in ("text", "md", "json"):
        shown = run("doctor", "--cluster", "prod", "--admin-profile", "admin", "--format", format).output
        assert "hush-hush" not in shown
        assert "k8s-aws-v1" not in shown
        assert "X-Amz" not in shown


def test_names_from_elsewhere_do_nothing_to_a_terminal(desk: Desk) -> None:
    desk.callers["AKIAME"] = (f"arn:aws:sts::{ACCOUNT}:assumed-role/ops/me", "AROA:me")
    desk.mapped[desk.callers["AKIAME"][0]] = ("\x1b[31mred", ("a\nb",))

    for format in ("text", "md", "json"):
        shown = run("doctor", "--cluster", "prod", "--format", format).stdout
        assert "\x1b" not in shown
        assert "a\nb" not in shown
