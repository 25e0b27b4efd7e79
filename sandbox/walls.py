"""The walls of a new developer's first day: both programs of examples/walls in one account, and who is there."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import yaml

from sandbox.account_network import PRIVATE_SUBNETS, VPC
from sandbox.daemon import root_client
from sandbox.environment import Sandbox
from sandbox.nodes import Nodes
from sandbox.people import Desk
from sandbox.profiles import DEPLOYER_ROLE
from sandbox.stacks import Stack
from sandbox.state import PROJECT, ClusterFacts

EXAMPLE = PROJECT / "examples" / "walls"
DEVELOPER, ADMIN, SPARE = "naoki", "mika", "sora"
"""IAM users that exist already: the new developer, and two who shall be able to help."""
PATHS = {SPARE: "/break-glass/"}
ADMINISTRATOR = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


class Program:
    """One of the two programs, as a stack; the cluster is called like it."""

    def __init__(self, sandbox: Sandbox, example: str, stack: str, mode: str) -> None:
        self.cluster = stack
        self.folder = sandbox.home / "walls" / stack
        shutil.copytree(EXAMPLE / example, self.folder, ignore=shutil.ignore_patterns("__pycache__"))
        self._sandbox = sandbox
        self._stack = Stack(sandbox, stack, self.folder)
        self._stack.select()
        self.set(mode=mode, vpcId=VPC, subnetIds=list(PRIVATE_SUBNETS))

    def set(self, **settings: Any) -> None:
        """Change the stack's settings."""
        file = self.folder / f"Pulumi.{self.cluster}.yaml"
        document = yaml.safe_load(file.read_text()) if file.exists() else {}
        project = yaml.safe_load((self.folder / "Pulumi.yaml").read_text())["name"]
        document.setdefault("config", {}).update({f"{project}:{key}": value for key, value in settings.items()})
        file.write_text(yaml.safe_dump(document))

    def edit(self, old: str, new: str) -> None:
        """Change a line of access.yaml."""
        file = self.folder / "access.yaml"
        text = file.read_text()
        if text.count(old) != 1:
            raise ValueError(f"{old!r} is not once in {file}")
        file.write_text(text.replace(old, new))

    def up(self, **settings: Any) -> None:
        """Deploy, with these settings changed.

        Raises:
            SandboxError: the update failed.
        """
        if settings:
            self.set(**settings)
        self._stack.run("up", "--stack", self.cluster, "--yes", "--skip-preview", "--non-interactive")

    def outputs(self) -> dict[str, Any]:
        """Read what the program exports."""
        return self._stack.outputs()

    @property
    def facts(self) -> ClusterFacts:
        """The running cluster."""
        return self._sandbox.state().cluster(self.cluster)


class Walls:
    """One account in which a cluster is made the usual way, and another one with eks-access."""

    def __init__(self, sandbox: Sandbox, mode: str) -> None:
        self.sandbox = sandbox
        self.nodes = Nodes(sandbox)
        self._make_users()
        self.usual = Program(sandbox, "usual_way", "usual", mode)
        self.ours = Program(sandbox, "with_eks_access", "walls", mode)

    def desk(self, user: str, program: Program) -> Desk:
        """Sit somebody down, with the kubeconfig that the program exports for them, or that the AWS CLI makes."""
        folder = self.sandbox.home / "people" / f"{program.cluster}-{user}"
        if (folder / "kubeconfig").exists():
            return Desk(self.sandbox, folder)
        desk = Desk.of_user(self.sandbox, user, folder)
        if program is self.usual:
            self.by_hand(desk, program.cluster, user)
        else:
            outputs = program.outputs()
            desk.write("config", outputs["aws_profiles"][user])
            desk.write("kubeconfig", outputs["kubeconfigs"][user])
        return desk

    def by_hand(self, desk: Desk, cluster: str, profile: str) -> None:
        """Make a kubeconfig the usual way."""
        with self.as_administrator(profile):
            desk.run("aws", "eks", "update-kubeconfig", "--name", cluster, "--profile", profile).check_returncode()

    @contextmanager
    def as_administrator(self, user: str) -> Iterator[None]:
        """Let a user do everything in AWS for a while."""
        state = self.sandbox.state()
        named = {"UserName": user, "PolicyName": "everything"}
        with closing(root_client(state, "iam", state.emulator_port)) as iam:
            iam.put_user_policy(**named, PolicyDocument=json.dumps(ADMINISTRATOR))
            try:
                yield
            finally:
                iam.delete_user_policy(**named)

    def deployer(self, program: Program, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program as who made the cluster: the only one who can use it at first."""
        folder = self.sandbox.home / "people" / f"{program.cluster}-deployer"
        desk = Desk(self.sandbox, folder)
        known = {name: value for name, value in self.sandbox.variables().items() if name.startswith("AWS_")}
        if not (folder / "kubeconfig").exists():
            folder.mkdir(parents=True, exist_ok=True)
            made = desk.run("aws", "eks", "update-kubeconfig", "--name", program.cluster, **known)
            made.check_returncode()
        return desk.run(*command, **known)

    def look(self, program: Program, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run kubectl with the sandbox's own certificate, for what is no part of the story: to look and to prepare."""
        command = [self.sandbox.state().tools["kubectl"], "--kubeconfig", program.facts.admin_kubeconfig, *arguments]
        environment = self.sandbox.env()
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)

    def remove_creator(self) -> None:
        """Delete the role with which both clusters were made, as companies do when somebody leaves."""
        state = self.sandbox.state()
        with closing(root_client(state, "iam", state.emulator_port)) as iam:
            for name in iam.list_role_policies(RoleName=DEPLOYER_ROLE)["PolicyNames"]:
                iam.delete_role_policy(RoleName=DEPLOYER_ROLE, PolicyName=name)
            for policy in iam.list_attached_role_policies(RoleName=DEPLOYER_ROLE)["AttachedPolicies"]:
                iam.detach_role_policy(RoleName=DEPLOYER_ROLE, PolicyArn=policy["PolicyArn"])
            iam.delete_role(RoleName=DEPLOYER_ROLE)

    def _make_users(self) -> None:
        state = self.sandbox.state()
        with closing(root_client(state, "iam", state.emulator_port)) as iam:
            for user in (DEVELOPER, ADMIN, SPARE):
                iam.create_user(UserName=user, Path=PATHS.get(user, "/"))
