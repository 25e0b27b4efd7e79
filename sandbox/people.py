"""People at their desks: credentials, AWS profiles and kubeconfig in a folder of theirs, and the programs they run."""

from __future__ import annotations

import configparser
import shlex
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from sandbox.account import new_access_key
from sandbox.certificates import write_private
from sandbox.daemon import root_client
from sandbox.environment import Sandbox
from sandbox.errors import SandboxError
from sandbox.mfa import totp
from sandbox.shell import exports
from sandbox.stacks import Stack


def desk(sandbox: Sandbox, stack: str, person: str) -> Path:
    """Set up a person's desk and return its folder; `env` in it is a file for a shell to source.

    The access key stands for the one that a new user makes with the self-service policy.

    Raises:
        SandboxError: the stack doesn't let this person in, or has no IAM user of that name.
    """
    folder = sandbox.home / "people" / f"{stack}-{person}"
    if (folder / "env").exists():
        return folder
    outputs = Stack(sandbox, stack).outputs()
    if person not in outputs.get("kubeconfigs", {}):
        raise SandboxError(f"{person} does not enter stack {stack}; these do: {', '.join(outputs['kubeconfigs'])}")
    place = Desk(sandbox, folder)
    place.write("kubeconfig", outputs["kubeconfigs"][person])
    place.write("config", outputs["aws_profiles"][person])
    place.add_key(person)
    place.write("env", f"{exports(place.variables())}\nunset AWS_PROFILE\n")
    return folder


@dataclass(frozen=True, slots=True)
class Desk:
    """Where somebody sits, and what their shell knows."""

    sandbox: Sandbox
    folder: Path

    @classmethod
    def of_user(cls, sandbox: Sandbox, user: str, folder: Path) -> Desk:
        """Set up a desk for an IAM user: a profile with an access key, and no kubeconfig yet."""
        desk = cls(sandbox, folder)
        desk.write("config", f"[profile {user}]\nregion = {sandbox.state().region}\n")
        desk.add_key(user)
        return desk

    def write(self, name: str, text: str) -> Path:
        """Put a file on the desk, for its owner alone: ``config``, ``credentials``, ``kubeconfig``."""
        write_private(self.folder / name, text.encode())
        return self.folder / name

    def add_key(self, user: str) -> None:
        """Make an access key of a user and put it under the profile of that name."""
        state = self.sandbox.state()
        with closing(root_client(state, "iam", state.emulator_port)) as iam:
            key = new_access_key(iam, user)
        self.write(
            "credentials",
            f"[{user}]\naws_access_key_id = {key.access_key}\naws_secret_access_key = {key.secret_key}\n",
        )

    def variables(self) -> dict[str, str]:
        """Return what is set in the shell there; the deployer's profile isn't."""
        known = {name: value for name, value in self.sandbox.variables().items() if name != "AWS_PROFILE"}
        return known | {
            "AWS_CONFIG_FILE": str(self.folder / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.folder / "credentials"),
            "KUBECONFIG": str(self.folder / "kubeconfig"),
        }

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a program there and return what it said, whether it failed or not."""
        around = {name: value for name, value in self.sandbox.env().items() if name != "AWS_PROFILE"}
        environment = around | self.variables() | variables
        return subprocess.run(
            command, env=environment, cwd=self.folder, capture_output=True, text=True, check=False, timeout=60
        )

    def enter_with_mfa(self, person: str, profile: str) -> None:
        """Do what a person does who enters through a role that asks for MFA: enrol a device, give its code.

        All of it with the person's own key, so that it works only if their policies allow it.
        """
        self.take_role(person, profile, self.enrol_device(person))

    def enrol_device(self, person: str) -> str:
        """Register an MFA device of a person, with their own key, and return its seed."""
        with closing(self._client(person, "iam")) as iam:
            device = iam.create_virtual_mfa_device(VirtualMFADeviceName=person)["VirtualMFADevice"]
            seed: str = device["Base32StringSeed"].decode()
            iam.enable_mfa_device(
                UserName=person,
                SerialNumber=device["SerialNumber"],
                AuthenticationCode1=totp(seed, time.time() - 30),
                AuthenticationCode2=totp(seed),
            )
        return seed

    def take_role(self, person: str, profile: str, seed: str) -> None:
        """Take the role of a profile with a code, as the AWS CLI does when it asks for one; the session stays there."""
        settings, keys = (_ini(self.folder / name) for name in ("config", "credentials"))
        role = settings[f"profile {profile}"]
        with closing(self._client(person, "sts")) as sts:
            session = sts.assume_role(
                RoleArn=role["role_arn"],
                RoleSessionName=role["role_session_name"],
                SerialNumber=role["mfa_serial"],
                TokenCode=totp(seed),
            )["Credentials"]
        settings[f"profile {profile}"] = {"region": role["region"]}
        keys[profile] = {
            "aws_access_key_id": session["AccessKeyId"],
            "aws_secret_access_key": session["SecretAccessKey"],
            "aws_session_token": session["SessionToken"],
        }
        for name, document in (("config", settings), ("credentials", keys)):
            with (self.folder / name).open("w") as file:
                document.write(file)

    def _client(self, person: str, service: str) -> Any:
        key = _ini(self.folder / "credentials")[person]
        return boto3.client(
            service,
            endpoint_url=self.sandbox.state().aws_endpoint,
            region_name=self.sandbox.state().region,
            aws_access_key_id=key["aws_access_key_id"],
            aws_secret_access_key=key["aws_secret_access_key"],
        )


def _ini(path: Path) -> configparser.RawConfigParser:
    document = configparser.RawConfigParser()
    document.read(path)
    return document


def source_line(folder: Path) -> str:
    """Return the shell line that sits somebody down at a desk."""
    return f"source {shlex.quote(str(folder / 'env'))}"
