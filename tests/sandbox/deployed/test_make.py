"""What CI and the on-call run, as they run it: `make deploy`, `drift` and `audit`, with the rights of docs/ci.md."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.state import PROJECT

from ..engine import Changes, Environment
from .auditing import edit_aws_auth, held_to

pytestmark = pytest.mark.sandbox

FOREIGN = "arn:aws:iam::444455556666:role/by-hand"
LINE = f"- rolearn: {FOREIGN}\n  username: hand\n  groups:\n  - others\n"
ELSEWHERE = {
    *("eks:DescribeAddon", "iam:GetInstanceProfile"),
    *("ec2:DescribeVpcs", "ec2:DescribeVpcAttribute", "ec2:DescribeSubnets", "ec2:DescribeRouteTables"),
    *("iam:GetUser", "iam:ListMFADevices", "iam:ListRolePolicies"),
}
"""What `dev` doesn't need: other stacks do (add-ons, Karpenter, the default VPC, users), the drill does, and the real
aws provider reads a role's inline policies by name first."""
Said = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def checkout(environment: Environment, deployed: Changes) -> Environment:
    """The project's files that `make` needs, beside the stacks that are deployed; nothing is installed."""
    project = environment.project
    for name in ("Makefile", "requirements.txt", "constraints.txt", "pyproject.toml"):
        shutil.copy2(PROJECT / name, project / name)
    for name in ("tools", "policy"):
        shutil.copytree(PROJECT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    (project / ".venv").mkdir()
    for each in Path(sys.prefix).iterdir():
        if each.name != ".ready":
            (project / ".venv" / each.name).symlink_to(each)
    (project / ".venv" / ".ready").touch()
    return environment


def make(checkout: Environment, *arguments: str, **variables: str) -> Said:
    return subprocess.run(
        ["make", *arguments],
        cwd=checkout.project,
        env=checkout.sandbox.env() | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )


def aws_auth(checkout: Environment) -> str:
    asked = ("-n", "kube-system", "get", "configmap", "aws-auth", "-o", "json")
    return str(json.loads(checkout.kubectl(None, *asked).stdout)["data"]["mapRoles"])


def test_a_line_by_hand_is_told_every_night_and_stops_a_deployment_until_it_is_dropped_by_name(
    checkout: Environment,
) -> None:
    edit_aws_auth(checkout, "mapRoles", lambda text: text + LINE)

    drift = make(checkout, "drift", "STACK=dev")
    stopped = make(checkout, "deploy", "STACK=dev")

    assert drift.returncode != 0
    assert f"{FOREIGN} is let in as hand in others" in drift.stdout
    assert "no changes were expected" in drift.stdout + drift.stderr, "the engine is asked too"
    assert stopped.returncode != 0
    assert f"with make: DROP={FOREIGN}" in stopped.stdout
    assert "Updating" not in stopped.stdout
    assert FOREIGN in aws_auth(checkout)

    deployed = make(checkout, "deploy", "STACK=dev", f"DROP={FOREIGN}")

    assert deployed.returncode == 0, deployed.stdout[-2000:] + deployed.stderr
    assert FOREIGN not in aws_auth(checkout)


def test_a_user_whom_nobody_declared_is_told_by_the_audit_of_the_people(checkout: Environment) -> None:
    clean = make(checkout, "audit", "STACK=people")
    checkout.aws("iam", "create-user", "--user-name", "stranger", "--path", "/developers/")
    try:
        told = make(checkout, "audit", "STACK=people")
    finally:
        checkout.aws("iam", "delete-user", "--user-name", "stranger")

    assert (clean.returncode, "users of account 111122223333: as declared" in clean.stdout) == (0, True), clean.stdout
    assert told.returncode != 0
    assert "arn:aws:iam::111122223333:user/developers/stranger" in told.stdout


def test_the_rights_of_the_preview_role_are_enough_for_the_nightly_run_and_none_is_idle(checkout: Environment) -> None:
    with providers_held_to(checkout, preview_policy()) as (held, variables):
        done = make(checkout, "drift", "STACK=dev", **variables)

        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
        used = {action for action, _ in held.asked if not action.startswith("sts:")}
        assert granted(held.policy) - used == ELSEWHERE
        assert all(action.split(":")[1].startswith(("Describe", "Get", "List")) for action in granted(held.policy))

        statements = held.policy["Statement"]
        held.policy["Statement"] = [each for each in statements if "kms:DescribeKey" not in each["Action"]]
        refused = make(checkout, "drift", "STACK=dev", **variables)

    assert refused.returncode != 0
    assert "kms:DescribeKey" in refused.stdout + refused.stderr


def preview_policy() -> dict[str, Any]:
    """Find the policy of the preview role in docs/ci.md, without what it says of the state's bucket."""
    blocks = (PROJECT / "docs" / "ci.md").read_text().split("```json\n")[1:]
    documents = [json.loads(block.partition("```")[0]) for block in blocks]
    (policy,) = (each for each in documents if "Principal" not in each["Statement"][0])
    kept = [each for each in policy["Statement"] if not each["Action"][0].startswith("s3:")]
    return {**policy, "Statement": kept}


def granted(policy: dict[str, Any]) -> set[str]:
    return {action for statement in policy["Statement"] for action in statement["Action"]}


@contextmanager
def providers_held_to(checkout: Environment, policy: dict[str, Any]) -> Iterator[tuple[Any, dict[str, str]]]:
    """Run providers, and whatever else asks AWS, with these rights alone."""
    with ExitStack() as stack:
        held = stack.enter_context(held_to(checkout, policy))
        variables = {"AWS_ENDPOINT_URL": held.endpoint}
        environment = checkout.sandbox.env() | variables | {"PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"}
        ports = []
        for name in ("aws", "eks", "kubernetes"):
            command = [sys.executable, "-m", "sandbox.standins.serve", name]
            process = stack.enter_context(
                subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            )
            stack.callback(process.terminate)
            assert process.stdout is not None
            ports.append(f"{name}:{process.stdout.readline().strip()}")
        yield held, variables | {"PULUMI_DEBUG_PROVIDERS": ",".join(ports)}
