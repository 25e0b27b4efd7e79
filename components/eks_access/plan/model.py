"""AccessPlan: what a declaration compiles to. Frozen, ordered, plain; no decisions are left in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from ..iam.arns import AwsAccount

if TYPE_CHECKING:
    from ..declaration.cluster_models import Endpoint, RemoteNetworks
    from ..declaration.kinds import AuthenticationMode, NodeKind
    from ..declaration.models import KeptEntry, KeptRole, KeptUser


class EntryType(StrEnum):
    """Type of an access entry (https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html)."""

    STANDARD = "STANDARD"
    EC2_LINUX = "EC2_LINUX"
    EC2_WINDOWS = "EC2_WINDOWS"
    FARGATE_LINUX = "FARGATE_LINUX"
    EC2 = "EC2"
    HYBRID_LINUX = "HYBRID_LINUX"
    HYPERPOD_LINUX = "HYPERPOD_LINUX"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An IAM user to create."""

    name: str
    path: str
    arn: str
    self_service: str
    """Permission document on their own credentials."""
    tags: Mapping[str, str]
    access_key: bool
    console_login: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPolicy:
    """What an IAM user may do for the sake of one cluster."""

    user: str
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRole:
    """An IAM role through which people enter one cluster: a team's, or break-glass."""

    key: str
    """Stable part of resource names: ``team-payments``, ``break-glass``."""
    name: str
    arn: str
    trusted: tuple[str, ...]
    """ARNs of the principals that may assume it."""
    mfa: bool
    trust: str
    permissions: str
    max_session_seconds: int
    revoke: str | None = None
    """Permission document that denies everything to older sessions."""
    revoked_before: str | None = None
    """Sessions that were opened before this moment (UTC, ISO 8601) are to end; the role is made anew for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRolePlan:
    """The IAM role of one kind of node in one cluster."""

    kind: NodeKind
    name: str
    arn: str
    trust: str
    policies: Mapping[str, str]
    """Name → ARN of its AWS-managed policies."""
    permissions: str | None = None
    """Permission document for what no AWS-managed policy allows."""
    instance_profile: bool = False
    """Whether instances that somebody else starts need an instance profile of it."""
    trust_anchors: tuple[str, ...] = ()
    """ARNs of the IAM Roles Anywhere trust anchors whose machines may take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeGroupPlan:
    """Nodes of one kind: those that EKS is asked for, and those that others start."""

    name: str
    kind: NodeKind
    role_arn: str
    instance_types: tuple[str, ...]
    min: int
    max: int
    ami_type: str | None
    release_version: str | None
    namespaces: tuple[str, ...]
    node_pools: tuple[str, ...] = ()
    """EKS's own node pools, of Auto Mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyScope:
    """An access policy of a principal, in the whole cluster or in namespaces."""

    policy: str
    arn: str
    namespaces: tuple[str, ...] = ()
    """Names or ``*`` patterns; empty means the whole cluster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedPrincipal:
    """A principal and who it is in Kubernetes; aws-auth and access entries are two renderings of these."""

    key: str
    """Stable part of resource names."""
    source: str
    """Where in the declaration it comes from, e.g. ``teams.payments``."""
    arn: str
    """With its path."""
    username: str
    groups: tuple[str, ...]
    entry_type: EntryType = EntryType.STANDARD
    policies: tuple[PolicyScope, ...] = ()
    in_aws_auth: bool = True
    """False for what can only enter by an access entry."""
    made_by_eks: bool = False
    """True where EKS makes the access entry by itself, and a second one would be a 409."""

    @property
    def is_user(self) -> bool:
        """True for an IAM user, False for a role."""
        return ":user/" in self.arn


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """One way by which a person enters the cluster."""

    person: str
    own_arn: str
    """The person's own principal."""
    enters_as: str
    """ARN of the mapped principal: the own one, or a role that is assumed."""
    groups: tuple[str, ...]
    mfa: bool
    can_mfa: bool
    """Whether the person's own principal can open a session with MFA: only IAM users can."""
    cluster_admin: bool
    via: str
    """What it goes through: ``direct``, ``team payments``, ``break-glass``."""

    @property
    def usable(self) -> bool:
        """False where MFA is asked of somebody who cannot give it."""
        return self.can_mfa or not self.mfa


