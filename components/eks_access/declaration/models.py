"""The declaration as pydantic models: what people write, and nothing derived from it.

Every model refuses unknown keys and is immutable. YAML keys are camelCase, attributes snake_case.
Rules that need more than one place in the declaration (does this team exist?) live in `references`.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from .base import Labels, Model, Quantities
from .cluster_models import Cluster, NodeGroup
from .texts import (
    AccessPolicyName,
    AccountId,
    CheckId,
    Day,
    DnsLabel,
    IamPath,
    PermissionSetName,
    PermissionSetSuffix,
    PersonName,
    RbacName,
    Reason,
    Region,
    RoleArn,
    ServiceAccountRef,
    TeamName,
)


class Account(Model):
    """The AWS account that a declaration without a cluster (stack `people`) is about."""

    id: AccountId
    partition: str = "aws"
    region: Region = "us-east-1"
    """Where the provider sends its calls; IAM itself is global."""


class IamUser(Model):
    """An IAM user that the stack `people` creates."""

    path: IamPath = "/"
    tags: Labels = {}
    access_key: bool = False
    """Create one access key (a secret output). Off: people make their own with the self-service policy."""
    console_login: bool = False
    """Create a login profile with a one-time password (a secret output)."""


class SsoPermissionSet(Model):
    """An IAM Identity Center permission set; its role carries a suffix that AWS chooses."""

    name: PermissionSetName
    suffix: PermissionSetSuffix
    """What AWS appended to the role's name; `eks-access sso` finds it."""
    region: Region | None = None
    """Home region of Identity Center; it is part of the role's path everywhere but in us-east-1."""


class Person(Model):
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


class AssumeRole(Model):
    """Members enter through one IAM role per team and cluster."""

    mfa: bool = False
    """Only sessions that were opened with MFA may assume the role."""
    max_session_hours: Annotated[int, Field(ge=1, le=12)] = 1


class Team(Model):
    """People who share grants."""

    members: Annotated[list[PersonName], Field(min_length=1)]
    """People, by their names under `people`."""
    assume_role: AssumeRole | None = None
    """Let members enter through one role per team and cluster; without it each is mapped directly."""


class BreakGlass(Model):
    """An admin role outside of teams and of whatever runs the deployment."""

    trusted_by: Annotated[list[PersonName], Field(min_length=1)]
    """People who may assume the role."""
    mfa: bool = True


class Admins(Model):
    """Who has cluster-admin."""

    teams: list[TeamName] = []
    people: list[PersonName] = []
    break_glass: BreakGlass | None = None
    """The way in when everything else fails."""


class Limit(Model):
    """One item of a Kubernetes LimitRange."""

    type: str
    """Container, Pod or PersistentVolumeClaim."""
    default: Quantities = {}
    default_request: Quantities = {}
    min: Quantities = {}
    max: Quantities = {}
    max_limit_request_ratio: Quantities = {}


class Namespace(Model):
    """A Namespace that this declaration creates."""

    labels: Labels = {}
    annotations: Labels = {}
    quota: Quantities = {}
    """What all of the namespace may use: the `hard` limits of a ResourceQuota, e.g. ``requests.cpu: "8"``."""
    limits: list[Limit] = []
    """Defaults and bounds of each container, pod or volume claim: the `limits` of a LimitRange."""


class Rule(Model):
    """A PolicyRule of Kubernetes RBAC."""

    verbs: Annotated[list[str], Field(min_length=1)]
    api_groups: list[str] = []
    resources: list[str] = []
    resource_names: list[str] = []
    non_resource_urls: Annotated[list[str], Field(alias="nonResourceURLs")] = []


class Role(Model):
    """Rules under a name: a Role where it is granted in namespaces, a ClusterRole where cluster-wide."""

    rules: Annotated[list[Rule], Field(min_length=1)]


class Grant(Model):
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


class MetricsReader(Model):
    """A ServiceAccount that may read /metrics of everything that asks the cluster's RBAC."""

    service_account: ServiceAccountRef
    kubelets: bool = False
    """Also the kubelets' metrics, which RBAC knows as the resource ``nodes/metrics``."""


class KeptRole(Model):
    """A foreign line of mapRoles, rendered as it is."""

    rolearn: str
    username: str
    groups: list[str] = []


class KeptUser(Model):
    """A foreign line of mapUsers, rendered as it is."""

    userarn: str
    username: str
    groups: list[str] = []


class Keep(Model):
    """Foreign lines of aws-auth."""

    map_roles: list[KeptRole] = []
    map_users: list[KeptUser] = []


class Accepted(Model):
    """A finding of `eks-access check` to live with; every report shows it with its reason."""

    check: CheckId
    """The id that is printed with the finding. Lock-outs (EA1xx) can't be accepted."""
    path: Annotated[str, Field(min_length=1)]
    """Where it is found, as printed, e.g. ``roles.releaser``; what lies below it is meant too."""
    reason: Reason
    """Why it is right as it is, for whoever reads the report."""
    until: Day | None = Field(default=None, strict=False)
    """Last day on which it is accepted."""


class Declaration(Model):
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
    accept: list[Accepted] = []
    """Findings of the checks to live with, each with a reason."""
