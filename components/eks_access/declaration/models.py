"""The declaration as pydantic models: what people write, and nothing derived from it.

Every model refuses unknown keys and is immutable. YAML keys are camelCase, attributes snake_case.
Rules that need more than one place in the declaration (does this team exist?) live in `references`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from .texts import (
    AccessPolicyName,
    AccountId,
    Cidr,
    ClusterName,
    Day,
    DnsLabel,
    IamPath,
    KubernetesVersion,
    PermissionSetName,
    PermissionSetSuffix,
    PersonName,
    RbacName,
    Region,
    RoleArn,
    ServiceAccountRef,
    TeamName,
)


class _Model(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        alias_generator=to_camel,
        populate_by_name=False,
        use_attribute_docstrings=True,
    )


Labels = dict[str, str]


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
    WINDOWS = "windows"
    FARGATE = "fargate"


class Account(_Model):
    """The AWS account that a declaration without a cluster (stack `people`) is about."""

    id: AccountId
    partition: str = "aws"
    region: Region = "us-east-1"
    """Where the provider sends its calls; IAM itself is global."""


class IamUser(_Model):
    """An IAM user that the stack `people` creates."""

    path: IamPath = "/"
    tags: Labels = {}
    access_key: bool = False
    """Create one access key (a secret output). Off: people make their own with the self-service policy."""
    console_login: bool = False
    """Create a login profile with a one-time password (a secret output)."""


class SsoPermissionSet(_Model):
    """An IAM Identity Center permission set; its role carries a suffix that AWS chooses."""

    name: PermissionSetName
    suffix: PermissionSetSuffix
    """What AWS appended to the role's name; `eks-access sso` finds it."""
    region: Region | None = None
    """Home region of Identity Center; it is part of the role's path everywhere but in us-east-1."""


class Person(_Model):
    """Somebody, or something, that enters clusters: exactly one of the three kinds of principal."""

    iam_user: IamUser | None = None
    sso_permission_set: SsoPermissionSet | None = None
    iam_role: RoleArn | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = [self.iam_user, self.sso_permission_set, self.iam_role]
        if sum(kind is not None for kind in kinds) != 1:
            raise ValueError("a person is exactly one of iamUser, ssoPermissionSet, iamRole")
        return self


class AssumeRole(_Model):
    """Members enter through one IAM role per team and cluster."""

    mfa: bool = False
    """Only sessions that were opened with MFA may assume the role."""
    max_session_hours: Annotated[int, Field(ge=1, le=12)] = 1


class Team(_Model):
    """People who share grants."""

    members: Annotated[list[PersonName], Field(min_length=1)]
    """People, by their names under `people`."""
    assume_role: AssumeRole | None = None
    """Let members enter through one role per team and cluster; without it each is mapped directly."""


class Endpoint(_Model):
    """From where the API server can be reached."""

    private: bool = True
    """From inside the VPC."""
    public: bool = False
    """From `publicCidrs` on the internet."""
    public_cidrs: list[Cidr] = []


class Cluster(_Model):
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
    addons: dict[str, str] = {}
    """Add-on name → version, e.g. ``vpc-cni: v1.20.4-eksbuild.1``."""


class NodeGroup(_Model):
    """Nodes of one kind. `min`, `max` and `instanceTypes` are for EC2, `namespaces` for Fargate."""

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


class BreakGlass(_Model):
    """An admin role outside of teams and of whatever runs the deployment."""

    trusted_by: Annotated[list[PersonName], Field(min_length=1)]
    """People who may assume the role."""
    mfa: bool = True


class Admins(_Model):
    """Who has cluster-admin."""

    teams: list[TeamName] = []
    people: list[PersonName] = []
    break_glass: BreakGlass | None = None
    """The way in when everything else fails."""


class Namespace(_Model):
    """A Namespace that this declaration creates."""

    labels: Labels = {}
    annotations: Labels = {}


class Rule(_Model):
    """A PolicyRule of Kubernetes RBAC."""

    verbs: Annotated[list[str], Field(min_length=1)]
    api_groups: list[str] = []
    resources: list[str] = []
    resource_names: list[str] = []
    non_resource_urls: Annotated[list[str], Field(alias="nonResourceURLs")] = []


class Role(_Model):
    """Rules under a name: a Role where it is granted in namespaces, a ClusterRole where cluster-wide."""

    rules: Annotated[list[Rule], Field(min_length=1)]


class Grant(_Model):
    """Who gets which role where: one of team, person, serviceAccount; one of role, accessPolicy; a scope."""

    team: TeamName | None = None
    person: PersonName | None = None
    service_account: ServiceAccountRef | None = None
    role: RbacName | None = None
    """A declared role, one of `externalRoles`, or the built-in admin, edit or view."""
    access_policy: AccessPolicyName | None = None
    namespaces: list[str] = []
    """Where it holds; access policies also take patterns such as ``dev-*``."""
    cluster_wide: bool = False
    """It holds everywhere, also for what is in no namespace."""
    until: Day | None = Field(default=None, strict=False)
    """Last day on which the grant holds."""


class MetricsReader(_Model):
    """A ServiceAccount that may read /metrics of everything that asks the cluster's RBAC."""

    service_account: ServiceAccountRef
    kubelets: bool = False
    """Also the kubelets' metrics, which RBAC knows as the resource ``nodes/metrics``."""


class KeptRole(_Model):
    """A foreign line of mapRoles, rendered as it is."""

    rolearn: str
    username: str
    groups: list[str] = []


class KeptUser(_Model):
    """A foreign line of mapUsers, rendered as it is."""

    userarn: str
    username: str
    groups: list[str] = []


class Keep(_Model):
    """Foreign lines of aws-auth."""

    map_roles: list[KeptRole] = []
    map_users: list[KeptUser] = []


class Declaration(_Model):
    """Who we are, which cluster this is, and who may do what there."""

    account: Account | None = None
    people: dict[PersonName, Person] = {}
    """Who there is, by name: for an IAM user the name is the user's."""
    teams: dict[TeamName, Team] = {}
    """People who get the same grants."""
    cluster: Cluster | None = None
    node_groups: dict[DnsLabel, NodeGroup] = {}
    """The cluster's nodes; the roles that they need are derived from it."""
    admins: Admins = Admins()
    namespaces: dict[DnsLabel, Namespace] = {}
    """Namespaces to create; grants may also name those that every cluster has."""
    roles: dict[RbacName, Role] = {}
    """Roles beside the built-in admin, edit and view."""
    external_roles: list[RbacName] = []
    """ClusterRoles that somebody else makes (a Helm chart) and grants may name."""
    external_groups: list[str] = []
    """Groups that are bound in another program."""
    grants: list[Grant] = []
    """Who gets which role where."""
    metrics_readers: list[MetricsReader] = []
    """ServiceAccounts that may read /metrics, such as Prometheus'."""
    keep: Keep = Keep()
