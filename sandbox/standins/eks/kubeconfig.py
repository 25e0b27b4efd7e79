"""The kubeconfig that pulumi-eks makes: a token for every call from `aws eks get-token`."""

from __future__ import annotations

from typing import Any

import pulumi

_EXEC_VERSION = "client.authentication.k8s.io/v1beta1"


def region_of(arn: str) -> str:
    """Return the region in an ARN."""
    return arn.split(":")[3]


def render(
    *,
    cluster_name: pulumi.Input[str],
    endpoint: pulumi.Input[str],
    certificate: pulumi.Input[str],
    region: pulumi.Input[str],
    role_arn: pulumi.Input[str] | None = None,
    profile: pulumi.Input[str] | None = None,
) -> pulumi.Output[dict[str, Any]]:
    """One cluster, one context, one user whose token `aws` fetches, optionally in a role or with a profile."""
    parts = {"name": cluster_name, "endpoint": endpoint, "certificate": certificate, "region": region}
    return pulumi.Output.all(**parts, role=role_arn, profile=profile).apply(_document)


def _document(parts: dict[str, Any]) -> dict[str, Any]:
    args = ["--region", parts["region"], "eks", "get-token", "--cluster-name", parts["name"], "--output", "json"]
    if parts.get("role"):
        args += ["--role", parts["role"]]
    if parts.get("profile"):
        args += ["--profile", parts["profile"]]
    server = {"server": parts["endpoint"], "certificate-authority-data": parts["certificate"]}
    info = {"name": "KUBERNETES_EXEC_INFO", "value": f'{{"apiVersion": "{_EXEC_VERSION}"}}'}
    command = {"apiVersion": _EXEC_VERSION, "command": "aws", "args": args, "env": [info]}
    return {
        "apiVersion": "v1",
        "clusters": [{"cluster": server, "name": "kubernetes"}],
        "contexts": [{"context": {"cluster": "kubernetes", "user": "aws"}, "name": "aws"}],
        "current-context": "aws",
        "kind": "Config",
        "users": [{"name": "aws", "user": {"exec": command}}],
    }
