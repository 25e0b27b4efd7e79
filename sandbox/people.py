"""A person of a deployed stack at their own desk: credentials, AWS profiles and kubeconfig in a folder of theirs."""

from __future__ import annotations

import shlex
from contextlib import closing
from pathlib import Path
from typing import Any

from sandbox.account import new_access_key
from sandbox.certificates import write_private
from sandbox.daemon import root_client
from sandbox.environment import Sandbox
from sandbox.errors import SandboxError
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
    write_private(folder / "kubeconfig", outputs["kubeconfigs"][person].encode())
    _write_profiles(sandbox, folder, person, outputs["aws_profiles"][person])
    _write_env(sandbox, folder)
    return folder


def _write_profiles(sandbox: Sandbox, folder: Path, person: str, profiles: str) -> None:
    state = sandbox.state()
    with closing(root_client(state, "iam", state.emulator_port)) as iam:
        key = new_access_key(iam, person)
    own = f"aws_access_key_id = {key.access_key}\naws_secret_access_key = {key.secret_key}\n"
    write_private(folder / "config", profiles.encode())
    write_private(folder / "credentials", f"[{person}]\n{own}".encode())


def _write_env(sandbox: Sandbox, folder: Path) -> None:
    variables: dict[str, Any] = {name: value for name, value in sandbox.variables().items() if name != "AWS_PROFILE"}
    variables |= {
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
        "KUBECONFIG": str(folder / "kubeconfig"),
    }
    write_private(folder / "env", f"{exports(variables)}\nunset AWS_PROFILE\n".encode())


def source_line(folder: Path) -> str:
    """Return the shell line that sits somebody down at a desk."""
    return f"source {shlex.quote(str(folder / 'env'))}"
