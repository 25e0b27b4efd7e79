"""The part of the declaration that is about the cluster and its nodes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from .base import Model
from .texts import AccountId, Cidr, ClusterName, DnsLabel, KubernetesVersion, PersonName, Region, TrustAnchorArn


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


NODE_POOLS = ("general-purpose", "system")
"""EKS's own node pools of Auto Mode (https://docs.aws.amazon.com/eks/latest/userguide/set-builtin-node-pools.html)."""


class Endpoint(Model):
    """From where the API server can be reached."""

    private: bool = True
    """From inside the VPC."""
    public: bool = False
    """From `publicCidrs` on the internet."""
    public_cidrs: list[Cidr] = []


class RemoteNetworks(Model):
    """Networks outside of AWS that hybrid nodes and their pods are in."""

    nodes: Annotated[list[Cidr], Field(min_length=1)]
    pods: list[Cidr] = []
    """For webhooks: the API server must reach pods on hybrid nodes."""


class Cluster(Model):
    """The cluster, and the account it lives in. Everything that has a version is pinned here."""

    name: ClusterName
    account: AccountId
    partition: str = "aws"
    region: Region
    version: KubernetesVersion
    authentication_mode: AuthenticationMode = Field(default=AuthenticationMode.API_AND_CONFIG_MAP, strict=False)
    creator: PersonName
    """The person whose principal runs `pulumi up` and so creates the cluster."""
    endpoint: Endpoint = Endpoint()
    remote_networks: RemoteNetworks | None = None
    """Where hybrid nodes are."""
    addons: dict[str, str] = {}
    """Add-on name → version, e.g. ``vpc-cni: v1.20.4-eksbuild.1``."""


class NodeGroup(Model):
    """Nodes of one kind; of the other keys, those that the kind has a use for."""

    kind: NodeKind = Field(strict=False)
    instance_types: list[str] = []
    """EC2 instance types, e.g. ``m7g.large``; they and `amiType` must agree about the architecture."""
    min: Annotated[int, Field(ge=0)] = 1
    max: Annotated[int, Field(ge=1)] = 3
    ami_type: str | None = None
    """As EKS names it, e.g. ``AL2023_ARM_64_STANDARD``."""
    release_version: str | None = None
    """AMI release, e.g. ``1.33.0-20250704``."""
    namespaces: list[DnsLabel] = []
    """Fargate: whose pods it runs."""
    node_pools: list[str] | None = None
    """Auto Mode: EKS's own node pools, both unless said; ``[]`` where your NodeClasses bring all nodes."""
    trust_anchor: TrustAnchorArn | None = None
    """Hybrid: the IAM Roles Anywhere trust anchor of the machines' certificates; Systems Manager without it."""
