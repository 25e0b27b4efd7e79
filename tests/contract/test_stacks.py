"""Stack files and their only reader: what is written is what is read, and a mistake is told."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from eks_access import PlatformArgs, compile_plan
from eks_access.cli.app import app_with
from eks_access.declaration import from_dict
from typer.testing import CliRunner

from stacks.settings import KEYS, read_settings

from ..mock_engine import refusal, run_program
from ..plans import ROOT, STACKS, dev

PROJECT: dict[str, Any] = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
STACK_FILES = sorted(STACKS.glob("Pulumi.*.yaml"))


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the stack's configuration as the engine hands it over; values are texts, objects are JSON."""

    def set_config(**values: str) -> None:
        everything = {key.replace("__", ":", 1).replace("eks_", "eks-"): v for key, v in values.items()}
        monkeypatch.setenv("PULUMI_CONFIG", json.dumps(everything))
        monkeypatch.setattr(pulumi.runtime.config, "CONFIG", _Fixed(everything))

    return set_config


class _Fixed:
    """The SDK keeps configuration per context; a test's thread has a context of its own."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    def get(self) -> dict[str, str]:
        return self._values


def settings() -> PlatformArgs:
    read: PlatformArgs = run_program(read_settings).result
    return read


@pytest.mark.parametrize("path", STACK_FILES, ids=lambda path: path.name)
def test_a_stack_file_uses_keys_of_the_project_only(path: Path) -> None:
    keys = {key.removeprefix("eks-access:") for key in yaml.safe_load(path.read_text())["config"]}

    assert keys <= set(PROJECT["config"])


@pytest.mark.parametrize("path", STACK_FILES, ids=lambda path: path.name)
def test_a_stack_file_names_a_declaration_that_is_there(path: Path) -> None:
    named = yaml.safe_load(path.read_text())["config"]["eks-access:access"]

    assert (STACKS / named).is_file()


def test_the_reader_knows_the_keys_of_the_project() -> None:
    assert set(KEYS) == set(PROJECT["config"])
    assert all(setting["description"] for setting in PROJECT["config"].values())


def test_the_least_that_a_stack_says_is_its_declaration(config: Any) -> None:
    config(eks_access__access="access/dev.yaml")

    read = settings()
    assert from_dict(read["access"]) == dev()
    assert set(read) == {"access", "create_users", "tags"}
    assert (read["create_users"], read["tags"]) == (False, {})


def test_everything_that_a_stack_says_reaches_the_platform(config: Any) -> None:
    config(
        eks_access__access="access/dev.yaml",
        eks_access__createUsers="true",
        eks_access__vpcId="vpc-1",
        eks_access__subnetIds='["subnet-1"]',
        eks_access__permissionsBoundary="arn:aws:iam::111122223333:policy/b",
        eks_access__tags='{"a": "b"}',
        aws__profile="ci",
        aws__region="eu-west-1",
    )

    read = settings()
    assert {key: value for key, value in read.items() if key != "access"} == {
        "create_users": True,
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-1"],
        "permissions_boundary": "arn:aws:iam::111122223333:policy/b",
        "tags": {"a": "b"},
        "profile": "ci",
    }


def test_the_defaults_of_the_project_mean_nothing_special(config: Any) -> None:
    config(
        eks_access__access="access/people.yaml",
        eks_access__createUsers="false",
        eks_access__vpcId="",
        eks_access__subnetIds="[]",
        eks_access__permissionsBoundary="",
        eks_access__tags="{}",
    )

    assert set(settings()) == {"access", "create_users", "tags"}


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (
            {},
            [
                "stacks/Pulumi.dev.yaml: config.eks-access:access",
                "write `eks-access:access: access/<environment>.yaml`",
            ],
        ),
        ({"eks_access__access": ""}, ["does not say which declaration is its own"]),
        (
            {"eks_access__access": "access/dev.yaml", "eks_access__createUser": "true"},
            ["config.eks-access:createUser: no such setting", "write createUsers"],
        ),
        (
            {"eks_access__access": "access/dev.yaml", "eks_access__zzz": "true"},
            ["config.eks-access:zzz: no such setting", f"use one of {', '.join(KEYS)}"],
        ),
        (
            {"eks_access__access": "access/dev.yaml", "aws__region": "us-east-1"},
            ["config.aws:region", "(found: us-east-1)", "puts the cluster into eu-west-1", "take aws:region out"],
        ),
        ({"eks_access__access": "access/nowhere.yaml"}, ["nowhere.yaml"]),
        ({"eks_access__access": "access/dev.yaml", "eks_access__createUsers": "maybe"}, ["createUsers", "maybe"]),
        ({"eks_access__access": "access/dev.yaml", "eks_access__tags": "{"}, ["eks-access:tags", "{name: text}"]),
        ({"eks_access__access": "access/dev.yaml", "eks_access__tags": "[1]"}, ["eks-access:tags", "{name: text}"]),
        ({"eks_access__access": "access/dev.yaml", "eks_access__subnetIds": '"subnet-1"'}, ["subnetIds", "[text]"]),
        ({"eks_access__access": "access/dev.yaml", "eks_access__adopt": "foo"}, ["eks-access:adopt", "[text]"]),
        ({"eks_access__access": "access/dev.yaml", "eks_access__adopt": '["foo/bar"]'}, ["eks-access:adopt[0]"]),
        ({"eks_access__access": "access/dev.yaml", "eks_access__adopt": '["user/hanako"]'}, ["creates no users"]),
        ({"eks_access__access": "access/dev.yaml", "eks_access__vpcId": "vpc-1"}, ["give subnetIds too"]),
        (
            {"eks_access__access": "access/dev.yaml", "eks_access__permissionsBoundary": "nonsense"},
            ["eks-access:permissionsBoundary", "an IAM policy, by its ARN"],
        ),
        ({"eks_access__access": "access/dev.yaml", "eks_acess__createUsers": "true"}, ["nothing reads settings of"]),
        ({"eks_access__access": "../README.md"}, ["config.eks-access:access", "below stacks/"]),
        ({"eks_access__access": "access/dev.yaml", "aws__assumeRole": "{}"}, ["config.aws:assumeRole", "aws:profile"]),
    ],
)
def test_a_mistake_in_a_stack_file_is_told_with_its_remedy(
    config: Any, values: dict[str, str], says: list[str]
) -> None:
    config(**values)

    text, recorder = refusal(read_settings)
    assert [part for part in says if part not in text] == []
    assert recorder.registered == {}


def test_settings_of_other_packages_are_left_alone(config: Any) -> None:
    config(eks_access__access="access/dev.yaml", kubernetes__anything="1")

    assert "access" in settings()


class _People:
    """The stack that creates the users, of which one was never created."""

    def __init__(self, name: str) -> None:
        self.name = name

    def get_output(self, name: str) -> pulumi.Output[Any]:
        ids = {user.name: f"AIDA{user.name}" for user in compile_plan(dev()).users}
        ids.pop(sorted(ids)[0])
        return pulumi.Output.from_input({"user_ids": ids}[name])


def test_a_user_whom_the_people_stack_does_not_create_is_warned_about_once(
    config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[str] = []
    found: dict[str, str | None] = {}
    monkeypatch.setattr(pulumi, "StackReference", _People)
    monkeypatch.setattr(pulumi.log, "warn", warned.append)
    config(eks_access__access="access/dev.yaml", eks_access__peopleStack="people")

    def program() -> None:
        for arn, id in read_settings()["principal_ids"].items():
            pulumi.Output.from_input(id).apply(partial(found.__setitem__, arn))

    run_program(program)

    missing, *others = sorted(compile_plan(dev()).users, key=lambda user: user.name)
    assert found == {missing.arn: None} | {user.arn: f"AIDA{user.name}" for user in others}
    (text,) = warned
    assert f"IAM user {missing.name}:" in text
    assert "the stack people" in text


def test_a_stack_that_creates_the_users_itself_watches_no_other(config: Any) -> None:
    config(eks_access__access="access/dev.yaml", eks_access__createUsers="true", eks_access__peopleStack="people")

    assert "principal_ids" not in settings()


def test_the_stacks_of_the_project_are_sound_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    answer = CliRunner().invoke(app_with(), ["check", "--all", "--format", "json"])

    assert answer.exit_code == 0, answer.output
    assert {stack["name"] for stack in json.loads(answer.stdout)["stacks"]} == {"dev", "people", "prod", "staging"}
