"""`eks-access explain`: one cell from the person to the rules, and what lacks where the answer is no."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from eks_access.authz.model import Request
from eks_access.cli import explain, matrix
from eks_access.cli.explain_output import show
from eks_access.cli.output import Format
from eks_access.review.access_review import AccessReview
from eks_access.review.explaining import explain_cell
from typer.testing import CliRunner, Result

from ...plans import small
from . import hostile
from .conftest import Project
from .conftest import run as ask

APP = typer.Typer()
APP.command("matrix")(matrix.matrix)
APP.command("explain")(explain.explain)

TEAM: dict[str, Any] = small(
    teams={"payments": {"members": ["botan"], "assumeRole": {"mfa": True}}},
    namespaces={"payments": {}, "search": {}},
    grants=[
        {"team": "payments", "role": "view", "namespaces": ["payments"]},
        {"person": "chie", "role": "edit", "namespaces": ["search"]},
    ],
)


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(APP, ["explain", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def team(project: Project) -> str:
    file: Path = project.declare("team", TEAM)
    return f"--stack={file}"


def test_every_way_is_told_from_the_person_to_the_rules(team: str) -> None:
    result = run("botan", "payments", team)

    assert result.exit_code == 0
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert lines[0].startswith("botan in payments: 2 ways in (declaration ")
    order = [
        "botan → direct",
        'ClusterRoleBinding "eks-access:admins" of ClusterRole "cluster-admin" to Group "eks-access:admins"',
        "botan → team payments (MFA)",
        "assumes    arn:aws:iam::111122223333:role/demo-team-payments with MFA, "
        "as arn:aws:iam::111122223333:user/botan",
        "user name  team:payments:botan",
        "groups     team:payments, system:authenticated",
        'RoleBinding "eks-access:team:payments:view/payments" of ClusterRole "view" to Group "team:payments"',
    ]
    assert [lines.index(line) for line in order] == sorted(lines.index(line) for line in order)
    assert re.search(r"and \d+ more rules", result.stdout)
    assert "and what everybody has: system:basic-user" in result.stdout


def test_a_decision_has_its_grounds(team: str) -> None:
    result = run("chie", "search", "delete", "pods", team)

    assert result.exit_code == 0
    assert result.stdout.startswith("yes: chie, delete pods in search (")
    assert 'RBAC: allowed by RoleBinding "eks-access:person:chie:edit/search"' in result.stdout
    assert 'Verbs:["create" "delete" "deletecollection" "patch" "update"]}' in result.stdout


def test_a_refusal_is_what_kubectl_says_and_what_they_have_instead(project: Project) -> None:
    raw = {**TEAM, "grants": [{"person": "chie", "role": "view", "namespaces": ["search"]}]}
    file = project.declare("viewer", raw)

    result = run("chie", "search", "delete", "pods", "--stack", str(file))

    assert result.exit_code == 1
    assert result.stdout.startswith("no: chie, delete pods in search (")
    assert 'cannot delete resource "pods" in API group "" in the namespace "search"' in result.stdout
    assert "allowed on it here: get, list, watch" in result.stdout
    assert "lacks a rule for it; held here: view" in result.stdout


@pytest.mark.parametrize(("name", "code"), [("web", 0), ("other", 1), (None, 1)])
def test_one_object_is_explained_by_its_name_as_can_answers_it(project: Project, name: str | None, code: int) -> None:
    rule = {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["web"], "verbs": ["get"]}
    grant = {"person": "chie", "role": "reader", "namespaces": ["search"]}
    file = project.declare("named", {**TEAM, "roles": {"reader": {"rules": [rule]}}, "grants": [grant]})
    named = [name] if name else []

    explained = run("chie", "search", "get", "configmaps", *named, f"--stack={file}")
    asked = ask("can", "chie", "get", "configmaps", *named, "-n", "search", f"--stack={file}")
    assert explained.exit_code == asked.exit_code == code


@pytest.mark.parametrize("words", [(), ("list", "pods")])
def test_a_session_is_named_as_whoami_and_can_name_it(team: str, words: tuple[str, ...]) -> None:
    assert "team:payments:night" in run("botan", "payments", *words, team, "--session", "night").stdout


def test_a_minus_is_the_whole_cluster(team: str) -> None:
    assert run("chie", "-", "create", "namespaces", team).exit_code == 1
    assert "aiko, create namespaces in the whole cluster" in run("aiko", "-", "create", "namespaces", team).stdout
    assert run("aiko", "-", "get", "/metrics", team).exit_code == 0
    assert "chie in the whole cluster: 1 way in" in run("chie", "-", team).stdout
    assert "nothing is bound here" in run("chie", "-", team).stdout


def test_who_has_no_way_in_gets_401(team: str) -> None:
    result = run("arn:aws:iam::111122223333:user/nobody", "payments", team)

    assert result.exit_code == 1
    assert "payments: no way in" in result.stdout
    assert "401        Unauthorized: identity is not mapped" in result.stdout
    asked = run("arn:aws:iam::111122223333:user/nobody", "payments", "get", "pods", team)
    assert asked.exit_code == 1
    assert "You must be logged in to the server" in asked.stdout


def test_who_cannot_give_mfa_does_not_get_in(capsys: pytest.CaptureFixture[str]) -> None:
    state = hostile.review().state
    name = state.ways[2].person
    unusable = replace(state, ways=tuple(replace(way, mfa=True, usable=False) for way in state.ways))

    answer = explain_cell(AccessReview(unusable), name, name)
    show(answer, "x", Format.TEXT)

    assert not answer.allowed
    assert "MFA is asked for, and they can't give it: nobody gets in this way" in capsys.readouterr().out


def test_the_keys_of_json_are_stable(team: str) -> None:
    data = json.loads(run("botan", "payments", "list", "pods", team, "--format", "json").stdout)

    assert list(data) == ["source", "principal", "namespace", "request", "allowed", "ways", "notices"]
    way = data["ways"][1]
    assert way["assumedBy"] == "arn:aws:iam::111122223333:user/botan"
    assert way["allowed"] is True
    assert way["decision"]["grounds"][0]["rule"]["verbs"] == ["get", "list", "watch"]
    (view,) = (each for each in way["holds"] if each["label"] == "view")
    assert view["binding"]["namespace"] == "payments"
    assert view["rules"]


def test_markdown_is_a_list(team: str) -> None:
    result = run("botan", "payments", team, "--format", "md")

    assert result.stdout.startswith("### ✅ `botan in payments: 2 ways in`")
    assert "#### `botan → team payments (MFA)`" in result.stdout
    assert '- `RoleBinding "eks-access:team:payments:view/payments"' in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("botan", "payments", "list"), "a verb is asked for a resource"),
        (("nobody", "payments"), "nobody here is called so"),
        (("botan", "payments", "get", "/metrics"), "a non-resource URL has no namespace"),
    ],
)
def test_what_cannot_be_asked_is_refused(team: str, arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments, team)

    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize("name", hostile.NAMES)
@pytest.mark.parametrize("format", list(Format))
def test_no_name_does_harm(name: str, format: Format, capsys: pytest.CaptureFixture[str]) -> None:
    review = hostile.review()
    for request in (None, Request(verb="delete", resource="pods", namespace=name)):
        show(explain_cell(review, name, name, request), name, format)
        shown = capsys.readouterr().out

        assert all(char.isprintable() or char == "\n" for char in shown)
        if format is Format.MD:
            outside = re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", shown)
            assert "<script" not in outside
            assert "<img" not in outside
            assert "](http" not in outside


def test_nodes_are_told_to_have_what_no_binding_gives(project: Project) -> None:
    nodes = {"own": {"kind": "self-managed"}}
    file = project.declare("nodes", small(nodeGroups=nodes))

    said = run("node/self-managed", "default", f"--stack={file}").stdout

    assert "the Node authorizer" in said
    assert "nothing is bound here" not in said
