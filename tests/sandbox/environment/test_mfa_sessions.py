"""A session that was opened with an MFA code is shared with the AWS CLI, in both directions."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.daemon import root_client
from sandbox.environment import Sandbox
from sandbox.mfa import totp
from sandbox.people import Desk

pytestmark = pytest.mark.sandbox

PERSON, ROLE = "rin", "on-call"
CLI = ("aws", "sts", "get-caller-identity", "--profile", ROLE)
OURS = (
    sys.executable,
    "-c",
    "from eks_access.live.aws import session; "
    f"print(session({ROLE!r}).client('sts').get_caller_identity()['Arn'])",
)  # fmt: skip


class OnCall:
    """Somebody whose role asks for a code, which only standard input can give here."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self._sandbox = sandbox
        self._desk = Desk.of_user(sandbox, PERSON, folder)
        self._seed = self._desk.enrol_device(PERSON)
        account, region = sandbox.state().account, sandbox.state().region
        self._desk.write(
            "config",
            f"[profile {PERSON}]\nregion = {region}\n\n[profile {ROLE}]\nregion = {region}\n"
            f"source_profile = {PERSON}\nrole_session_name = {PERSON}\nrole_arn = arn:aws:iam::{account}:role/{ROLE}\n"
            f"mfa_serial = arn:aws:iam::{account}:mfa/{PERSON}\n",
        )

    @property
    def home(self) -> Path:
        """That of the sandbox's AWS CLI."""
        return self._sandbox.home / "aws"

    @property
    def kept(self) -> list[Path]:
        """What is kept of sessions."""
        folder = self.home / ".aws" / "cli" / "cache"
        return list(folder.iterdir()) if folder.exists() else []

    def forget(self) -> None:
        for file in self.kept:
            file.unlink()

    def run(self, *command: str, code: bool) -> subprocess.CompletedProcess[str]:
        around = {name: value for name, value in self._sandbox.env().items() if name != "AWS_PROFILE"}
        return subprocess.run(
            command,
            env=around | self._desk.variables() | {"HOME": str(self.home)},
            input=f"{totp(self._seed)}\n" if code else "",
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


@pytest.fixture(scope="module")
def person(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> OnCall:
    state = sandbox.state()
    user = f"arn:aws:iam::{state.account}:user/{PERSON}"
    may = {"Effect": "Allow", "Action": ["sts:AssumeRole", "iam:*MFADevice"], "Resource": "*"}
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": user},
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    }
    with closing(root_client(state, "iam", state.emulator_port)) as iam:
        iam.create_user(UserName=PERSON)
        iam.put_user_policy(UserName=PERSON, PolicyName="own", PolicyDocument=_document(may))
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=_document(trust))
    return OnCall(sandbox, tmp_path_factory.mktemp("desk"))


@pytest.fixture
def on_call(person: OnCall) -> OnCall:
    """Them, with no session open."""
    person.forget()
    return person


def _document(statement: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(("first", "then"), [(CLI, OURS), (OURS, CLI)], ids=["by the CLI", "by us"])
def test_who_gave_a_code_is_not_asked_again(on_call: OnCall, first: tuple[str, ...], then: tuple[str, ...]) -> None:
    assert on_call.run(*then, code=False).returncode != 0

    opened = on_call.run(*first, code=True)
    again = on_call.run(*then, code=False)

    assert f"assumed-role/{ROLE}/{PERSON}" in opened.stdout, opened.stderr
    assert f"assumed-role/{ROLE}/{PERSON}" in again.stdout, again.stderr


def test_what_is_kept_is_its_owner_s_alone(on_call: OnCall) -> None:
    on_call.run(*OURS, code=True)

    (kept,) = on_call.kept
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("command", ["whoami rin --live --cluster none", "doctor --cluster none"])
def test_a_code_that_nobody_can_give_is_told_without_a_traceback(on_call: OnCall, command: str) -> None:
    said = on_call.run(sys.executable, "-m", "eks_access.cli", *command.split(), "--profile", ROLE, code=False)

    assert said.returncode in (1, 2)
    assert "Traceback" not in said.stderr
    assert "MFA" in said.stdout + said.stderr
