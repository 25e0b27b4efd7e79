"""The kubeconfig that pulumi-eks makes: a token for every call from `aws eks get-token`."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_aws as aws

from sandbox.standins.eks.options import ClusterOptions

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


def kubeconfig_of(
    cluster: aws.eks.Cluster, options: ClusterOptions, *, with_profile: bool
) -> pulumi.Output[dict[str, Any]]:
    """With the profile for the component's own calls; without it for the users, who have profiles of their own."""
    creator = options.part("creationRoleProvider").get("role")
    credentials = {"roleArn": creator.arn} if creator is not None else options.get("providerCredentialOpts") or {}
    chosen = pulumi.Output.from_input(credentials)
    return render(
        cluster_name=cluster.name,
        endpoint=cluster.endpoint,
        certificate=cluster.certificate_authority.apply(lambda authority: str(authority.data)),
        region=cluster.arn.apply(region_of),
        role_arn=chosen.apply(lambda value: value.get("roleArn")),
        profile=chosen.apply(lambda value: value.get("profileName")) if with_profile else None,
    )
