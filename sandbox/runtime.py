"""The running half of one EKS cluster: control plane and authenticator, brought up and down as EKS does."""

from __future__ import annotations

import base64
import json
import logging
import shutil
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox import vpc_cni
from sandbox.authenticator import Authenticator
from sandbox.aws_auth import add_role
from sandbox.controlplane import ControlPlane, ControlPlaneSettings
from sandbox.errors import SandboxError
from sandbox.kubeconfig import write_kubeconfig
from sandbox.processes import Processes

log = logging.getLogger(__name__)


def node_name(cluster: str, node: str = "") -> str:
    """Name the program of one of a cluster's machines; without `node`, what all their names begin with."""
    return f"{cluster}-node-{node}"


class ClusterRuntime:
    """One cluster's programs. Keyed by cluster name, so one account can have several."""

    def __init__(
        self,
        name: str,
        home: Path,
        *,
        tools: Mapping[str, Path],
        processes: Processes,
        policy_endpoint: str,
        authenticator_environment: Mapping[str, str],
        settings: ControlPlaneSettings,
    ) -> None:
        self.name = name
        self.status = "CREATING"
        self.failure = ""
        self._folder = home / "clusters" / name
        self._environment = dict(authenticator_environment)
        self._processes = processes
        self._control_plane = ControlPlane(name, self._folder, tools, processes, settings)
        self._authenticator = Authenticator(
            name, self._folder / "authenticator", tools["aws-iam-authenticator"], processes
        )
        self._policy_webhook = write_kubeconfig(
            self._folder / "access-policies.kubeconfig", server=f"{policy_endpoint}/{name}"
        )
        self._thread: threading.Thread | None = None
        self._stopping = False

    @property
    def endpoint(self) -> str:
        """Where the API server listens."""
        return self._control_plane.endpoint

    @property
    def certificate_authority_data(self) -> str:
        """The cluster's CA as DescribeCluster gives it."""
        return base64.b64encode(self._control_plane.certificate_authority.read_bytes()).decode()

    @property
    def admin_kubeconfig(self) -> Path:
        """The sandbox's own way in; never given to a program under test."""
        return self._control_plane.admin_kubeconfig

    def start(self, mode: str, *, addons: bool) -> None:
        """Bring everything up in the background; `status` tells when it is done."""
        self._thread = threading.Thread(
            target=self._bring_up, args=(mode, addons), name=f"cluster-{self.name}", daemon=True
        )
        self._thread.start()

    def publish(self, roles: list[dict[str, Any]], users: list[dict[str, Any]]) -> None:
        """Make these the access entries in force."""
        self._authenticator.set_mappings(roles, users)

    def set_mode(self, mode: str) -> None:
        """Follow a change of the authentication mode."""
        self._authenticator.set_mode(mode)

    def add_to_config_map(self, line: dict[str, Any]) -> None:
        """Put a mapRoles line of EKS's own into aws-auth."""
        add_role(self.admin_kubeconfig, line)

    def stop(self) -> None:
        """Take everything down and forget its data."""
        self.status, self._stopping = "DELETING", True
        if self._thread is not None:
            self._thread.join()
        for node in [process.name for process in self._processes if process.name.startswith(node_name(self.name))]:
            self._processes.stop(node)  # an API server waits for those that watch it
        self._authenticator.stop()
        self._control_plane.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _bring_up(self, mode: str, addons: bool) -> None:
        try:
            self._control_plane.start(
                authentication_webhook=self._authenticator.webhook, authorization_webhook=self._policy_webhook
            )
            self._authenticator.start(mode=mode, kubeconfig=self.admin_kubeconfig, environment=self._environment)
            if addons:
                vpc_cni.install(self.admin_kubeconfig)
        except SandboxError as error:
            log.error("cluster %s failed: %s", self.name, error)
            self.failure = str(error)
        except Exception as error:
            log.exception("cluster %s failed", self.name)
            self.failure = f"{type(error).__name__}: {error}"
        if not self._stopping:
            self._write_facts()
            self.status = "FAILED" if self.failure else "ACTIVE"

    def _write_facts(self) -> None:
        facts = {
            "name": self.name,
            "api_server": self.endpoint,
            "controllers": self._control_plane.controllers,
            "ca_file": str(self._control_plane.certificate_authority),
            "admin_kubeconfig": str(self.admin_kubeconfig),
            "failure": self.failure,
        }
        (self._folder / "cluster.json").write_text(json.dumps(facts, indent=2))
