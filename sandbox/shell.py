"""The environment in which programs find the sandbox's AWS, tools and engine, and only those."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.network import LOOPBACK
from sandbox.processes import Process
from sandbox.profiles import PROFILE, config_files
from sandbox.state import STAND_IN, SandboxState
from sandbox.toolchain import BIN_MARKER, outside_sandboxes

_REMOVED = (
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_PROFILE",
    "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "PULUMI_ACCESS_TOKEN", "PULUMI_DEBUG_PROVIDERS",
    "PULUMI_IGNORE_AMBIENT_PLUGINS",
)  # fmt: skip
"""Would win over the sandbox's profile, lead out of the sandbox, or hide the plugins on its PATH."""
_REMOVED_PREFIXES = ("AWS_", "PULUMI_K8S_")
"""Settings of the SDKs (`AWS_ENDPOINT_URL_STS`, `AWS_CA_BUNDLE`) and of the kubernetes plugin, all of them."""

PASSPHRASE = "sandbox"  # noqa: S105
"""No secret: a sandbox holds none that outlives it."""

WRAPPER = """#!/bin/sh
# The CLI keeps sessions of roles under HOME; one of another sandbox's would be taken for ours.
export HOME={home}
# A token names the STS host that is to be asked, and the authenticator takes AWS's own hosts only. So for tokens
# the client must speak to AWS's own host name, which the proxy brings to the sandbox.
case " $* " in
*" {trigger} "*)
    export AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true AWS_STS_REGIONAL_ENDPOINTS=regional
    export HTTPS_PROXY={proxy} https_proxy={proxy} AWS_CA_BUNDLE={authority} SSL_CERT_FILE={authority}
    ;;
esac
exec {program} "$@"
"""


def bin_folder(home: Path) -> Path:
    """Return the folder that goes first on PATH."""
    return home / "bin"


def write_bin(state: SandboxState) -> None:
    """Links to the tools, and wrappers for the two programs that make tokens."""
    folder = bin_folder(Path(state.home))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / BIN_MARKER).touch()
    for name, path in state.tools.items():
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(path)
    _write_wrapper(state, "aws", "eks get-token", find_aws_cli())
    _write_wrapper(state, "aws-iam-authenticator", "token", state.tools["aws-iam-authenticator"])


def find_aws_cli() -> str:
    """Return the AWS CLI: in the running Python's environment (pinned there), else on PATH."""
    path = os.pathsep.join((str(Path(sys.executable).parent), outside_sandboxes(os.environ.get("PATH", ""))))
    found = shutil.which("aws", path=path)
    if found is None:
        raise SandboxError(
            "The AWS CLI (`aws`) was not found on PATH. Kubeconfigs call `aws eks get-token` with it.\n"
            "    → pip install awscli    in the environment that runs the sandbox"
        )
    return found


def variables(state: SandboxState, processes: list[Process], environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return what has to be set, by name."""
    home = Path(state.home)
    config, credentials = config_files(home)
    python = str(Path(sys.executable).parent)
    path = os.pathsep.join((str(bin_folder(home)), python, outside_sandboxes(environ.get("PATH", ""))))
    direct = ",".join(dict.fromkeys([*filter(None, environ.get("NO_PROXY", "").split(",")), LOOPBACK, "localhost"]))
    found = {
        "AWS_ENDPOINT_URL": state.aws_endpoint,
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
        "AWS_PROFILE": PROFILE,
        "AWS_REGION": state.region,
        "AWS_DEFAULT_REGION": state.region,
        "AWS_STS_REGIONAL_ENDPOINTS": "regional",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
        "KUBECACHEDIR": str(home / "kube-cache"),
        "KUBECONFIG": str(home / "kubeconfig"),
        "NO_PROXY": direct,
        "no_proxy": direct,
        "PATH": path,
        # The engine lists the packages before each run, and pip would look for a newer one of itself.
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PULUMI_BACKEND_URL": f"file://{home / 'pulumi'}",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        # Every provider is attached or installed; else each run would first try to download what has a stand-in.
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_HOME": str(home / "pulumi-home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    stand_ins = {p.name.removeprefix(STAND_IN): p.address for p in processes if p.name.startswith(STAND_IN)}
    if stand_ins:
        attached = [f"{name}:{address.rpartition(':')[2]}" for name, address in sorted(stand_ins.items())]
        found["PULUMI_DEBUG_PROVIDERS"] = ",".join(attached)
    return found


def inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what a program in the sandbox may keep of the environment around it."""
    return {name: value for name, value in environ.items() if not _is_removed(name)}


def _is_removed(name: str) -> bool:
    return name in _REMOVED or name.startswith(_REMOVED_PREFIXES)


def exports(values: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> str:
    """Lines for ``eval "$(python -m sandbox env)"``."""
    unset = sorted({*_REMOVED, *filter(_is_removed, environ)} - values.keys())
    lines = [f"unset {shlex.join(unset)}", *(f"export {name}={shlex.quote(value)}" for name, value in values.items())]
    return "\n".join(lines)


def _write_wrapper(state: SandboxState, name: str, trigger: str, program: str) -> None:
    path = bin_folder(Path(state.home)) / name
    path.unlink(missing_ok=True)
    path.write_text(
        WRAPPER.format(
            trigger=trigger,
            proxy=state.aws_endpoint,
            authority=shlex.quote(str(state.authority)),
            home=shlex.quote(str(Path(state.home) / "aws")),
            program=shlex.quote(program),
        )
    )
    path.chmod(0o755)
