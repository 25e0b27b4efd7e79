"""A person's desk: AWS profiles, a kubeconfig, and an STS, EKS and API server on loopback that know who is asking."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from sandbox.network import running

from .live.conftest import Answer, Cluster

ACCOUNT = "111122223333"
ME, ADMIN = f"arn:aws:iam::{ACCOUNT}:user/dev/aiko", f"arn:aws:iam::{ACCOUNT}:user/root-of-all"
_KEY = re.compile(r"Credential=([A-Z0-9]+)/")
_NOBODY = 401, {"kind": "Status", "status": "Failure", "message": "Unauthorized", "code": 401}


@dataclass
class Desk(Cluster):
    """What is on it, and what answers there; everything is well to begin with, but nobody is mapped."""

    home: Path = Path()
    callers: dict[str, tuple[str, str]] = field(
        default_factory=lambda: {"AKIAME": (ME, "AIDAME"), "AKIAADMIN": (ADMIN, "AIDAADMIN")}
    )
    """Access key → ARN and UserId, as STS has it."""
    refuses: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Access key → code and message with which STS refuses it."""
    mapped: dict[str, tuple[str, tuple[str, ...]]] = field(
        default_factory=lambda: {ADMIN: ("admin", ("system:masters",))}
    )
    """ARN → user name and groups at the API server; others get 401."""
    allowed: set[tuple[str, str, str]] = field(default_factory=set)
    """User name, ``verb resource``, namespace."""
    clusters: tuple[str, ...] = ("prod", "staging")
    hidden_from: set[str] = field(default_factory=set)
    """Access keys that EKS shows nothing."""
    described: dict[str, Any] = field(default_factory=dict)
    ahead: float = 0
    """Seconds by which this machine's clock is ahead of AWS's."""

    def profile(self, name: str, key: str | None, region: str | None = "eu-west-1") -> None:
        """Write an AWS profile; without a key it gives no credentials."""
        text = f"[profile {name}]\n" + (f"region = {region}\n" if region else "")
        text += f"aws_access_key_id = {key}\naws_secret_access_key = hush-hush\n" if key else ""
        with (self.home / "aws-config").open("a") as file:
            file.write(text)

    def kubectl(self, *, server: str = "", profile: str = "me", cluster: str = "prod", **more: Any) -> None:
        """Write a kubeconfig as the stack exports it; `more` is `command`, `namespace` and `arn` of the cluster."""
        name = more.get("arn") or cluster
        arguments = ["--profile", profile, "--region", "eu-west-1", "eks", "get-token", "--cluster-name", cluster]
        user = {"exec": {"command": more.get("command", "sh"), "args": arguments}}
        inner = {"cluster": name, "user": "me"} | ({"namespace": more["namespace"]} if "namespace" in more else {})
        there = {"server": server or self.endpoint, "certificate-authority-data": authority()}
        content = {
            "clusters": [{"name": name, "cluster": there}],
            "users": [{"name": "me", "user": user}],
            "contexts": [{"name": "here", "context": inner}],
            "current-context": "here",
        }
        (self.home / "kubeconfig").write_text(yaml.safe_dump(content))

    def sts(self, key: str) -> tuple[int, str]:
        """Answer GetCallerIdentity."""
        if key in self.refuses or key not in self.callers:
            code, message = self.refuses.get(key, ("InvalidClientTokenId", "The security token is invalid."))
            return 403, f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        arn, user_id = self.callers[key]
        result = f"<Arn>{arn}</Arn><UserId>{user_id}</UserId><Account>{arn.split(':')[4]}</Account>"
        result = f"<GetCallerIdentityResult>{result}</GetCallerIdentityResult>"
        return 200, f"<GetCallerIdentityResponse>{result}</GetCallerIdentityResponse>"

    def eks(self, key: str, path: str, query: dict[str, str]) -> Answer:
        """Answer as EKS."""
        if key in self.hidden_from:
            return 403, {"message": f"User: {self.callers[key][0]} is not authorized to perform this"}
        if path == "/clusters":
            return 200, {"clusters": [*self.clusters]}
        if path.split("/")[2] not in self.clusters:
            return 404, {"message": f"No cluster found for name: {path.split('/')[2]}."}
        status, answer = self.answer(path, query)
        if isinstance(answer, dict) and "cluster" in answer:
            ready = {"status": "ACTIVE", "certificateAuthority": {"data": authority()}}
            answer["cluster"] |= ready | self.described
        return status, answer

    def kubernetes(self, key: str, path: str, query: dict[str, str], body: dict[str, Any]) -> Answer:
        """Answer as the API server, which knows the caller by the token."""
        who = self.mapped.get(self.callers.get(key, ("", ""))[0])
        if who is None:
            return _NOBODY
        if path.endswith("/selfsubjectreviews"):
            groups = [*who[1], "system:authenticated"]
            return 201, {"status": {"userInfo": {"username": who[0], "groups": groups}}}
        if path.endswith("/selfsubjectaccessreviews"):
            asked = body["spec"]["resourceAttributes"]
            what = (who[0], f"{asked['verb']} {asked['resource']}", asked["namespace"])
            return 201, {"status": {"allowed": "system:masters" in who[1] or what in self.allowed}}
        if "system:masters" not in who[1]:
            return 403, {"message": f'User "{who[0]}" cannot list resource "clusterroles"'}
        return self.answer(path, query)


@cache
def authority() -> str:
    """Make the certificate of a CA, as EKS gives it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kubernetes")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(dt.datetime(2020, 1, 1)).not_valid_after(dt.datetime(2049, 1, 1))
    signed = made.sign(key, hashes.SHA256())
    return base64.b64encode(signed.public_bytes(serialization.Encoding.PEM)).decode()


def key_of(headers: Any) -> str:
    """Tell with which access key a request, or the token in it, is signed."""
    told = str(headers.get("Authorization", ""))
    if told.startswith("Bearer k8s-aws-v1."):
        encoded = told.partition(".")[2]
        url = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
        return parse_qs(urlsplit(url).query)["X-Amz-Credential"][0].partition("/")[0]
    found = _KEY.search(told)
    return found[1] if found else ""


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Desk]:
    """Sit down at one: the profiles `me` and `admin`, a kubeconfig for `me`, and AWS at AWS_ENDPOINT_URL."""
    home = tmp_path
    desk = Desk(home=home)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._answer(json.loads(body) if body[:1] == b"{" else {})

        def _answer(self, body: dict[str, Any]) -> None:
            parts, key = urlsplit(self.path), key_of(self.headers)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/":
                status, text = desk.sts(key)
                self._send(status, text, "text/xml")
                return
            eks = parts.path.startswith("/clusters")
            status, content = desk.eks(key, parts.path, query) if eks else desk.kubernetes(key, parts.path, query, body)
            self._send(status, json.dumps(content), "application/json")

        def _send(self, status: int, text: str, kind: str) -> None:
            self.send_response(status)
            error = {403: "AccessDeniedException", 404: "ResourceNotFoundException"}.get(status)
            if error:
                self.send_header("x-amzn-ErrorType", error)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string(time.time() - desk.ahead)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    desk.endpoint = f"http://127.0.0.1:{server.server_port}"
    desk.profile("me", "AKIAME")
    desk.profile("admin", "AKIAADMIN")
    desk.kubectl()
    for name in tuple(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    environment = {
        "AWS_ENDPOINT_URL": desk.endpoint,
        "AWS_CONFIG_FILE": str(home / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "KUBECONFIG": str(home / "kubeconfig"),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with running(server):
        yield desk
