"""EKS and an API server that answer over HTTP, as slowly and as wrongly as a test wants."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import yaml

from sandbox.network import running

Answer = tuple[int, object]
RBAC = "/apis/rbac.authorization.k8s.io/v1"


@dataclass
class Cluster:
    """What EKS and the API server know; a path in `wrong` is answered with what stands there."""

    mode: str = "API_AND_CONFIG_MAP"
    version: str = "1.33"
    endpoint: str = ""
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    policies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    objects: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Plural → items."""
    aws_auth: dict[str, str] | None = None
    wrong: dict[str, Answer | Callable[[dict[str, str]], Answer | None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    page: int = 2
    kubeconfig: str = ""

    def answer(self, path: str, query: dict[str, str]) -> Answer:
        """Answer one request."""
        self.asked.append(path)
        wrong = self.wrong.get(path)
        if callable(wrong):
            wrong = wrong(query)
        return wrong or (self._eks(path, query) if path.startswith("/clusters/") else self._kubernetes(path, query))

    def _eks(self, path: str, query: dict[str, str]) -> Answer:
        match [unquote(part) for part in path.removeprefix("/clusters/").split("/", 3)]:
            case [name]:
                config = {"authenticationMode": self.mode}
                described = {"name": name, "version": self.version, "endpoint": self.endpoint, "accessConfig": config}
                return 200, {"cluster": described}
            case [_, "access-entries"]:
                page, token = self._page(sorted(self.entries), query.get("nextToken"))
                return 200, {"accessEntries": page, "nextToken": token}
            case [name, "access-entries", arn] if arn in self.entries:
                return 200, {
                    "accessEntry": {"clusterName": name, "principalArn": arn, "type": "STANDARD", **self.entries[arn]}
                }
            case [name, "access-entries", arn, "access-policies"] if arn in self.entries:
                page, token = self._page(self.policies.get(arn, []), query.get("nextToken"))
                answer = {"clusterName": name, "principalArn": arn, "associatedAccessPolicies": page}
                return 200, {**answer, "nextToken": token}
        return 404, {"message": "The specified principalArn could not be found."}

    def _kubernetes(self, path: str, query: dict[str, str]) -> Answer:
        name = path.rpartition("/")[2]
        if path == "/apis":
            return 200, {"kind": "APIGroupList", "apiVersion": "v1", "groups": []}
        if path == "/version":
            return 200, {"major": "1", "minor": "33+"}
        if name == "aws-auth":
            if self.aws_auth is None:
                return 404, {"kind": "Status", "message": 'configmaps "aws-auth" not found'}
            metadata = {"name": "aws-auth", "namespace": "kube-system"}
            return 200, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": self.aws_auth}
        kind = {"clusterroles": "ClusterRole", "roles": "Role", "namespaces": "Namespace"}.get(name)
        kind = kind or {"clusterrolebindings": "ClusterRoleBinding", "rolebindings": "RoleBinding"}[name]
        items = self.objects.get(name, [])
        if path.startswith(f"{RBAC}/namespaces/"):
            namespace = path.split("/")[-2]
            items = [item for item in items if item["metadata"].get("namespace") == namespace]
        page, token = self._page(items, query.get("continue"), "limit" in query)
        version = "v1" if kind == "Namespace" else RBAC.removeprefix("/apis/")
        return 200, {"apiVersion": version, "kind": f"{kind}List", "metadata": {"continue": token or ""}, "items": page}

    def _page(self, items: list[Any], token: str | None, paged: bool = True) -> tuple[list[Any], str | None]:
        start = int(token or 0)
        if not paged:
            return items, None
        more = start + self.page < len(items)
        return items[start : start + self.page], str(start + self.page) if more else None


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Cluster]:
    """One that AWS_ENDPOINT_URL and a kubeconfig lead to."""
    found = Cluster()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            status, content = found.answer(parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()})
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            if status >= 400:
                self.send_header(
                    "x-amzn-ErrorType", {403: "AccessDeniedException"}.get(status, "ResourceNotFoundException")
                )
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.endpoint = f"http://127.0.0.1:{server.server_port}"
    kubeconfig = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": found.endpoint}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "here",
    }
    path = tmp_path / "kubeconfig"
    path.write_text(yaml.safe_dump(kubeconfig))
    found.kubeconfig = str(path)
    environment = {
        "AWS_ENDPOINT_URL": found.endpoint,
        "AWS_ACCESS_KEY_ID": "AKIA",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "KUBECONFIG": str(tmp_path / "no-kubeconfig"),
    }
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with running(server):
        yield found
