"""`eks-access why`: from pasted text to what to do, in three formats, whatever the text holds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from eks_access.authz.messages import forbidden
from eks_access.authz.model import Identity, Request
from eks_access.cli.app import app_with
from eks_access.cli.output import Format
from eks_access.cli.why_output import show
from eks_access.diagnosis.model import Finding, Remedy, Wall
from typer.testing import CliRunner, Result

from ...plans import small
from . import hostile
from .conftest import Project, run

UNAUTHORIZED = "error: You must be logged in to the server (Unauthorized)"
FORBIDDEN = 'pods is forbidden: User "botan" cannot list resource "pods" in API group "" in the namespace "east"'
TEAM: dict[str, Any] = small(
    admins={"people": ["aiko"]},
    namespaces={"east": {}, "west": {}},
    grants=[{"person": "botan", "role": "view", "namespaces": ["west"]}],
)


@pytest.fixture
def team(project: Project) -> str:
    file: Path = project.declare("team", TEAM)
    return f"--stack={file}"


def paste(text: str | bytes, *arguments: str) -> Result:
    result = CliRunner().invoke(app_with(), ["why", *arguments], input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_the_answer_has_the_lines_their_place_and_who_can_add_them(team: str) -> None:
    result = run("why", FORBIDDEN, team)

    assert result.exit_code == 0
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert lines[0].startswith(
        "permission: nothing that is declared lets botan do this as themselves: list pods in east ("
    )
    assert "they may do it in west" in lines
    assert "- {person: botan, role: view, namespaces: [east]}" in lines
    assert any(line.startswith("in ") and line.endswith("team.yaml, under grants:") for line in lines)
    assert "who can do it: aiko, deployer" in lines


def test_text_comes_from_arguments_or_standard_input(team: str) -> None:
    said = run("why", FORBIDDEN, team).stdout

    assert run("why", *FORBIDDEN.split(" "), team).stdout == said
    assert paste(FORBIDDEN, "-", team).stdout == said
    assert paste(FORBIDDEN, team).stdout == said
    assert run("why", FORBIDDEN, team.replace("--stack", "--declaration")).stdout == said


def test_the_only_stack_with_a_cluster_is_taken(project: Project) -> None:
    result = run("why", UNAUTHORIZED)

    assert "(stack dev)" in result.stdout
    assert "into dev are let: aiko, botan" in result.stdout
    assert "pulumi stack output aws_profiles --stack dev" in result.stdout


def test_without_a_declaration_the_answer_is_general_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    result = run("why", UNAUTHORIZED)

    assert result.exit_code == 0
    assert "note: answered without a declaration" in result.stderr
    assert "with a declaration (--stack) this would say" in result.stdout


def test_of_several_stacks_none_is_guessed(project: Project) -> None:
    project.stack("prod")

    result = run("why", UNAUTHORIZED)

    assert "several stacks have a cluster: dev, prod" in result.stderr
    assert "with a declaration" in result.stdout


def test_a_declaration_without_a_cluster_is_told(project: Project) -> None:
    result = run("why", UNAUTHORIZED, "--stack", "people")

    assert result.exit_code == 0
    assert "people has no cluster" in result.stderr


def test_what_is_not_recognised_exits_with_1(team: str) -> None:
    result = run("why", "hello", team)

    assert result.exit_code == 1
    assert result.stdout.startswith("nothing in this text is an error that is known here")
    assert json.loads(run("why", "hello", team, "--format", "json").stdout)["recognised"] is False
    assert paste("", team).exit_code == 1


@pytest.mark.parametrize("stack", ["nowhere", "no/such.yaml", ""])
def test_a_declaration_that_cannot_be_read_exits_with_2(project: Project, stack: str) -> None:
    result = run("why", UNAUTHORIZED, "--stack", stack)

    assert result.exit_code == 2
    assert "error: " in result.stderr


def test_the_keys_of_json_are_stable(team: str) -> None:
    data = json.loads(run("why", FORBIDDEN, team, "--format", "json").stdout)

    assert list(data) == ["source", "recognised", "findings"]
    (finding,) = data["findings"]
    assert list(finding) == ["wall", "cause", "said", "evidence", "remedies", "ask"]
    assert (finding["wall"], finding["cause"]) == ("permission", "no-binding")
    assert list(finding["remedies"][0]) == ["say", "file", "path", "lines", "command"]


def test_markdown_has_the_lines_as_a_block(team: str) -> None:
    result = run("why", FORBIDDEN, team, "--format", "md")

    assert result.stdout.startswith("#### permission: nothing that is declared lets botan")
    assert "  ```yaml\n    - {person: botan, role: view, namespaces: [east]}\n  ```" in result.stdout


def test_several_errors_are_answered_one_after_the_other(team: str) -> None:
    data = json.loads(paste(f"{FORBIDDEN}\n{UNAUTHORIZED}\n", team, "--format", "json").stdout)

    assert [finding["wall"] for finding in data["findings"]] == ["permission", "mapping"]


def harmless(shown: str, format: Format) -> None:
    assert all(char.isprintable() or char == "\n" for char in shown)
    if format is Format.MD:
        outside = re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", shown, flags=re.DOTALL)
        assert "<script" not in outside
        assert "<img" not in outside
        assert not re.search(r"(?<!\\)\]\(http", outside)
        assert "@everyone" not in outside


@pytest.mark.parametrize("name", hostile.NAMES)
@pytest.mark.parametrize("format", list(Format))
def test_no_name_in_the_text_does_harm(name: str, format: Format, team: str) -> None:
    request = Request(verb="list", resource=name, api_group=name, namespace=name, name=name)
    text = "\n".join(
        [forbidden(Identity(username=name), request), FORBIDDEN.replace("botan", name), UNAUTHORIZED, name]
    )

    harmless(paste(text, team, "--format", format).stdout, format)


@pytest.mark.parametrize("name", hostile.NAMES)
@pytest.mark.parametrize("format", list(Format))
def test_no_finding_does_harm(name: str, format: Format, capsys: pytest.CaptureFixture[str]) -> None:
    remedy = Remedy(say=name, file=name, path=name, lines=name, command=name)
    finding = Finding(wall=Wall.NODES, cause=name, said=name, evidence=(name,), remedies=(remedy,), ask=(name,))

    show([finding], name, format)

    harmless(capsys.readouterr().out, format)


@pytest.mark.parametrize("text", [b"\xff\xfe\x00" * 1000, b"\x00", UNAUTHORIZED.encode("utf-16"), b"a" * 3_000_000])
def test_bytes_that_are_no_text_are_no_error_of_ours(text: bytes, team: str) -> None:
    assert paste(text, team).exit_code in (0, 1)
