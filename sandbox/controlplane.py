"""One EKS cluster's control plane: etcd, kube-apiserver, kube-controller-manager and kube-scheduler on loopback."""

from __future__ import annotations

import http.client
import json
import os
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import yaml

from sandbox.certificates import Authority, KeyPair, write_signing_key
from sandbox.kubeconfig import write_kubeconfig
from sandbox.network import LOOPBACK, answers, free_ports
from sandbox.processes import Process, Processes

SERVICE_CIDR = "10.100.0.0/16"
FIRST_SERVICE_ADDRESS = "10.100.0.1"

HEALTH_PATHS = ("/livez", "/readyz", "/healthz")
"""All that anonymous requests may see, as on EKS from 1.32 on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPlaneSettings:
    """What may differ between a rehearsal and a measurement."""

    token_cache_seconds: int = 1
    """How long the API server trusts an answer of the authenticator; short, so that changes show at once."""
    policy_cache_seconds: int = 1
    """The same for access-policy decisions."""


class ControlPlane:
    """The four programs, their certificates and files, all under one folder."""

    def __init__(
        self,
        cluster: str,
        folder: Path,
        tools: Mapping[str, Path],
        processes: Processes,
        settings: ControlPlaneSettings,
    ) -> None:
        self.cluster = cluster
        self._folder = folder
        self._tools = tools
        self._processes = processes
        self._settings = settings
        self._etcd_port, self._peer_port, self._port, self._controllers_port, self._scheduler_port = free_ports(5)
        self.endpoint = f"https://{LOOPBACK}:{self._port}"
        self.controllers = f"https://{LOOPBACK}:{self._controllers_port}"
        """kube-controller-manager's own port: /metrics of a controller that asks the API server who may."""
        self.authority = Authority(folder / "pki", f"{cluster} cluster CA")
        self._admin = self.authority.issue_client("admin", user="sandbox:admin", groups=("system:masters",))
        self.admin_kubeconfig = self._kubeconfig("admin", self._admin)
        self._service_accounts = write_signing_key(folder / "pki", "service-accounts")

    @property
    def certificate_authority(self) -> Path:
        """What clients verify the endpoint with."""
        return self.authority.certificate

    def start(self, *, authentication_webhook: Path | None = None, authorization_webhook: Path | None = None) -> None:
        """Start all of them and return when the API server is ready and its bootstrap roles are there, aggregated.

        Without webhooks it is plain Kubernetes, which knows client certificates and RBAC alone.
        """
        etcd = self._start_etcd()
        self._processes.wait(etcd, lambda: answers(self._etcd_port, "/health"), seconds=60)
        server = self._start_api_server(authentication_webhook, authorization_webhook)
        self._processes.wait(
            server, lambda: answers(self._port, "/readyz", authority=self.certificate_authority), seconds=120
        )
        controllers = self._start_controllers()
        self._processes.wait(
            controllers,
            lambda: answers(self._controllers_port, "/healthz", authority=self.certificate_authority),
            seconds=60,
        )
        self._start_scheduler()
        self._processes.wait(controllers, self._aggregated, seconds=60)

    def stop(self) -> None:
        """Stop in the order that lets each end cleanly."""
        for part in ("kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd"):
            self._processes.stop(f"{self.cluster}-{part}")

    def _aggregated(self) -> bool:
        """Whether the controllers have filled view, edit and admin: nobody meets a cluster of EKS before that."""
        context = ssl.create_default_context(cafile=str(self.certificate_authority))
        context.load_cert_chain(self._admin.certificate, self._admin.key)
        connection = http.client.HTTPSConnection(LOOPBACK, self._port, timeout=10, context=context)
        with closing(connection):
            connection.request("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles")
            answer = connection.getresponse()
            roles = json.loads(answer.read()).get("items", []) if answer.status == 200 else []
        filled = {role["metadata"]["name"] for role in roles if role.get("rules")}
        return {"admin", "edit", "view"} <= filled

    def _program(self, name: str, user: str) -> Path:
        return self._kubeconfig(name, self.authority.issue_client(name, user=user, groups=()))

    def _kubeconfig(self, name: str, client: KeyPair) -> Path:
        return write_kubeconfig(
            self._folder / f"{name}.kubeconfig",
            server=self.endpoint,
            authority=self.certificate_authority,
            client=client,
        )

    def _launch(self, part: str, port: int, *arguments: str, scheme: str = "https") -> Process:
        return self._processes.start(
            f"{self.cluster}-{part}",
            [str(self._tools[part]), *arguments],
            environment={"PATH": os.environ.get("PATH", ""), "HOME": str(self._folder)},
            address=f"{scheme}://{LOOPBACK}:{port}",
        )

    def _start_etcd(self) -> Process:
        client, peer = f"http://{LOOPBACK}:{self._etcd_port}", f"http://{LOOPBACK}:{self._peer_port}"
        return self._launch(
            "etcd", self._etcd_port,
            f"--data-dir={self._folder / 'etcd'}",
            f"--listen-client-urls={client}", f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            "--unsafe-no-fsync", "--log-level=warn",
            scheme="http",
        )  # fmt: skip

    def _start_api_server(self, authentication_webhook: Path | None, authorization_webhook: Path | None) -> Process:
        serving = self.authority.issue_server(
            "kube-apiserver",
            hosts=("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"),
            addresses=(LOOPBACK, FIRST_SERVICE_ADDRESS),
        )
        return self._launch(
            "kube-apiserver", self._port,
            f"--bind-address={LOOPBACK}", f"--secure-port={self._port}",
            # the kubernetes Service may not point at loopback, and nothing here needs it
            f"--advertise-address={LOOPBACK}", "--endpoint-reconciler-type=none",
            f"--etcd-servers=http://{LOOPBACK}:{self._etcd_port}",
            f"--service-cluster-ip-range={SERVICE_CIDR}",
            f"--cert-dir={self._folder / 'pki'}",
            f"--tls-cert-file={serving.certificate}", f"--tls-private-key-file={serving.key}",
            f"--client-ca-file={self.certificate_authority}",
            "--enable-admission-plugins=NodeRestriction",
            f"--authentication-config={self._write_authentication()}",
            *self._authenticate(authentication_webhook), *self._authorize(authorization_webhook),
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-signing-key-file={self._service_accounts.key}",
            f"--service-account-key-file={self._service_accounts.certificate}",
            "--allow-privileged=true", "--profiling=false",
        )  # fmt: skip

    def _authenticate(self, webhook: Path | None) -> tuple[str, ...]:
        if webhook is None:
            return ()
        return (
            f"--authentication-token-webhook-config-file={webhook}",
            "--authentication-token-webhook-version=v1beta1",
            f"--authentication-token-webhook-cache-ttl={self._settings.token_cache_seconds}s",
        )

    def _authorize(self, webhook: Path | None) -> tuple[str, ...]:
        if webhook is None:
            return ("--authorization-mode=Node,RBAC",)
        return (
            "--authorization-mode=Node,RBAC,Webhook",
            f"--authorization-webhook-config-file={webhook}",
            "--authorization-webhook-version=v1",
            f"--authorization-webhook-cache-authorized-ttl={self._settings.policy_cache_seconds}s",
            f"--authorization-webhook-cache-unauthorized-ttl={self._settings.policy_cache_seconds}s",
        )

    def _start_controllers(self) -> Process:
        kubeconfig = self._program("kube-controller-manager", "system:kube-controller-manager")
        serving = self.authority.issue_server("controllers", hosts=("localhost",), addresses=(LOOPBACK,))
        return self._launch(
            "kube-controller-manager", self._controllers_port,
            f"--bind-address={LOOPBACK}", f"--secure-port={self._controllers_port}",
            f"--tls-cert-file={serving.certificate}", f"--tls-private-key-file={serving.key}",
            f"--kubeconfig={kubeconfig}",
            f"--authentication-kubeconfig={kubeconfig}", f"--authorization-kubeconfig={kubeconfig}",
            f"--client-ca-file={self.certificate_authority}", f"--root-ca-file={self.certificate_authority}",
            f"--service-account-private-key-file={self._service_accounts.key}",
            "--use-service-account-credentials=true", "--leader-elect=false", "--profiling=false",
            "--authentication-tolerate-lookup-failure=true",
        )  # fmt: skip

    def _start_scheduler(self) -> Process:
        """Pods wait for it a moment at most, so nobody else needs to."""
        kubeconfig = self._program("kube-scheduler", "system:kube-scheduler")
        serving = self.authority.issue_server("scheduler", hosts=("localhost",), addresses=(LOOPBACK,))
        return self._launch(
            "kube-scheduler", self._scheduler_port,
            f"--bind-address={LOOPBACK}", f"--secure-port={self._scheduler_port}",
            f"--tls-cert-file={serving.certificate}", f"--tls-private-key-file={serving.key}",
            f"--kubeconfig={kubeconfig}",
            f"--authentication-kubeconfig={kubeconfig}", f"--authorization-kubeconfig={kubeconfig}",
            f"--client-ca-file={self.certificate_authority}",
            "--leader-elect=false", "--profiling=false", "--authentication-tolerate-lookup-failure=true",
        )  # fmt: skip

    def _write_authentication(self) -> Path:
        document = {
            "apiVersion": "apiserver.config.k8s.io/v1",
            "kind": "AuthenticationConfiguration",
            "anonymous": {"enabled": True, "conditions": [{"path": path} for path in HEALTH_PATHS]},
        }
        path = self._folder / "authentication.yaml"
        path.write_text(yaml.safe_dump(document))
        return path
