"""The aws-iam-authenticator as EKS runs it: token webhook of one cluster.

Access entries reach it as its *dynamic file*, aws-auth as its *EKSConfigMap* backend; the first one that knows a
principal wins, so an entry overrides the ConfigMap. Which backends are asked follows the authentication mode and is
changed in place through the backend-mode file.
"""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path
from typing import Any

import yaml

from sandbox.certificates import Authority
from sandbox.kubeconfig import write_kubeconfig
from sandbox.network import LOOPBACK, answers, free_ports
from sandbox.processes import Process, Processes

BACKENDS = {
    "CONFIG_MAP": ("DynamicFile", "EKSConfigMap"),
    "API_AND_CONFIG_MAP": ("DynamicFile", "EKSConfigMap"),
    "API": ("DynamicFile",),
}
"""In mode CONFIG_MAP the dynamic file holds nothing but the cluster's hidden creator."""

HEALTH_PORT = 21363
"""The authenticator answers health checks here on every interface, and has no option against it."""

_health_port_guard: socket.socket | None = None


def hold_health_port() -> None:
    """Keep the authenticator off the network: it carries on (with a line in its log) when the port is taken."""
    global _health_port_guard
    if _health_port_guard is not None:
        return
    guard = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        guard.bind((LOOPBACK, HEALTH_PORT))
        guard.listen()
    except OSError:
        guard.close()
        return
    _health_port_guard = guard


def overwrite(path: Path, document: dict[str, Any]) -> None:
    """Replace a watched file's content in place: a rename would cost the watcher a second of blindness."""
    content = json.dumps(document).encode()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, content)
        os.ftruncate(descriptor, len(content))
    finally:
        os.close(descriptor)


class Authenticator:
    """The authenticator of one cluster and the files it watches."""

    def __init__(self, cluster: str, folder: Path, executable: Path, processes: Processes) -> None:
        self._cluster = cluster
        self._folder = folder
        self._executable = executable
        self._processes = processes
        self._version = 0
        (self._port,) = free_ports(1)
        folder.mkdir(parents=True, exist_ok=True)
        self._mappings = folder / "access-entries.json"
        self._modes = folder / "backend-mode.json"
        authority = Authority(folder, f"{cluster} authenticator CA")
        serving = authority.issue_server("serving", hosts=("localhost",), addresses=(LOOPBACK,))
        # the two names under which it looks for its certificate
        serving.certificate.rename(folder / "cert.pem")
        serving.key.rename(folder / "key.pem")
        self.certificate_authority = authority.certificate
        self.webhook = write_kubeconfig(
            folder / "webhook.kubeconfig",
            server=f"https://{LOOPBACK}:{self._port}/authenticate",
            authority=authority.certificate,
        )

    def start(self, *, mode: str, kubeconfig: Path, environment: dict[str, str]) -> None:
        """Start with these access entries already written, after the API server is ready."""
        hold_health_port()
        self.set_mode(mode)
        config = {
            "clusterID": self._cluster,
            "server": {
                "address": LOOPBACK,
                "port": self._port,
                "stateDir": str(self._folder),
                "kubeconfigPregenerated": True,
                "kubeconfig": str(kubeconfig),
                "backendMode": list(BACKENDS[mode]),
                "dynamicfilepath": str(self._mappings),
                "dynamicfileUserIDStrict": True,
                "dynamicBackendModePath": str(self._modes),
            },
        }
        path = self._folder / "config.yaml"
        path.write_text(yaml.safe_dump(config))
        process = self._launch(path, environment)
        self._processes.wait(
            process, lambda: answers(self._port, "/healthz", authority=self.certificate_authority), seconds=60
        )

    def stop(self) -> None:
        """Stop the webhook; it keeps serving after SIGTERM, and has nothing to lose."""
        self._processes.stop(f"{self._cluster}-aws-iam-authenticator", seconds=0.5)

    def set_mode(self, mode: str) -> None:
        """Ask the backends of this authentication mode from now on."""
        self._version += 1
        overwrite(self._modes, {**self._stamp(), "backendMode": " ".join(BACKENDS[mode])})

    def set_mappings(self, roles: list[dict[str, Any]], users: list[dict[str, Any]]) -> None:
        """Publish what the access entries amount to."""
        self._version += 1
        overwrite(self._mappings, {**self._stamp(), "mapRoles": roles, "mapUsers": users, "mapAccounts": []})

    def _stamp(self) -> dict[str, str]:
        return {"LastUpdatedDateTime": str(int(time.time())), "Version": str(self._version)}

    def _launch(self, config: Path, environment: dict[str, str]) -> Process:
        return self._processes.start(
            f"{self._cluster}-aws-iam-authenticator",
            [str(self._executable), "server", "--config", str(config)],
            environment={"PATH": os.environ.get("PATH", ""), "HOME": str(self._folder), **environment},
            address=f"https://{LOOPBACK}:{self._port}",
        )
