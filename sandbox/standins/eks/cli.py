"""The `aws` CLI, which the kubeconfig calls (dependencies.ts)."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pulumi

_INSTALL = (
    "See https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html for installation instructions."
)


def assert_aws_cli() -> None:
    """Look for the `aws` CLI, which the kubeconfig calls; the real component does so even in a preview."""
    found = shutil.which("aws")
    if found is None:
        raise pulumi.RunError(f"Could not find aws CLI for EKS. {_INSTALL}")
    match = re.match(r"aws-cli/(\d+)\.(\d+)\.(\d+)", _told_version(found, Path(found).stat().st_mtime_ns))
    if match is None:
        return
    version = tuple(int(part) for part in match.groups())
    needed = (1, 24, 0) if version[0] == 1 else (2, 7, 0)
    if version < needed:
        current, least = ".".join(map(str, version)), ".".join(map(str, needed))
        raise pulumi.RunError(f"At least v{least} of aws-cli is required. Current version is: {current}. {_INSTALL}")


@cache
def _told_version(program: str, _changed: int) -> str:
    """Ask once, until the program is another: starting it takes longer than everything else the component does."""
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=60).stdout
