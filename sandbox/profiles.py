"""The AWS profiles of a sandbox: in files of its own, never in the user's `~/.aws`."""

from __future__ import annotations

import configparser
from pathlib import Path

from sandbox.certificates import write_private
from sandbox.state import Credentials, SandboxState

DEPLOYER_USER = "sandbox-deployer"
DEPLOYER_ROLE_PATH = "/ci/"
DEPLOYER_ROLE = "pulumi"
PROFILE = "deployer"


def deployer_role_arn(account: str) -> str:
    """Return the role every stack is deployed with."""
    return f"arn:aws:iam::{account}:role{DEPLOYER_ROLE_PATH}{DEPLOYER_ROLE}"


def write_profiles(state: SandboxState, credentials: Credentials) -> None:
    """Write the deployer's two profiles: its key, and the role it assumes with it."""
    set_profile(state, DEPLOYER_USER, credentials)
    set_profile(
        state,
        PROFILE,
        role_arn=deployer_role_arn(state.account),
        role_session_name="sandbox",
        source_profile=DEPLOYER_USER,
    )


def set_profile(state: SandboxState, name: str, key: Credentials | None = None, **settings: str) -> None:
    """Write one profile into the sandbox's own AWS configuration, never into the user's."""
    config, credentials = config_files(Path(state.home))
    _put(config, f"profile {name}", {"region": state.region, "output": "json", **settings})
    if key is not None:
        secret = {"aws_access_key_id": key.access_key, "aws_secret_access_key": key.secret_key}
        _put(credentials, name, secret)


def config_files(home: Path) -> tuple[Path, Path]:
    """AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE of the sandbox."""
    return home / "aws" / "config", home / "aws" / "credentials"


def _put(path: Path, section: str, settings: dict[str, str]) -> None:
    document = configparser.RawConfigParser()
    document.read(path)
    document[section] = settings
    lines = [f"[{name}]\n" + "".join(f"{k} = {v}\n" for k, v in document[name].items()) for name in document.sections()]
    write_private(path, "\n".join(lines).encode())
