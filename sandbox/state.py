"""Where a sandbox keeps things, and what others may read about it: `<home>/state.json`."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sandbox.certificates import write_private
from sandbox.errors import SandboxError
from sandbox.network import LOOPBACK
from sandbox.processes import Processes

ACCOUNT = "111122223333"
REGION = "eu-west-1"

DAEMON = "daemon"
EMULATOR = "aws-emulator"
STAND_IN = "standin-"
"""Names of the programs; a stand-in's is followed by the provider's."""

HEALTH_PATH = "/sandbox/health"
POLICY_PATH = "/sandbox/access-policies"
DELAYS_PATH = "/sandbox/delays"
FAULTS_PATH = "/sandbox/faults"
"""What the front answers beside AWS."""

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_HOME = PROJECT / ".sandbox"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key; the secret stays out of logs and messages."""

    access_key: str
    secret_key: str = field(repr=False)


def new_root_key() -> Credentials:
    """Return a key of the account's root user, known to this sandbox only."""
    return Credentials(f"ROOT{secrets.token_hex(8).upper()}", secrets.token_hex(20))


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """A running EKS cluster, for the sandbox's own use."""

    name: str
    api_server: str
    ca_file: str
    admin_kubeconfig: str
    controllers: str
    """kube-controller-manager's own port, with /metrics for whoever the API server says may read it."""
    failure: str = ""


@dataclass(slots=True)
class SandboxState:
    """One running sandbox. Written by `up`; the clusters' facts are the daemon's and are read when asked for."""

    home: str
    port: int
    emulator_port: int
    root: Credentials
    """For the sandbox's own use; programs under test get the deployer's profile."""
    credentials: Credentials | None = None
    """The deployer's long-lived key; it may do nothing but assume the deployer's role."""
    account: str = ACCOUNT
    region: str = REGION
    tools: dict[str, str] = field(default_factory=dict)

    @property
    def aws_endpoint(self) -> str:
        """Where AWS is."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def logs(self) -> Path:
        """The folder with every program's output."""
        return Path(self.home) / "logs"

    @property
    def authority(self) -> Path:
        """The CA under which the sandbox answers for AWS's own host names."""
        return authority_file(Path(self.home))

    @property
    def processes(self) -> dict[str, int]:
        """Process ids by name."""
        return {process.name: process.pid for process in Processes(Path(self.home))}

    @property
    def clusters(self) -> dict[str, ClusterFacts]:
        """The clusters that are up, by name."""
        found = [_read(path) for path in sorted((Path(self.home) / "clusters").glob("*/cluster.json"))]
        return {facts["name"]: ClusterFacts(**facts) for facts in found}

    def cluster(self, name: str | None = None) -> ClusterFacts:
        """Return the named cluster, or the only one."""
        clusters = self.clusters
        if name is None and len(clusters) == 1:
            return next(iter(clusters.values()))
        if name not in clusters:
            raise SandboxError(f"No cluster {name or '(any)'} is up in {self.home}; running: {sorted(clusters)}")
        return clusters[name]

    def save(self) -> None:
        """Write `state.json`, readable by its owner only."""
        write_private(state_file(Path(self.home)), json.dumps(asdict(self), indent=2).encode())


def authority_file(home: Path) -> Path:
    """Where the CA of the sandbox in `home` is."""
    return home / "pki" / "ca.crt"


def state_file(home: Path) -> Path:
    """Where the state of the sandbox in `home` is."""
    return home / "state.json"


def load_state(home: Path) -> SandboxState | None:
    """Return the state of the sandbox in `home`, if it was ever started."""
    try:
        document = _read(state_file(home))
    except FileNotFoundError:
        return None
    keys = {name: Credentials(**document[name]) if document[name] else None for name in ("root", "credentials")}
    return SandboxState(**{**document, **keys})


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text())
    return document
