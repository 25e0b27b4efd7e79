"""`eks-access sso` in an account where Identity Center made its roles beforehand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.environment import Sandbox

pytestmark = pytest.mark.sandbox

DECLARATION = """\
account: {{id: "111122223333", region: eu-west-1}}
people:
  oncall: {{ssoPermissionSet: {{name: ClusterOperator, suffix: "{suffix}", region: eu-west-1}}}}
"""


def sso(sandbox: Sandbox, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "eks_access.cli", "sso", *arguments]
    return subprocess.run(command, env=sandbox.env(), capture_output=True, text=True, check=False, timeout=60)


def test_the_suffixes_of_the_account_are_found(sandbox: Sandbox) -> None:
    listed = sso(sandbox, "--format", "json")
    found = {each["name"]: (each["suffix"], each["region"]) for each in json.loads(listed.stdout)["permissionSets"]}

    assert found == {
        "Auditor": ("00112233445566aa", "eu-west-1"),
        "ClusterOperator": ("0123456789abcdef", "eu-west-1"),
        "PlatformAdmin": ("fedcba9876543210", "eu-west-1"),
    }
    assert sso(sandbox, "ClusterOperator").returncode == 0


def test_a_rotated_suffix_is_told_and_put_right(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    file.write_text(DECLARATION.format(suffix="ffffffffffffffff"))

    told = sso(sandbox, "--stack", str(file), "--write")

    assert told.returncode == 1
    assert f"{file}:3: people.oncall.ssoPermissionSet.suffix: rotated" in told.stdout
    assert file.read_text() == DECLARATION.format(suffix="0123456789abcdef")
    assert sso(sandbox, "--stack", str(file)).returncode == 0