@dataclass(frozen=True, slots=True, kw_only=True)
class RbacRule:
    """A PolicyRule of Kubernetes RBAC."""

    verbs: tuple[str, ...]
    api_groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    resource_names: tuple[str, ...] = ()
    non_resource_urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RbacRole:
    """A Role, or a ClusterRole where `namespace` is None."""

    name: str
    namespace: str | None
    rules: tuple[RbacRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who a binding names: a Group, or a ServiceAccount with its namespace."""

    kind: str
    name: str
    namespace: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A RoleBinding, or a ClusterRoleBinding where `namespace` is None."""

    name: str
    namespace: str | None
    role_kind: str
    role_name: str
    subject: Subject
    source: str = field(default="", compare=False)
    """Where in the declaration it comes from, e.g. ``grants[2]``; the order in which it is written is no part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamespacePlan:
    """A Namespace to create."""

    name: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    quota: Mapping[str, str] = field(default_factory=dict)
    """`hard` of its ResourceQuota; none where empty."""
    limits: tuple[Mapping[str, object], ...] = ()
    """`limits` of its LimitRange, as Kubernetes writes them; none where empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPlan:
    """The cluster as declared."""

    name: str
    arn: str
    account: AwsAccount
    region: str
    version: str
    mode: AuthenticationMode
    creator: str
    creator_arn: str
    endpoint: Endpoint
    addons: Mapping[str, str]
    remote_networks: RemoteNetworks | None = None
    """Networks of hybrid nodes and their pods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rbac:
    """Everything that lives inside the cluster."""

    namespaces: tuple[NamespacePlan, ...] = ()
    roles: tuple[RbacRole, ...] = ()
    bindings: tuple[Binding, ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups that have a binding here."""
        return tuple(sorted({b.subject.name for b in self.bindings if b.subject.kind == "Group"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A finding of the checks that the declaration accepts."""

    source: str = field(compare=False)
    """Where it says so: ``accept[0]``."""
    check: str
    path: str
    reason: str
    until: str | None = None
    """Last day on which it is accepted, YYYY-MM-DD."""
    expired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPlan:
    """Everything that a declaration means, in a fixed order, whatever order it was written in."""

    account: AwsAccount
    region: str
    people: tuple[str, ...] = ()
    """Names of everybody who is declared, whether they enter or not."""
    own_arns: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Person → ARN of their own principal, where there is a cluster to enter."""
    users: tuple[User, ...] = ()
    cluster: ClusterPlan | None = None
    user_policies: tuple[UserPolicy, ...] = ()
    entry_roles: tuple[EntryRole, ...] = ()
    node_roles: tuple[NodeRolePlan, ...] = ()
    node_groups: tuple[NodeGroupPlan, ...] = ()
    principals: tuple[MappedPrincipal, ...] = ()
    kept_roles: tuple[KeptRole, ...] = ()
    kept_users: tuple[KeptUser, ...] = ()
    kept_entries: tuple[KeptEntry, ...] = ()
    external_groups: frozenset[str] = frozenset()
    external_roles: frozenset[str] = frozenset()
    """ClusterRoles that somebody else makes."""
    entrances: tuple[Entrance, ...] = ()
    rbac: Rbac = field(default_factory=Rbac)
    metrics: Rbac = field(default_factory=Rbac)
    """The part of the RBAC that lets ServiceAccounts read /metrics."""
    accepted: tuple[Acceptance, ...] = ()
    """Findings of the checks that the declaration lives with."""
    notices: tuple[str, ...] = ()
    """What a reader should know though nothing is wrong: the creator's right, ending grants, inequalities."""

    @property
    def mapped_groups(self) -> tuple[str, ...]:
        """Groups that somebody carries, without those of Kubernetes and EKS themselves."""
        groups = {group for principal in self.principals for group in principal.groups}
        groups |= {group for kept in self.kept_roles for group in kept.groups}
        groups |= {group for kept in self.kept_users for group in kept.groups}
        return tuple(sorted(group for group in groups if not group.startswith(("system:", "eks:"))))
