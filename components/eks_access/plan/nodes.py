"""What each kind of node is: who may take its role, what the role may do, who it is in Kubernetes.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html,
https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html,
https://docs.aws.amazon.com/eks/latest/userguide/windows-support.html (group eks:kube-proxy-windows),
https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html (aws-auth lines).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ..declaration.models import NodeKind
from .model import EntryType

_EC2_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly")
_EC2_USERNAME = "system:node:{{EC2PrivateDNSName}}"
_NODE_GROUPS = ("system:bootstrappers", "system:nodes")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeIdentity:
    """The fixed facts of one kind of node."""

    service: str
    """AWS service that assumes the role."""
    policies: tuple[str, ...]
    """Names of AWS-managed policies."""
    username: str
    groups: tuple[str, ...]
    entry_type: EntryType


NODE_IDENTITIES: Mapping[NodeKind, NodeIdentity] = MappingProxyType(
    {
        NodeKind.MANAGED: NodeIdentity(
            service="ec2",
            policies=_EC2_POLICIES,
            username=_EC2_USERNAME,
            groups=_NODE_GROUPS,
            entry_type=EntryType.EC2_LINUX,
        ),
        NodeKind.WINDOWS: NodeIdentity(
            service="ec2",
            policies=_EC2_POLICIES,
            username=_EC2_USERNAME,
            groups=(*_NODE_GROUPS, "eks:kube-proxy-windows"),
            entry_type=EntryType.EC2_WINDOWS,
        ),
        NodeKind.FARGATE: NodeIdentity(
            service="eks-fargate-pods",
            policies=("AmazonEKSFargatePodExecutionRolePolicy",),
            username="system:node:{{SessionName}}",
            groups=(*_NODE_GROUPS, "system:node-proxier"),
            entry_type=EntryType.FARGATE_LINUX,
        ),
    }
)

_ARM = re.compile(r"^([a-z]+\d+g[a-z]*|a1)\.")
"""Graviton families: m7g.large, c7gn.xlarge, t4g.small, a1.medium."""


def default_ami_type(kind: NodeKind, instance_types: Sequence[str]) -> str | None:
    """Choose the AMI type where none is declared, since EKS would take Linux on x86 for whatever it is."""
    if kind is NodeKind.WINDOWS:
        return "WINDOWS_CORE_2022_x86_64"
    if kind is NodeKind.MANAGED:
        arm = bool(instance_types) and all(_ARM.match(each) for each in instance_types)
        return "AL2023_ARM_64_STANDARD" if arm else "AL2023_x86_64_STANDARD"
    return None
