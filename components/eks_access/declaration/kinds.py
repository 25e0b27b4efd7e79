"""Words of the declaration that all else uses too; without pydantic, so that a question needn't load it."""

from __future__ import annotations

from enum import StrEnum


class AuthenticationMode(StrEnum):
    """How EKS maps principals (https://docs.aws.amazon.com/eks/latest/userguide/grant-k8s-access.html)."""

    CONFIG_MAP = "CONFIG_MAP"
    API_AND_CONFIG_MAP = "API_AND_CONFIG_MAP"
    API = "API"

    @property
    def uses_aws_auth(self) -> bool:
        """True where EKS reads the aws-auth ConfigMap."""
        return self is not AuthenticationMode.API

    @property
    def uses_entries(self) -> bool:
        """True where EKS reads access entries."""
        return self is not AuthenticationMode.CONFIG_MAP


class NodeKind(StrEnum):
    """What runs the kubelet; it decides the role's trust and policies, and the identity of the node."""

    MANAGED = "managed"
    """Linux nodes of an EKS managed node group."""
    WINDOWS = "windows"
    """Windows nodes of an EKS managed node group."""
    FARGATE = "fargate"
    """Pods on Fargate, each on a node of its own."""
    SELF_MANAGED = "self-managed"
    """Linux instances of somebody's own launch template or Auto Scaling group."""
    KARPENTER = "karpenter"
    """Linux instances that Karpenter starts."""
    AUTO = "auto"
    """Instances that EKS Auto Mode starts."""
    HYBRID = "hybrid"
    """Machines outside of AWS."""
    HYPERPOD = "hyperpod"
    """Instances of a SageMaker HyperPod cluster."""

    @property
    def is_node_group(self) -> bool:
        """True where EKS is asked for the nodes themselves; the other kinds bring nodes that only need a role."""
        return self in (NodeKind.MANAGED, NodeKind.WINDOWS, NodeKind.FARGATE)

    @property
    def needs_entries(self) -> bool:
        """True where EKS has the kind only in authentication modes with access entries."""
        return self in (NodeKind.AUTO, NodeKind.HYBRID, NodeKind.HYPERPOD)
