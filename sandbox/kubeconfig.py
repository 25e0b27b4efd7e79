"""Kubeconfig files of the sandbox's own parts. People and programs get theirs from the product."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from sandbox.certificates import KeyPair, write_private


def write_kubeconfig(path: Path, *, server: str, authority: Path | None = None, client: KeyPair | None = None) -> Path:
    """Write a kubeconfig with one cluster and at most one client certificate, both by file name."""
    cluster: dict[str, Any] = {"server": server}
    if authority is not None:
        cluster["certificate-authority"] = str(authority)
    user: dict[str, Any] = {}
    if client is not None:
        user = {"client-certificate": str(client.certificate), "client-key": str(client.key)}
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "sandbox", "cluster": cluster}],
        "users": [{"name": "sandbox", "user": user}],
        "contexts": [{"name": "sandbox", "context": {"cluster": "sandbox", "user": "sandbox"}}],
        "current-context": "sandbox",
    }
    write_private(path, yaml.safe_dump(document, sort_keys=False).encode())
    return path
