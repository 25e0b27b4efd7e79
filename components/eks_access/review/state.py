"""AccessState: everything that decides who may do what in one cluster, whatever it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..authn.access_entries import AccessEntry
from ..authz.model import RbacObjects
from ..authz.resources import ApiResource
from ..declaration.kinds import AuthenticationMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way by which a person, or somebody without a name of their own, enters the cluster."""

    person: str
    """Name in the declaration; the principal's ARN where there is no declaration."""
    principal_arn: str
    """ARN, with its path, of the IAM principal that the API server gets to see: the own one, or a role assumed."""
    session: str
    """Session name with which a role is assumed; empty for an IAM user."""
    via: str
    """``direct``, ``team payments``, ``break-glass``; ``creator`` for what EKS gives by itself."""
    mfa: bool = False
    own_arn: str = ""
    """The person's own principal, where a role is assumed."""
    usable: bool = True
    """False where MFA is asked of somebody who cannot give it."""
    session_seconds: int = 0
    """How long a session of the role lives; 0 where the source doesn't say."""
    revoked_before: str | None = None
    """Sessions that are older than this moment were ended; None where the source doesn't say, empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessState:
    """One cluster's access, complete: who is mapped, what is bound, who is who."""

    name: str = ""
    """The cluster's; empty where the source doesn't say."""
    arn: str | None = None
    version: str | None = None
    """Kubernetes minor such as ``1.33``; None where the source doesn't say."""
    mode: AuthenticationMode = AuthenticationMode.CONFIG_MAP
    creator_arn: str | None = None
    """Hidden admin of mode CONFIG_MAP, where it is known; in other modes EKS makes it an entry like any other."""
    creator_unknown: bool = False
    """EKS made whoever created the cluster an admin, and the source doesn't say who that is."""
    aws_auth: Mapping[str, str] | None = None
    """`data` of the aws-auth ConfigMap as text, section by section; None where there is no ConfigMap."""
    entries: tuple[AccessEntry, ...] = ()
    rbac: RbacObjects = field(default_factory=RbacObjects)
    """Everything stored in the cluster, bootstrap roles included, aggregated."""
    resources: tuple[ApiResource, ...] = ()
    """Those that the source has the definitions of, or that the API server serves beside Kubernetes' usual ones."""
    namespaces: tuple[str, ...] = ()
    """Namespaces that are known to exist."""
    people: tuple[str, ...] = ()
    """Names of everybody who is declared, also of those who don't enter here."""
    ways: tuple[Way, ...] = ()
    """Who enters how; node roles are not people and not in here."""
    node_roles: Mapping[str, str] = field(default_factory=dict)
    """Kind of node, or node group → ARN of its role."""
    trust_policies: Mapping[str, str] = field(default_factory=dict)
    """Name of an IAM role by which somebody enters → its trust policy as JSON, where the source has it."""
    all_mapped: bool = False
    """The source tells everybody who is mapped, with access policies: nobody else enters."""
    all_bound: bool = False
    """The source tells every role and binding that the cluster has."""
    elsewhere: frozenset[str] = frozenset()
    """Groups that are bound, and ClusterRoles that are made, by what the source doesn't see, and says so."""
    notices: tuple[str, ...] = ()
    """What a reader should know of the source: what it could not say, what was assumed."""

    @property
    def partition(self) -> str | None:
        """The cluster's, where the source says it."""
        return self.arn.split(":")[1] if self.arn else None
