"""The `aws` CLI, which the kubeconfig calls (dependencies.ts)."""

from __future__ import annotations

import re
import shutil
import subprocess

import pulumi

_INSTALL = (
    "See https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html for installation instructions."
)


def assert_aws_cli() -> None:
    """Look for the `aws` CLI, which the kubeconfig calls; the real component does so even in a preview."""
    if shutil.which("aws") is None:
        raise pulumi.RunError(f"Could not find aws CLI for EKS. {_INSTALL}")
    answer = subprocess.run(["aws", "--version"], capture_output=True, text=True, check=False, timeout=60).stdout
    match = re.match(r"aws-cli/(\d+)\.(\d+)\.(\d+)", answer)
    if match is None:
        return
    version = tuple(int(part) for part in match.groups())
    needed = (1, 24, 0) if version[0] == 1 else (2, 7, 0)
    if version < needed:
        current, least = ".".join(map(str, version)), ".".join(map(str, needed))
        raise pulumi.RunError(f"At least v{least} of aws-cli is required. Current version is: {current}. {_INSTALL}")
