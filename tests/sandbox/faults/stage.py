"""A small environment of one stack, users included, whose declaration goes back and forth while things go wrong."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from eks_access import AccessPlan, compile_plan, load
from eks_access.checks import find_problems
from eks_access.declaration.kinds import AuthenticationMode
from eks_access.review.access_review import AccessReview
from eks_access.review.declared import state_of_plan

from sandbox.account_network import PRIVATE_SUBNETS, VPC
from sandbox.daemon import root_client
from sandbox.environment import Sandbox
from sandbox.faults import Call, Calls, kill_family, listening
from sandbox.logins import Door, Keyring, Login
from sandbox.state import ACCOUNT, REGION

from ..engine import Environment
from ..lifecycle.life import Life, Raw, planned_aws_auth, planned_entries, planned_objects

NODES = "/api/v1/nodes"
"""What an admin may list and nobody else here."""


def declaration(cluster: str) -> Raw:
    """A declaration with two teams, admins of three kinds, nodes, and everything that grants are made of."""
    return {
        "cluster": {
            "name": cluster,
            "account": ACCOUNT,
            "region": REGION,
            "version": "1.33",
            "authenticationMode": "API_AND_CONFIG_MAP",
            "creator": "ci",
            "endpoint": {"private": True, "public": True, "publicCidrs": ["198.51.100.0/24"]},
        },
        "nodeGroups": {"general": {"kind": "managed", "instanceTypes": ["m7g.large"], "min": 1, "max": 2}},
        "people": {
            "mika": {"iamUser": {"path": "/admins/"}},
            "sato": {"iamUser": {"path": "/break-glass/"}},
            "hanako": {"iamUser": {"path": "/developers/"}},
            "taro": {"iamUser": {"path": "/developers/"}},
            "yuki": {"iamUser": {}},
            "ci": {"iamRole": f"arn:aws:iam::{ACCOUNT}:role/ci/pulumi"},
        },
        "teams": {
            "operators": {"members": ["hanako"], "assumeRole": {"mfa": True}},
            "payments": {"members": ["taro", "yuki"]},
            "auditors": {"members": ["yuki"], "assumeRole": {}},
        },
        "admins": {
            "teams": ["operators"],
            "people": ["mika"],
            "breakGlass": {"trustedBy": ["sato"], "mfa": True},
        },
        "namespaces": {"payments": {"labels": {"team": "payments"}}, "search": {}},
        "roles": {
            "releaser": {
                "rules": [
                    {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list", "patch"]},
                    {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]},
                ]
            },
            "node-viewer": {"rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}]},
        },
        "grants": [
            {"team": "payments", "role": "releaser", "namespaces": ["payments"]},
            {"team": "payments", "role": "view", "namespaces": ["payments"]},
            {"team": "auditors", "role": "view", "namespaces": ["search"]},
            {"person": "taro", "accessPolicy": "AmazonEKSViewPolicy", "namespaces": ["search"]},
        ],
    }


@dataclass(frozen=True)
class Stage:
    """The stack, the account and the cluster that it makes."""

    environment: Environment
    name: str
    keyring: Keyring

    @property
    def sandbox(self) -> Sandbox:
        """The account in which it plays."""
        return self.environment.sandbox

    @property
    def file(self) -> Path:
        """Its declaration."""
        return self.environment.project / "stacks" / "access" / f"{self.name}.yaml"

    def declare(self, raw: Raw) -> AccessPlan:
        """Write a declaration and return what it means; it must pass the checks, or nothing would happen."""
        self.file.write_text(yaml.safe_dump(raw, sort_keys=False))
        plan = self.plan
        problems = [str(problem) for problem in find_problems(plan)]
        assert problems == []
        return plan

    @property
    def plan(self) -> AccessPlan:
        """What the declaration means now."""
        return compile_plan(load(self.file))

    @property
    def life(self) -> Life:
        """The same environment, as what EKS and the API server know of it."""
        cluster = self.plan.cluster
        assert cluster is not None
        return Life(self.environment, self.name, cluster.mode)

    def adopt(self, keys: list[str]) -> None:
        """Say what the next update takes over."""
        self.environment.adopt(self.name, keys)

    def up(self, *options: str) -> dict[str, str]:
        """Run `pulumi up`, which must succeed."""
        return self.environment.up(self.name, *options)

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the engine, whatever comes of it."""
        return self.environment.stack(self.name).run(*arguments, check=False)

    def update(self) -> subprocess.CompletedProcess[str]:
        """Run `pulumi up`, whatever comes of it."""
        return self.pulumi(*UP, "--stack", self.name)

    def exported(self) -> dict[str, Any]:
        """The stack's state."""
        deployment: dict[str, Any] = json.loads(self.pulumi("stack", "export", "--stack", self.name).stdout)[
            "deployment"
        ]
        return deployment

    def rests(self) -> bool:
        """Whether a preview has nothing to do."""
        asked = ("preview", "--stack", self.name, "--non-interactive", "--expect-no-changes")
        return self.pulumi(*asked).returncode == 0

    def recover(self, *options: str) -> tuple[int, dict[str, Any], str]:
        """Run `eks-access recover` and return its exit code, what it says as JSON, and its standard error."""
        command = [sys.executable, "-m", "eks_access.cli", "recover", self.name, "--format", "json", *options]
        environment = self.sandbox.env()
        done = subprocess.run(
            command, cwd=self.environment.project, env=environment, capture_output=True, text=True, timeout=300
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout or "{}"), done.stderr

    def killed_up(self, decides: Callable[[Call], bool]) -> Calls:
        """Run `pulumi up` and kill the engine with all that it started as soon as a call is the one; it must come."""
        command = [self.sandbox.state().tools["pulumi"], *UP, "--stack", self.name]
        engine = subprocess.Popen(
            command,
            cwd=self.environment.project,
            env=self.sandbox.env(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        killed: list[Call] = []

        def decide(call: Call) -> str | None:
            if killed:
                return "the engine is gone" if call.phase == "before" else None
            if not decides(call):
                return None
            killed.append(call)
            kill_family(engine.pid)
            return "the engine is gone" if call.phase == "before" else None

        with listening(self.sandbox, decide) as calls:
            said, _ = engine.communicate(timeout=300)
            assert killed, f"the update ended before it was to be killed:\n{said}"
        return calls

    def admins_outside(self) -> list[str]:
        """Name the admins who can't enter: every declared way of theirs is walked, with real credentials."""
        cluster = self.plan.cluster
        assert cluster is not None
        ways = [(e.person, e.own_arn, e.enters_as, e.mfa) for e in self.plan.entrances if e.cluster_admin]
        outside = []
        with closing(Door(self.sandbox.state(), self.name)) as door:
            for person, own, enters_as, mfa in ways:
                credentials = (
                    self.keyring.user(person) if own == enters_as else self.keyring.role(person, enters_as, mfa=mfa)
                )
                status, _ = door.ask(Login(self.name, REGION, credentials), "GET", NODES)
                if status != 200:
                    outside.append(f"{person} as {enters_as}: {status}")
            status, _ = door.ask(Login(self.name, REGION, self.keyring.deployer()), "GET", NODES)
            if status != 200:
                outside.append(f"the deployer: {status}")
        return outside

    def review(self) -> AccessReview:
        """The evaluator on what is declared."""
        return AccessReview(state_of_plan(self.plan))

    def differences(self) -> list[str]:
        """List how what is in IAM, EKS and Kubernetes differs from the plan; nothing more and nothing less is right."""
        plan, life = self.plan, self.life
        found = {"objects": life.objects(), "aws-auth": life.aws_auth(), **self._iam()}
        wanted = {"objects": planned_objects(plan), "aws-auth": planned_aws_auth(plan), **_planned_iam(plan)}
        different = [
            f"{kind}: {found[kind]} instead of {wanted[kind]}" for kind in wanted if found[kind] != wanted[kind]
        ]
        entries, planned = life.entries(), planned_entries(plan)
        by_eks = (
            {plan.cluster.creator_arn} if plan.cluster and life.mode is AuthenticationMode.API_AND_CONFIG_MAP else set()
        )
        if set(entries) != set(planned) | by_eks:
            different.append(f"entries: {sorted(entries)} instead of {sorted(set(planned) | by_eks)}")
        for arn in set(planned) & set(entries):
            seen = {key: entries[arn][key] for key in planned[arn]}
            if seen != planned[arn]:
                different.append(f"entry {arn}: {seen} instead of {planned[arn]}")
        return different

    def _iam(self) -> dict[str, Any]:
        state = self.sandbox.state()
        with closing(root_client(state, "iam", state.emulator_port)) as iam:
            users = [user["UserName"] for user in iam.list_users()["Users"]]
            roles = [role["RoleName"] for role in iam.list_roles()["Roles"]]
            ours = [role for role in roles if role.startswith(f"{self.name}-")]
            return {
                "users": {
                    user: sorted(iam.list_user_policies(UserName=user)["PolicyNames"])
                    for user in users
                    if user != "sandbox-deployer"
                },
                "roles": {role: sorted(iam.list_role_policies(RoleName=role)["PolicyNames"]) for role in ours},
                "trust": {
                    role: _trusted(iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"])
                    for role in ours
                    if not role.startswith(f"{self.name}-node-")
                },
            }


UP = ("up", "--yes", "--skip-preview", "--non-interactive")


def _trusted(document: Any) -> list[str]:
    document = json.loads(document) if isinstance(document, str) else document
    named = document["Statement"][0]["Principal"]["AWS"]
    return sorted([named] if isinstance(named, str) else named)


def _planned_iam(plan: AccessPlan) -> dict[str, Any]:
    assert plan.cluster is not None
    entering = {policy.user for policy in plan.user_policies}
    enter = f"eks-access-{plan.cluster.name}"
    nodes = {role.name: ["eks-access-node"] if role.permissions else [] for role in plan.node_roles}
    return {
        "users": {
            user.name: sorted(["eks-access-self-service", *([enter] if user.name in entering else [])])
            for user in plan.users
        },
        "roles": {role.name: ["eks-access-enter"] for role in plan.entry_roles} | nodes,
        "trust": {role.name: sorted(role.trusted) for role in plan.entry_roles},
    }


@contextmanager
def staged(folder: Path, name: str, *, cache_seconds: int = 1, raw: Raw | None = None) -> Iterator[Stage]:
    """Start a sandbox with the environment deployed in it; stop it at the end by process id."""
    sandbox = Sandbox(folder / "home", cache_seconds=cache_seconds)
    project = folder / "project"
    project.mkdir(parents=True)
    try:
        sandbox.up()
        environment = Environment.copy(sandbox, project)
        settings = {
            "eks-access:access": f"access/{name}.yaml",
            "eks-access:createUsers": True,
            "eks-access:vpcId": VPC,
            "eks-access:subnetIds": list(PRIVATE_SUBNETS),
        }
        stack = project / "stacks" / f"Pulumi.{name}.yaml"
        stack.write_text(yaml.safe_dump({"config": settings}, sort_keys=False))
        stage = Stage(environment, name, Keyring(sandbox.state()))
        stage.declare(copy.deepcopy(raw or declaration(name)))
        stage.up()
        yield stage
    finally:
        sandbox.down()
