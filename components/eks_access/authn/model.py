"""Who knocks, and what becomes of them. Principals in, identities or refusals out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..authz.model import Identity

PRIVATE_DNS_NAME = "{{EC2PrivateDNSName}}"
"""Template of the name that EC2 gives to an instance."""


class PrincipalKind(StrEnum):
    """What kind of caller it is, before anything is mapped."""

    IAM_USER = "IAM user"
    ROLE_SESSION = "role session"
    FEDERATED_USER = "federated user"
    ROOT = "root"
    SERVICE_ACCOUNT = "ServiceAccount"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A caller as STS, a ServiceAccount token or nothing at all identifies it."""

    kind: PrincipalKind
    arn: str = ""
    """For AWS: what GetCallerIdentity answers, ``arn:P:iam::A:user/path/name`` or
    ``arn:P:sts::A:assumed-role/name/session`` (never with the role's path)."""
    iam_arn: str = ""
    """ARN of the IAM user or role *with* its path, by which access entries are matched; empty where it isn't known."""
    unique_id: str = ""
    """AIDA… or AROA…, where it is known; an entry of a re-created principal has another one."""
    session: str = ""
    access_key_id: str = ""
    private_dns_name: str | None = None
    """EC2's private DNS name of the instance that the session is called after; None where it isn't known, empty where
    EC2 has no such instance."""
    namespace: str = ""
    """Of a ServiceAccount."""
    name: str = ""
    """Of a ServiceAccount."""

    @property
    def account(self) -> str:
        """AWS account, 12 digits; empty for what is not of AWS."""
        return self.arn.split(":")[4] if self.arn else ""

    @property
    def canonical_arn(self) -> str:
        """What aws-auth is searched for: a session becomes its role, which never has a path there."""
        if self.kind is not PrincipalKind.ROLE_SESSION:
            return self.arn
        _, partition, _, _, account, resource = self.arn.split(":", 5)
        return f"arn:{partition}:iam::{account}:role/{resource.partition('/')[2].rpartition('/')[0]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedAs:
    """A principal that is mapped, and the names that it gets, with their templates."""

    arn: str
    username: str
    groups: tuple[str, ...]

    @property
    def for_instances(self) -> bool:
        """Whether a session of anything but an instance is refused."""
        return any(PRIVATE_DNS_NAME in template for template in (self.username, *self.groups))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was looked at on the way, in words, for explanations."""

    where: str
    """``access entry``, ``aws-auth mapRoles[2]``, ``mapAccounts``, ``token``."""
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """What becomes of a principal: one identity, a refusal (401), or several identities of which chance picks one."""

    identity: Identity | None = None
    refusal: str | None = None
    """Why it is Unauthorized, in the authenticator's words where it has some; beside an identity where chance decides
    between being let in and being refused."""
    alternatives: tuple[Identity, ...] = ()
    """More than one where the real component's answer depends on chance (two spellings of one user ARN)."""
    source: str = ""
    """What mapped it: ``access entry``, ``aws-auth mapRoles[2]``, ``mapAccounts``, ``creator``, ``ServiceAccount``."""
    steps: tuple[Step, ...] = ()

    @property
    def ambiguous(self) -> bool:
        """Whether chance decides between identities, or between one and a refusal."""
        return len(self.alternatives) > 1 or (self.identity is not None and self.refusal is not None)
