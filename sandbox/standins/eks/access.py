"""Who gets into the cluster: aws-auth and access entries (cluster.ts, authenticationMode.ts)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from sandbox.standins.eks.core import together
from sandbox.standins.eks.texts import yaml_text

NODE_USERNAME = "system:node:{{EC2PrivateDNSName}}"
NODE_GROUPS = ("system:bootstrappers", "system:nodes")


def _lines(mappings: Sequence[Mapping[str, Any]], source: str, target: str, kind: str) -> str:
    try:
        entries = [
            {target: item[source], "username": item["username"], "groups": list(item["groups"])} for item in mappings
        ]
    except KeyError:
        raise pulumi.RunError(
            f"The IAM {kind} mappings provided could not be properly serialized to YAML for the aws-auth ConfigMap"
        ) from None
    return yaml_text(entries)


def map_roles(mappings: Sequence[Mapping[str, Any]], node_role_arns: Sequence[str]) -> str:
    """Write `mapRoles`: the declared roles, then the node roles. The server takes the last line for a role."""
    nodes = [{"roleArn": arn, "username": NODE_USERNAME, "groups": NODE_GROUPS} for arn in node_role_arns]
    return _lines([*mappings, *nodes], "roleArn", "rolearn", "role")


def map_users(mappings: Sequence[Mapping[str, Any]]) -> str:
    """Return the text of `mapUsers`."""
    return _lines(mappings, "userArn", "userarn", "user")


def aws_auth_data(roles: Any, users: Any, node_roles: pulumi.Output[Any]) -> dict[str, pulumi.Output[str]]:
    """Return the data of aws-auth: `mapUsers` only when the program gives user mappings, `mapAccounts` never."""
    arns = node_roles.apply(lambda found: together(*[role.arn for role in found]))
    both = pulumi.Output.all(pulumi.Output.from_input(roles or []), arns)
    data = {"mapRoles": both.apply(lambda parts: map_roles(parts[0], parts[1]))}
    if users is not None:
        data["mapUsers"] = pulumi.Output.from_input(users).apply(map_users)
    return data


def node_access(
    name: str,
    data: Mapping[str, pulumi.Input[str]],
    provider: kubernetes.Provider,
    parent: pulumi.Resource,
) -> kubernetes.core.v1.ConfigMap:
    """Make the ConfigMap aws-auth. EKS may have made it already, so the apply takes its fields over."""
    return kubernetes.core.v1.ConfigMap(
        f"{name}-nodeAccess",
        api_version="v1",
        immutable=False,
        metadata=kubernetes.meta.v1.ObjectMetaArgs(
            name="aws-auth", namespace="kube-system", annotations={"pulumi.com/patchForce": "true"}
        ),
        data=data,
        opts=pulumi.ResourceOptions(parent=parent, provider=provider),
    )


def access_entries(
    name: str,
    cluster: aws.eks.Cluster,
    entries: Mapping[str, Mapping[str, Any]],
    parent: pulumi.Resource,
) -> list[aws.eks.AccessEntry]:
    """Make an entry per principal, and under it an association per policy, which waits for its entry."""
    return [_entry(name, cluster, key, entry, parent) for key, entry in entries.items()]


def _entry(
    name: str, cluster: aws.eks.Cluster, key: str, entry: Mapping[str, Any], parent: pulumi.Resource
) -> aws.eks.AccessEntry:
    made = aws.eks.AccessEntry(
        f"{name}-{key}",
        cluster_name=cluster.name,
        principal_arn=entry["principalArn"],
        kubernetes_groups=entry.get("kubernetesGroups"),
        tags=entry.get("tags"),
        type=entry.get("type"),
        user_name=entry.get("username"),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[cluster]),
    )
    for policy, association in (entry.get("accessPolicies") or {}).items():
        wanted = pulumi.Output.from_input(association)
        aws.eks.AccessPolicyAssociation(
            f"{name}-{key}-{policy}",
            cluster_name=cluster.name,
            principal_arn=entry["principalArn"],
            policy_arn=wanted.apply(_item("policyArn")),
            access_scope=wanted.apply(_item("accessScope")),
            opts=pulumi.ResourceOptions(parent=made, depends_on=[made]),
        )
    return made


def _item(name: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda value: value[name]
