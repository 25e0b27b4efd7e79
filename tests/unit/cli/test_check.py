"""`eks-access check`: what it says, and what it exits with."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from eks_access.checks import catalogue

from ...plans import small
from .conftest import Project, run

DAY = "2099-12-31"
LOCKED_OUT: dict[str, Any] = small(cluster={"name": "prod"}, admins={"people": ["aiko"]})


def line_of(file: Path, text: str) -> int:
    (number,) = (n for n, line in enumerate(file.read_text().splitlines(), 1) if line.startswith(text))
    return number


def test_a_sound_stack_is_clean_and_says_what_was_looked_at(project: Project) -> None:
    result = run("check", "dev")

    assert result.exit_code == 0
    assert "dev (stacks/access/dev.yaml): clean" in result.output
    assert "2 people enter, 1 admin path of 2 survives any single loss, 1 group bound" in result.output
    assert "note: EKS makes arn:aws:iam::111122223333:role/ci/deployer (creator) a cluster admin" in result.output


def test_a_lock_out_is_a_finding_with_its_place_and_remedy(project: Project) -> None:
    project.stack("prod", LOCKED_OUT)

    result = run("check", "prod")

    line = line_of(project.root / "stacks/access/prod.yaml", "admins:")
    assert result.exit_code == 1
    assert f"stacks/access/prod.yaml:{line}: admins: without person aiko nobody" in result.output
    assert "[EA101]" in result.output
    assert "declare a second, independent admin path" in result.output


def test_a_finding_about_somebody_from_an_included_file_names_that_file(project: Project) -> None:
    people = project.declare("who", {"people": {**small()["people"], "x": {"iamRole": _role("prod-break-glass")}}})
    raw = small(cluster={"name": "prod"}, admins={"people": ["aiko"], "breakGlass": {"trustedBy": ["x"], "mfa": False}})
    project.stack("prod", {"include": ["who.yaml"], **{key: raw[key] for key in ("cluster", "admins")}})

    result = run("check", "prod")

    assert result.exit_code == 1
    assert f"stacks/access/who.yaml:{line_of(people, '  x:')}: people.x" in result.output


def _role(name: str) -> str:
    return f"arn:aws:iam::111122223333:role/{name}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("people: [", "valid YAML"),
        ("", "the file is empty"),
        ("peple: {}\n", "people"),
        ("people: {hanako: {iamUser: {pth: /x/}}}\n", "pth"),
        ("teams: {a: {members: [nobody]}}\n", "`nobody` is not declared"),
        ("a: &a [*a]\n", "alias"),
        ("[" * 5000, "at most 20 levels deep"),
        ("people: {}\n", "the AWS account is not declared"),
        ('people: {"\\e[2J\\r\\n::error::x": {}}\n', "\\u001b[2J"),
        ('account: {id: "\\e[2J\\r\\n::error::x"}\n', "\\x1b[2J"),
    ],
)
def test_a_declaration_that_cannot_be_loaded_is_not_judged(project: Project, text: str, says: str) -> None:
    project.write("stacks/access/dev.yaml", text)

    result = run("check", "dev")

    assert result.exit_code == 2
    assert "can't be loaded" in result.output
    assert says in result.output
    assert "\x1b" not in result.output
    assert not re.search(r"^\s*::", result.output, re.MULTILINE)


@pytest.mark.parametrize(
    "argument", ["stacks/access/nowhere.yaml", "stacks/", "/dev/null", "./\0.yaml", "x" * 300 + ".yaml"]
)
def test_a_file_that_is_none_is_told(project: Project, argument: str) -> None:
    result = run("check", argument)

    assert result.exit_code == 2
    assert "regular file" in result.output


@pytest.mark.parametrize("argument", ["stacks/access/dev.yaml", "./stacks/access/../access/dev.yaml"])
def test_a_file_needs_no_project(project: Project, argument: str) -> None:
    (project.root / "Pulumi.yaml").unlink()

    assert run("check", argument).exit_code == 0


@pytest.mark.parametrize("argument", ["dev", "stacks/Pulumi.dev.yaml"])
def test_a_stack_is_named_by_its_name_or_its_file(project: Project, argument: str) -> None:
    result = run("check", argument)

    assert (result.exit_code, result.output.split(":")[0]) == (0, "dev (stacks/access/dev.yaml)")


def test_the_project_is_found_from_below(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root / "stacks" / "access")

    result = run("check", "dev")

    assert result.exit_code == 0
    assert "dev (dev.yaml): clean" in result.output


@pytest.mark.parametrize(("name", "says"), [("dve", "did you mean `dev`?"), ("zzzz", "use one of dev, people")])
def test_an_unknown_stack_brings_the_known_ones(project: Project, name: str, says: str) -> None:
    result = run("check", name)

    assert result.exit_code == 2
    assert says in result.output


def test_a_stack_outside_of_a_project_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    for arguments in (["dev"], ["--all"]):
        result = run("check", *arguments)
        assert result.exit_code == 2
        assert "no Pulumi.yaml" in result.output


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ("eks-access:access: ../secrets.yaml", "below stacks/"),
        ("eks-access:access: /etc/passwd", "below stacks/"),
        ("eks-access:access: linked.yaml", "below stacks/"),
        ('eks-access:access: "a\\0b"', "below stacks/"),
        ("eks-access:access: circle.yaml", "below stacks/"),
        ("eks-access:access: {secure: v1:abc}", "the setting is a text"),
        ("eks-access:access: ''", "does not say which declaration is its own"),
        ("eks-access:access: access/dve.yaml", "did you mean stacks/access/dev.yaml?"),
        ("{eks-access:access: access/dev.yaml, eks-access:createUsers: maybe}", "is true or false (found: maybe)"),
        ("{eks-access:access: access/dev.yaml, eks-access:createUser: true}", "no such setting"),
        ("{eks-access:access: access/dev.yaml, aws:assumeRole: x}", "a profile can assume a role"),
        ("{eks-access:access: access/dev.yaml, eks-acess:createUsers: true}", "write `eks-access:createUsers`"),
        ("{eks-access:access: access/dev.yaml, createUser: true}", "write createUsers"),
        ("[a]", "config is a map"),
    ],
)
def test_a_stack_file_that_says_nonsense_is_told(project: Project, config: str, says: str) -> None:
    project.write("secrets.yaml", "people: {}\n")
    (project.root / "stacks" / "linked.yaml").symlink_to(project.root / "secrets.yaml")
    (project.root / "stacks" / "circle.yaml").symlink_to(project.root / "stacks" / "circle.yaml")
    project.write("stacks/Pulumi.dev.yaml", f"config:\n  {config}\n")

    result = run("check", "dev")

    assert result.exit_code == 2
    assert says in result.output
    assert "stacks/Pulumi.dev.yaml" in result.output or "did you mean" in result.output


@pytest.mark.parametrize("argument", ["", " "])
def test_an_empty_name_is_no_stack(project: Project, argument: str) -> None:
    result = run("check", argument)

    assert result.exit_code == 2
    assert "an empty name names no stack and no file" in result.output


def test_a_folder_is_not_taken_for_a_misspelt_file(project: Project) -> None:
    result = run("check", str(project.root / "stacks"))

    assert result.exit_code == 2
    assert "did you mean" not in result.output


@pytest.mark.parametrize("arguments", [[], ["--all", "dev"], ["--format", "xml", "dev"]])
def test_a_question_that_is_none_is_answered_with_the_usage(project: Project, arguments: list[str]) -> None:
    result = run("check", *arguments)

    assert result.exit_code == 2
    assert "Usage:" in result.output


def test_what_cannot_be_read_weighs_more_than_findings(project: Project) -> None:
    project.stack("prod", LOCKED_OUT)

    assert run("check", "dev", "prod").exit_code == 1
    assert run("check", "dev", "prod", "nowhere").exit_code == 2


def test_machines_get_the_same_as_people(project: Project) -> None:
    project.stack("prod", LOCKED_OUT)

    result = run("check", "dev", "prod", "nowhere", "--format", "json")
    data = json.loads(result.output)

    assert result.exit_code == 2
    assert set(data) == {"clean", "readable", "stacks", "acrossStacks"}
    dev, prod, nowhere = data["stacks"]
    assert dev["facts"] | {"people": 2, "adminPaths": 2, "adminPathsAfterAnyLoss": 1, "users": 2} == dev["facts"]
    assert (dev["problems"], nowhere["readable"], data["acrossStacks"]) == ([], False, None)
    assert all(
        set(each) == {"check", "severity", "file", "line", "path", "value", "rule", "fix"} for each in prod["problems"]
    )
    assert {each["check"] for each in prod["problems"]} == {"EA101"}


READS_SECRETS: dict[str, Any] = small(
    roles={"reader": {"rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]}},
    grants=[{"person": "chie", "role": "reader", "clusterWide": True}],
)
ACCEPTS = {
    **READS_SECRETS,
    "accept": [{"check": "EA609", "path": "roles.reader", "reason": "for @audit", "until": DAY}],
}


def test_a_warning_is_told_with_its_place_and_fails_only_where_that_is_asked(project: Project) -> None:
    project.stack("dev", READS_SECRETS)

    result = run("check", "dev")
    strict = run("check", "dev", "--strict")

    line = line_of(project.root / "stacks/access/dev.yaml", "  reader:")
    assert (result.exit_code, strict.exit_code) == (0, 1)
    assert result.output == strict.output
    assert "1 warning" in result.output
    assert f"stacks/access/dev.yaml:{line}: roles.reader: secrets" in result.output
    assert "[EA609, warning]" in result.output


@pytest.mark.parametrize("format", ["text", "md", "json"])
def test_every_report_shows_what_is_accepted_and_why(project: Project, format: str) -> None:
    project.stack("dev", ACCEPTS)

    result = run("check", "dev", "--strict", "--format", format)

    assert result.exit_code == 0
    assert "1 accepted" in result.output or format != "text"
    assert all(part in result.output for part in ("EA609", "roles.reader", "audit", DAY))
    assert "@audit" not in result.output or format != "md"
    if format == "json":
        (accepted,) = json.loads(result.output)["stacks"][0]["accepted"]
        assert (accepted["check"], accepted["reason"], accepted["until"]) == ("EA609", "for @audit", DAY)


@pytest.mark.parametrize("format", ["text", "md", "json"])
def test_the_catalogue_is_printed_whole(format: str) -> None:
    result = run("check", "--list", "--format", format)

    assert result.exit_code == 0
    for each in catalogue():
        assert each.id in result.output
    if format == "json":
        first = json.loads(result.output)[0]
        assert set(first) == {"id", "family", "severity", "over", "title", "why", "fix", "acceptable"}


def test_a_comment_shows_values_as_they_are_and_obeys_none(project: Project) -> None:
    project.write("stacks/access/dev.yaml", 'people: {"`x` @team <img src=x> [a](b)|": {}}\n')

    shown = run("check", "dev", "--format", "md").output

    outside = re.sub(r"(`+).+?\1", "", shown)
    assert "❌" in shown
    assert not any(mark in outside for mark in ("@team", "<img", "[a]("))


def test_a_clean_comment_says_so(project: Project) -> None:
    shown = run("check", "dev", "--format", "md").output

    assert shown.startswith("### ✅ eks-access check")
    assert "<details><summary>" in shown


@pytest.mark.parametrize("format", ["text", "md", "json"])
def test_the_list_of_checks_has_all_of_them_with_reasons(format: str) -> None:
    result = run("check", "--list", "--format", format)

    assert result.exit_code == 0
    assert all(id in result.output for id in ("EA101", "EA301", "EA401", "EA406"))
    assert "409" in result.output


def test_a_role_that_is_granted_in_a_namespace_and_everywhere_is_judged_once(project: Project) -> None:
    shell = {"rules": [{"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]}]}
    grants = [{"person": "chie", "role": "shell", "namespaces": ["web"]}]
    grants += [{"person": "chie", "role": "shell", "clusterWide": True}]
    file = project.declare("shells", small(namespaces={"web": {}}, roles={"shell": shell}, grants=grants))

    assert run("check", str(file)).stdout.count("EA610") == 1
