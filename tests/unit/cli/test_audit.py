"""``eks-access audit`` on files: what it says, how it ends, and that nothing in them harms whoever reads it."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import yaml
from eks_access import compile_plan, load
from eks_access.authn.aws_auth import aws_auth_manifest
from eks_access.authz.manifests import manifests
from eks_access.plan.onboarding import access_list
from eks_access.review.declared import state_of_plan

from .conftest import Project, run

STRANGER = "arn:aws:iam::444455556666:user/stranger"
LINE = {"userarn": STRANGER, "username": "x", "groups": []}


def dump(project: Project, edit: Any = None, **more: Any) -> str:
    """Write the answers of a cluster as `dev` makes it, with aws-auth edited; returns the folder."""
    plan = compile_plan(load(project.root / "stacks" / "access" / "dev.yaml"))
    state = state_of_plan(plan)
    config_map: Any = aws_auth_manifest(plan)
    if edit is not None:
        config_map["data"]["mapUsers"] = edit(config_map["data"]["mapUsers"])
    answers: list[Any] = [config_map, *manifests(plan.rbac), *manifests(plan.metrics)]
    config = {"authenticationMode": str(state.mode)}
    answers.append({"cluster": {"name": "dev", "version": "1.33", "accessConfig": config}})
    for each in state.entries:
        told = {"clusterName": "dev", "principalArn": each.principal_arn, "type": str(each.type)}
        told |= {"kubernetesGroups": [*each.groups], **({"username": each.username} if each.username else {})}
        answers.append({"accessEntry": {**told, "createdAt": "2026-01-01T00:00:00+00:00"}})
        scopes = [
            {"policyArn": scope.arn, "accessScope": {"type": "namespace", "namespaces": [*scope.namespaces]}}
            if scope.namespaces
            else {"policyArn": scope.arn, "accessScope": {"type": "cluster"}}
            for scope in each.policies
        ]
        answers.append({"clusterName": "dev", "principalArn": each.principal_arn, "associatedAccessPolicies": scopes})
    answers += more.get("answers", [])
    folder = project.root / "dump"
    folder.mkdir(exist_ok=True)
    for number, answer in enumerate(answers):
        (folder / f"{number:03}.json").write_text(json.dumps(answer))
    return str(folder)


def with_line(text: str) -> str:
    return text + yaml.safe_dump([LINE])


def test_a_dump_of_what_is_declared_is_clean(project: Project) -> None:
    result = run("audit", "-s", "dev", "-f", dump(project))
    assert (result.exit_code, "as declared" in result.output) == (0, True), result.output
    assert "IAM was not looked at" in result.output


@pytest.mark.parametrize("format", ["text", "md", "json"])
def test_a_finding_is_told_with_its_name_and_the_lines_to_keep_it(project: Project, format: str) -> None:
    result = run("audit", "-s", "dev", "-f", dump(project, with_line), "--format", format)
    assert result.exit_code == 1
    assert STRANGER in result.output
    if format == "json":
        (found,) = [each for each in json.loads(result.stdout)["findings"] if each["severity"] != "note"]
        assert (found["kind"], yaml.safe_load(found["lines"])) == ("undeclared-line", {"keep": {"mapUsers": [LINE]}})
    else:
        assert "keep:" in result.output


def test_before_an_update_it_says_how_to_drop_and_does_so_by_name_only(project: Project) -> None:
    files = ("-s", "dev", "-f", dump(project, with_line), "--before-up")
    stopped = run("audit", *files)
    assert (stopped.exit_code, f"--drop {STRANGER}" in stopped.output) == (1, True)
    assert f"with make: DROP={STRANGER}" in stopped.output
    assert run("audit", *files, "--drop", STRANGER).exit_code == 0
    slip = run("audit", *files, "--drop", f"{STRANGER}s")
    assert (slip.exit_code, "did you mean" in slip.output) == (2, True)


def test_what_the_last_update_declared_is_told_by_the_state(project: Project) -> None:
    plan = compile_plan(load(project.root / "stacks" / "access" / "dev.yaml"))
    access: list[dict[str, Any]] = [{**access_list(plan)[0], "principal": STRANGER, "username": "x", "groups": []}]
    stack = {"urn": "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev", "type": "pulumi:pulumi:Stack"}
    state = {"deployment": {"resources": [{**stack, "outputs": {"access": access}}]}}
    project.write("state.json", json.dumps(state))
    files = ("-s", "dev", "-f", dump(project, with_line), "--before-up")
    assert run("audit", *files, "--deployed", "state.json").exit_code == 0


def test_iam_is_looked_at_where_its_answers_are_among_the_files(project: Project) -> None:
    plan = compile_plan(load(project.root / "stacks" / "access" / "dev.yaml"))
    arns = [each.principal_arn for each in state_of_plan(plan).entries]
    made = dt.datetime(2026, 2, 1, tzinfo=dt.UTC).isoformat()
    users = [{"Arn": arn, "CreateDate": made} for arn in arns if ":user/" in arn]
    roles = [{"Arn": arn, "CreateDate": "2025-01-01T00:00:00Z"} for arn in arns if ":role/" in arn]
    folder = dump(project, answers=[{"Users": users}, {"Roles": roles}])
    result = run("audit", "-s", "dev", "-f", folder, "--format", "json")
    dead = {each["name"] for each in json.loads(result.stdout)["findings"] if each["kind"] == "dead-entry"}
    assert dead == {user["Arn"] for user in users} != set()


def test_rights_are_printed_in_every_form_and_nobody_is_asked(project: Project) -> None:
    printed = {each: run("audit", "-s", "dev", "--permissions", "--format", each) for each in ("text", "md", "json")}
    assert {each.exit_code for each in printed.values()} == {0}
    needed = json.loads(printed["json"].stdout)
    actions = {action for statement in needed["policy"]["Statement"] for action in statement["Action"]}
    assert all(action.partition(":")[2].startswith(("Describe", "List")) for action in actions)
    assert [each["Sid"] for each in needed["policy"]["Statement"] if each["Resource"] == "*"] == ["Principals"]
    assert all("eks-access-audit" in each.output for each in printed.values())


def test_the_auditor_of_the_printed_lines_is_a_sound_declaration(project: Project) -> None:
    lines = json.loads(run("audit", "-s", "dev", "--permissions", "--format", "json").stdout)["declaration"]
    path = project.root / "stacks" / "access" / "dev.yaml"
    raw = yaml.safe_load(path.read_text())
    for key, value in lines.items():
        raw[key] = [*raw.get(key, []), *value] if isinstance(value, list) else {**raw.get(key, {}), **value}
    path.write_text(yaml.safe_dump(raw))
    assert run("check", "dev").exit_code == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "add --live"),
        (("--drill", "--before-up"), "one by one"),
        (("--drop", "x"), "add --before-up"),
        (("--deployed", "x.json"), "add --before-up"),
        (("-f", "nowhere"), "nowhere"),
        (("--before-up", "--deployed", "nowhere.json", "-f", "DUMP"), "nowhere.json"),
        (("--drill", "-f", "DUMP"), "use --live"),
        (("--live", "-f", "DUMP"), "two"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_write(
    project: Project, options: tuple[str, ...], said: str
) -> None:
    folder = dump(project)
    result = run("audit", "-s", "dev", *(folder if each == "DUMP" else each for each in options))
    assert (result.exit_code, said in result.output) == (2, True), result.output


def test_a_stack_without_a_cluster_has_nothing_that_an_update_takes_away_and_no_way_to_drill(project: Project) -> None:
    result = run("audit", "-s", "people", "--live", "--before-up")
    assert (result.exit_code, "declares no cluster" in result.output) == (0, True)
    assert run("audit", "-s", "people", "--live", "--drill").exit_code == 2


def people_findings(project: Project, users: list[dict[str, str]]) -> tuple[int, set[tuple[str, str]]]:
    answer = project.write("users.json", json.dumps({"Users": users}))
    result = run("audit", "-s", "people", "-f", str(answer), "--format", "json")
    return result.exit_code, {(each["kind"], each["name"]) for each in json.loads(result.stdout)["findings"]}


def test_of_a_stack_without_a_cluster_the_users_are_audited(project: Project) -> None:
    plan = compile_plan(load(project.root / "stacks" / "access" / "people.yaml"))
    users = [{"Arn": user.arn} for user in plan.users]
    gone, stranger = users[0]["Arn"], users[0]["Arn"].rpartition("/")[0] + "/stranger"

    assert people_findings(project, users) == (0, set())
    assert people_findings(project, users[1:]) == (1, {("missing-principal", gone)})
    assert people_findings(project, [*users, {"Arn": stranger}]) == (1, {("undeclared-person", stranger)})


def test_whoever_audits_the_users_needs_to_list_iam_and_nothing_else(project: Project) -> None:
    needed = {each: run("audit", "-s", "people", "--permissions", "--format", each) for each in ("text", "md", "json")}
    assert {each.exit_code for each in needed.values()} == {0}
    policy = json.loads(needed["json"].stdout)["policy"]
    actions = {action for statement in policy["Statement"] for action in statement["Action"]}
    assert actions == {"iam:ListRoles", "iam:ListUsers", "iam:ListUserPolicies"}
    assert all("eks-access-audit" not in each.output for each in needed.values())


@pytest.mark.parametrize("format", ["text", "md", "json"])
def test_what_a_cluster_says_harms_no_terminal_and_no_comment(project: Project, format: str) -> None:
    nasty = "\x1b[2J@everyone `x` </script> | [l](http://e)\u202e"
    line = {"userarn": f"{STRANGER}{nasty}", "username": nasty, "groups": [nasty]}
    folder = dump(project, lambda text: text + yaml.safe_dump([line]) + "- \tbroken \x07 {{\n")
    result = run("audit", "-s", "dev", "-f", folder, "--format", format)
    assert result.exit_code == 1
    assert not {"\x1b", "\x07", "\u202e"} & {*result.output}
    if format == "md":
        shown = [part for at, part in enumerate(result.output.replace("``", "`").split("`")) if at % 2 == 0]
        assert "@everyone" not in " ".join(shown)
    named = run("audit", "-s", "dev", "-f", folder, "--before-up")
    assert named.exit_code == 1
