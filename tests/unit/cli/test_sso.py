"""`eks-access sso`: suffixes found, rotated ones told and put right."""

from __future__ import annotations

import json
from typing import Any

import pytest
from eks_access.iam.arns import AwsAccount

from ...plans import PEOPLE, small
from .conftest import Account, Project, run

OLD, NEW = "0123456789abcdef", "1111111111111111"


def arn(name: str, suffix: str = OLD, region: str = "eu-west-1") -> str:
    return AwsAccount(id="111122223333", partition="aws").sso_role(name, suffix, region)


def test_a_name_brings_the_line_to_paste(account: Account) -> None:
    account.arns = [arn("A"), arn("A_B"), arn("A.B"), arn("Ops", NEW)]

    result = run("sso", "Ops", "A")

    assert result.exit_code == 0
    assert f'{{ssoPermissionSet: {{name: Ops, suffix: "{NEW}", region: eu-west-1}}}}' in result.output
    assert (arn("A") in result.output, arn("A_B") in result.output) == (True, False)
    assert {call["PathPrefix"] for call in account.asked if call["Action"] == "ListRoles"} == {
        "/aws-reserved/sso.amazonaws.com/"
    }


def test_without_a_name_all_of_the_account_are_listed(account: Account) -> None:
    assert "has no roles of IAM Identity Center" in run("sso").output
    account.arns = [arn(name) for name in ("A", "B", "C")]

    data = json.loads(run("sso", "--format", "json").output)

    assert [each["name"] for each in data["permissionSets"]] == ["A", "B", "C"]
    assert set(data["permissionSets"][0]) == {"name", "suffix", "region", "arn", "yaml"}
    assert "- `A`: `{ssoPermissionSet:" in run("sso", "--format", "md").output


@pytest.mark.parametrize(("arns", "says"), [([], "not provisioned"), ([arn("Ops"), arn("Ops", NEW)], "has 2 roles")])
def test_a_name_without_exactly_one_role_is_a_finding(account: Account, arns: list[str], says: str) -> None:
    account.arns = arns

    for format in ("text", "md", "json"):
        result = run("sso", "Ops", "--format", format)
        assert result.exit_code == 1
        assert says in result.output


def test_what_is_declared_as_it_is_there_is_ok(project: Project, account: Account) -> None:
    account.arns = [arn("Ops")]

    result = run("sso", "--stack", "dev")

    assert result.exit_code == 0
    assert f"chie: Ops has suffix {OLD}, as declared" in result.output
    assert f"`{OLD}`, as declared" in run("sso", "--stack", "dev", "--format", "md").output
    data = json.loads(run("sso", "--stack", "stacks/access/dev.yaml", "--format", "json").output)
    assert [each["ok"] for each in data["stacks"][0]["declared"]] == [True]


def test_a_rotated_suffix_is_told_with_its_line_and_what_to_write(project: Project, account: Account) -> None:
    account.arns = [arn("Ops", NEW)]
    declaration = project.root / "stacks/access/dev.yaml"
    line = 1 + [OLD in text for text in declaration.read_text().splitlines()].index(True)

    result = run("sso", "--stack", "dev")

    assert result.exit_code == 1
    assert f"stacks/access/dev.yaml:{line}: people.chie.ssoPermissionSet.suffix: rotated" in result.output
    assert f"the declaration says suffix {OLD}, the account has {NEW}" in result.output
    assert f'write `suffix: "{NEW}"`' in result.output
    assert OLD in declaration.read_text()


def test_a_rotated_suffix_is_put_right_where_it_is_written(project: Project, account: Account) -> None:
    account.arns = [arn("Ops", NEW)]
    people = project.declare("who", {"people": PEOPLE})
    before = people.read_text()
    for name in ("dev", "prod"):
        raw = {"include": ["who.yaml"], **{k: v for k, v in small(cluster={"name": name}).items() if k != "people"}}
        project.stack(name, raw)

    result = run("sso", "--stack", "dev", "--stack", "prod", "--write")

    assert "written: stacks/access/who.yaml" in result.output
    assert people.read_text() == before.replace(OLD, f"'{NEW}'" if f"'{OLD}'" in before else f'"{NEW}"')
    assert run("sso", "--stack", "dev", "--stack", "prod").exit_code == 0


def test_a_suffix_that_is_not_once_on_its_line_is_left_to_people(project: Project, account: Account) -> None:
    account.arns = [arn("Ops", NEW)]
    people: Any = f"{{ssoPermissionSet: {{name: Ops, suffix: &s {OLD}, region: eu-west-1}}}} # {OLD}"
    file = project.write("who.yaml", f'account: {{id: "111122223333"}}\npeople:\n  chie: {people}\n')
    before = file.read_text()

    result = run("sso", "--stack", "./who.yaml", "--write")

    assert result.exit_code == 2
    assert "who.yaml:3" in result.output
    assert file.read_text() == before


def test_somebody_logged_in_elsewhere_is_told_before_anything_is_compared(project: Project, account: Account) -> None:
    account.id = "444455556666"

    result = run("sso", "--stack", "dev")

    assert result.exit_code == 2
    assert "about account 111122223333, and these credentials are of 444455556666" in result.output


@pytest.mark.parametrize("error", ["AccessDenied", "ExpiredToken", "InvalidClientTokenId"])
def test_an_error_of_aws_is_one_helpful_line(account: Account, error: str) -> None:
    account.error = error

    result = run("sso", "Ops")

    assert result.exit_code == 2
    assert (result.output.count("\n"), result.stdout) == (1, "")
    assert error in result.output


def test_a_profile_that_is_not_there_is_told(project: Project, account: Account) -> None:
    for arguments in (["--profile", "prdo"], ["--stack", "dev", "--profile", "prdo"]):
        result = run("sso", *arguments)
        assert result.exit_code == 2
        assert "prdo" in result.output


def test_a_stack_is_compared_with_the_profile_it_is_deployed_with(project: Project, account: Account) -> None:
    config = "config: {eks-access:access: access/dev.yaml, aws:profile: deployer-of-dev}\n"
    project.write("stacks/Pulumi.dev.yaml", config)

    assert "deployer-of-dev" in run("sso", "--stack", "dev").output


@pytest.mark.parametrize("arguments", [["Ops", "--stack", "dev"], ["--write"]])
def test_a_question_that_is_none_is_answered_with_the_usage(project: Project, arguments: list[str]) -> None:
    result = run("sso", *arguments)

    assert result.exit_code == 2
    assert "Usage:" in result.output


def test_a_declaration_that_cannot_be_loaded_is_told_before_aws_is_asked(project: Project, account: Account) -> None:
    project.write("stacks/access/dev.yaml", "people: [")

    result = run("sso", "--stack", "dev")

    assert (result.exit_code, account.asked) == (2, [])
    assert "valid YAML" in result.output


def test_a_declaration_without_permission_sets_has_nothing_to_compare(project: Project, account: Account) -> None:
    raw = small(cluster={"name": "dev"}, people={name: who for name, who in PEOPLE.items() if name != "chie"})
    project.stack("dev", raw)

    result = run("sso", "--stack", "dev")

    assert result.exit_code == 0
    assert "nobody enters with a permission set" in result.output
