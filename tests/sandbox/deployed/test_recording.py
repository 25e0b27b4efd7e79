"""`sandbox record`: two runs of one program give one recording, and a change shows as itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.compare import compare
from sandbox.environment import Sandbox
from sandbox.recording import record
from sandbox.stacks import Stack

from ..engine import Environment

pytestmark = pytest.mark.sandbox

PROGRAM = """
import json, pathlib, pulumi, pulumi_aws as aws

wanted = json.loads(pathlib.Path("wanted.json").read_text())
provider = aws.Provider("aws", region="eu-west-1")
opts = pulumi.ResourceOptions(provider=provider)
partition = aws.get_partition_output(opts=pulumi.InvokeOptions(provider=provider)).partition
trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
role = aws.iam.Role(
    "recorded",
    assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    description=partition.apply(lambda name: f"in {name}"),
    opts=opts,
)
for name, tags in wanted.items():
    user = aws.iam.User(name, name=f"recorded-{name}", tags=tags, opts=opts)
    key = aws.iam.AccessKey(name, user=user.name, opts=pulumi.ResourceOptions(provider=provider, depends_on=[role]))
    pulumi.export(name, key.secret)
"""


class Program:
    """A small program whose users a test declares."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self._sandbox, self._folder = sandbox, folder
        (folder / "__main__.py").write_text(PROGRAM)
        (folder / "Pulumi.yaml").write_text("name: recorded\nruntime: python\n")

    def run(self, operation: str = "up", **wanted: dict[str, str]) -> dict[str, Any]:
        (self._folder / "wanted.json").write_text(json.dumps(wanted))
        return record(self._sandbox, "recorded", operation, self._folder)


@pytest.fixture(scope="module")
def program(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("recorded")
    yield Program(sandbox, folder)
    Stack(sandbox, "recorded", folder).run("destroy", "--stack", "recorded", "--yes", "--skip-preview")


@pytest.fixture(scope="module")
def before(program: Program) -> dict[str, Any]:
    return program.run(taro={"team": "search"}, yuki={})


def item(recording: dict[str, Any], section: str, key: str) -> dict[str, Any]:
    (found,) = (entry for entry in recording[section] if entry["key"] == key)
    return dict(found)


def test_a_recording_tells_what_was_made_and_what_was_asked(before: dict[str, Any]) -> None:
    role = item(before, "objects", "aws:iam/role:Role recorded")
    key = item(before, "objects", "aws:iam/accessKey:AccessKey taro")
    (call,) = before["calls"]

    assert role["id"] == role["inputs"]["name"] == "recorded-<random>"
    assert role["provider"] == "pulumi:providers:aws aws"
    assert key["options"]["dependencies"] == ["aws:iam/role:Role recorded", "aws:iam/user:User taro"]
    assert (call["token"], call["provider"]) == ("aws:index/getPartition:getPartition", role["provider"])
    assert "partition" in call["returns"]


def test_secrets_are_not_in_a_recording(program: Program, sandbox: Sandbox, before: dict[str, Any]) -> None:
    assert item(before, "objects", "pulumi:pulumi:Stack recorded-recorded")["outputs"]["taro"] == "<secret>"
    assert not list(sandbox.home.glob("recording-*")), "the engine's log, which has them in clear, is gone"


def test_a_preview_tells_what_is_to_be_done_and_does_nothing(program: Program, before: dict[str, Any]) -> None:
    planned = program.run("preview", taro={"team": "payments"}, hanako={})

    plans = {name: item(planned, "objects", f"aws:iam/user:User {name}")["plan"] for name in ("taro", "yuki", "hanako")}
    assert plans["taro"]["operations"] == ["update"]
    assert plans["taro"]["diffReasons"]
    assert (plans["yuki"]["operations"], plans["hanako"]["operations"]) == (["delete"], ["create"])
    assert item(planned, "objects", "aws:iam/role:Role recorded")["plan"] == {"operations": ["same"]}


def test_a_changed_declaration_shows_as_exactly_its_objects(program: Program, before: dict[str, Any]) -> None:
    after = program.run(taro={"team": "payments"}, hanako={})

    different = {(d.section, d.key, d.path) for d in compare(before, after)}
    assert different == {
        ("objects", "aws:iam/user:User taro", "inputs.tags.team"),
        ("objects", "aws:iam/user:User hanako", ""),
        ("objects", "aws:iam/accessKey:AccessKey hanako", ""),
        ("objects", "aws:iam/user:User yuki", ""),
        ("objects", "aws:iam/accessKey:AccessKey yuki", ""),
        ("objects", "pulumi:pulumi:Stack recorded-recorded", "outputs.hanako"),
        ("objects", "pulumi:pulumi:Stack recorded-recorded", "outputs.yuki"),
    }


def test_two_runs_of_a_stack_give_equal_recordings(sandbox: Sandbox, environment: Environment) -> None:
    first, second = (record(sandbox, "people", project=environment.project) for _ in range(2))

    assert compare(first, second) == []
    assert item(first, "objects", "eks-access:index:Platform platform")
