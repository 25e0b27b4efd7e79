"""The aws stand-in behind the real engine: unchanged, updated in place, refreshed, refused, destroyed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sandbox.daemon import root_client
from sandbox.environment import Sandbox

pytestmark = pytest.mark.sandbox

PROGRAM = """
import json, pulumi, pulumi_aws as aws

config = pulumi.Config()
provider = aws.Provider("aws", region="eu-west-1", allowed_account_ids=[config.require("account")])
opts = pulumi.ResourceOptions(provider=provider)
statement = {"Effect": "Allow", "Action": config.require("action"), "Resource": "*"}
trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
role = aws.iam.Role("engine", assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [trust]}), opts=opts)
aws.iam.RolePolicy("engine", role=role.name, policy={"Version": "2012-10-17", "Statement": [statement]}, opts=opts)
user = aws.iam.User("engine", name="engine", force_destroy=True, opts=opts)
pulumi.export("secret", aws.iam.AccessKey("engine", user=user.name, opts=opts).secret)
pulumi.export("role", role.name)

adopted = pulumi.ResourceOptions(provider=provider, import_="adopted", ignore_changes=["forceDestroy"])
aws.iam.User("adopted", name="adopted", path="/people/", force_destroy=True, opts=adopted)
"""


class Project:
    """A small program in the sandbox."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self._sandbox, self._folder = sandbox, folder
        (folder / "__main__.py").write_text(PROGRAM)
        (folder / "Pulumi.yaml").write_text("name: engine\nruntime: python\n")
        self.run("stack", "init", "test")
        self.run("config", "set", "account", sandbox.state().account)
        self.run("config", "set", "action", "eks:ListClusters")

    def run(self, *arguments: str, ok: bool = True) -> str:
        """Run pulumi; its output, whether it goes well or not."""
        done = subprocess.run(
            ["pulumi", "--non-interactive", "--color", "never", *arguments],
            cwd=self._folder,
            env=self._sandbox.env(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert (done.returncode == 0) is ok, done.stdout + done.stderr
        return done.stdout

    def outputs(self) -> dict[str, Any]:
        return dict(json.loads(self.run("stack", "output", "--json", "--show-secrets")))


@pytest.fixture(scope="module")
def project(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(sandbox, tmp_path_factory.mktemp("engine"))


def test_a_stack_lives_and_dies(project: Project, sandbox: Sandbox) -> None:
    root_client(sandbox.state(), "iam", sandbox.state().emulator_port).create_user(UserName="adopted", Path="/people/")
    assert "aws:iam:User adopted imported" in project.run("up", "--yes", "--skip-preview")
    first = project.outputs()
    project.run("preview", "--expect-no-changes")
    assert first["secret"] not in project.run("stack", "export")

    project.run("config", "set", "action", "eks:DescribeCluster")
    assert "aws:iam:RolePolicy engine updated" in project.run("up", "--yes", "--skip-preview")

    project.run("refresh", "--yes", "--expect-no-changes")
    assert project.outputs() == first

    project.run("config", "set", "account", "000000000000")
    assert "AWS account ID not allowed" in project.run("preview", ok=False)
    project.run("config", "set", "account", "111122223333")
    assert "7 deleted" in project.run("destroy", "--yes")
