"""What `eks:index:Cluster` gives back: its outputs, and `core` for the components that are made for it (cluster.ts)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from sandbox.standins.eks.control_plane import ControlPlane
from sandbox.standins.eks.core import Core
from sandbox.standins.eks.kubeconfig import kubeconfig_of
from sandbox.standins.eks.node_group import NodeGroupData
from sandbox.standins.eks.options import ClusterOptions
from sandbox.standins.eks.roles import issuer_of
from sandbox.standins.eks.vpc_cni import VpcCniAddon


@dataclass(frozen=True)
class Parts:
    """Everything that the cluster's children are, and what they were made from."""

    options: ClusterOptions
    plane: ControlPlane
    group: Any
    provider: kubernetes.Provider
    config_map: kubernetes.core.v1.ConfigMap | None
    entries: Sequence[Mapping[str, Any]]
    classes: Mapping[str, kubernetes.storage.v1.StorageClass]
    vpc_cni: VpcCniAddon | None
    fargate: aws.eks.FargateProfile | None
    oidc: aws.iam.OpenIdConnectProvider | None
    vpc_id: pulumi.Input[str]
    subnets: Any
    roles: pulumi.Output[Any]
    node_options: Mapping[str, Any]


def core_data(parts: Parts) -> dict[str, Any]:
    """Return `core`, with what isn't there as None."""
    options, plane = parts.options, parts.plane
    key = options.get("encryptionConfigKeyArn")
    return {
        "accessEntries": list(parts.entries),
        "autoModeNodeRoleName": plane.auto_node_role_name,
        "cluster": plane.cluster,
        "clusterIamRole": plane.role,
        "clusterSecurityGroup": parts.group,
        "eksNodeAccess": parts.config_map,
        "encryptionConfig": None if key is None else {"provider": {"keyArn": key}, "resources": ["secrets"]},
        "endpoint": plane.cluster.endpoint,
        "fargateProfile": parts.fargate,
        "instanceRoles": parts.roles,
        "kubeconfig": kubeconfig_of(plane.cluster, options, with_profile=False),
        "nodeGroupOptions": {name: value for name, value in parts.node_options.items() if value is not None},
        "nodeSecurityGroupTags": options.get("nodeSecurityGroupTags"),
        "oidcProvider": parts.oidc,
        "privateSubnetIds": options.get("privateSubnetIds"),
        "provider": parts.provider,
        "publicSubnetIds": options.get("publicSubnetIds"),
        "storageClasses": dict(parts.classes),
        "subnetIds": parts.subnets,
        "tags": options.tags,
        "vpcCni": parts.vpc_cni,
        "vpcId": parts.vpc_id,
    }


def outputs(parts: Parts, core: Core, default: NodeGroupData | None) -> dict[str, Any]:
    """Return the component's outputs; ids and names of what isn't there are empty texts."""
    cluster, oidc, fargate = parts.plane.cluster, parts.oidc, parts.fargate
    kubeconfig = kubeconfig_of(cluster, parts.options, with_profile=False)
    issuer = cluster.identities.apply(issuer_of)
    own_group = cluster.vpc_config.apply(lambda config: config.cluster_security_group_id or "")
    nodes, ingress = parts.node_options.get("nodeSecurityGroup"), parts.node_options.get("clusterIngressRule")
    return {
        "autoModeNodeRoleName": parts.plane.auto_node_role_name,
        "clusterIngressRuleId": ingress.security_group_rule_id if ingress else "",
        "clusterSecurityGroup": parts.group,
        "clusterSecurityGroupId": parts.group.id if parts.group is not None else own_group,
        "core": core.output,
        "defaultNodeGroup": default.as_core() if default else None,
        "defaultNodeGroupAsgName": default.scaling_group.name if default else "",
        "eksCluster": cluster,
        "eksClusterIngressRule": ingress,
        "fargateProfileId": fargate.id if fargate is not None else "",
        "fargateProfileStatus": fargate.status if fargate is not None else "",
        "instanceRoles": parts.roles,
        "kubeconfig": kubeconfig,
        "kubeconfigJson": pulumi.Output.json_dumps(kubeconfig, separators=(",", ":")),
        "nodeSecurityGroup": nodes,
        "nodeSecurityGroupId": nodes.id if nodes else own_group,
        "oidcIssuer": issuer.apply(lambda url: url.replace("https://", "", 1)),
        "oidcProviderArn": oidc.arn if oidc is not None else "",
        "oidcProviderUrl": issuer,
    }
