"""The part of the declaration that is about the cluster and its nodes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .base import Model
from .kinds import AuthenticationMode, NodeKind
from .texts import AccountId, Cidr, ClusterName, DnsLabel, KubernetesVersion, PersonName, Region, TrustAnchorArn

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
