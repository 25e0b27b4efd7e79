"""What an error text says, typed: one symptom a message."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..authz.model import Request
from ..plan.model import RbacRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """One message that was recognised."""

    seen: str
    """The part of the text that tells it, on one line."""


class Lack(StrEnum):
    """Why AWS gets no usable credentials, or a client no token."""

    NONE = "no credentials"
    PROFILE = "no such profile"
    EXPIRED = "expired"
    SSO = "signed out of Identity Center"
    SIGNATURE = "signature"
    INVALID = "unknown to AWS"
    COMMAND = "token command not installed"
    VERSION = "token command and client speak different versions"
    FAILED = "token command failed"
    MFA = "MFA"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoToken(Symptom):
    """The client has no token, or one that AWS does not take."""

    lack: Lack
    name: str = ""
    """The profile or command that is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsDenied(Symptom):
    """IAM refuses an action of AWS, such as assuming a role or describing the cluster."""

    action: str
    """Such as ``sts:AssumeRole``."""
    caller: str = ""
    resource: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoCluster(Symptom):
    """EKS has no cluster of that name there."""

    name: str


class Road(StrEnum):
    """Why the API server is not reached."""

    TIMEOUT = "timeout"
    HOST = "no such host"
    REFUSED = "refused"
    LOCAL = "this machine"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable(Symptom):
    """The API server is not reached, or is another one."""

    road: Road
    host: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unauthorized(Symptom):
    """401: nothing maps whoever asked."""

    arns: tuple[str, ...] = ()
    """IAM principals that the text names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden(Symptom):
    """403 of the authorizers."""

    user: str | None
    """User name in Kubernetes; None where the text has none."""
    request: Request | None
    reason: str = ""
    """What stands behind the colon."""
    whole: bool = True
    """Whether the text says where: in which namespace, or in the whole cluster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation(Symptom):
    """403 of the escalation check: a role or a binding gives more than its writer has."""

    user: str = ""
    missing: tuple[RbacRule, ...] = ()
    written: str = ""
    """Resource and name of what was written: ``rolebindings.rbac.authorization.k8s.io "x"``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRole(Symptom):
    """A binding names a role that is not there."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidRole(Symptom):
    """The API server refuses a role whose rule mixes resources and URLs, or has URLs in a namespace."""

    namespaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRestricted(Symptom):
    """403 of NodeRestriction: a node touches what is not its own."""

    node: str
    other: str = ""


class NodeTrouble(StrEnum):
    """What is wrong with nodes."""

    UNAUTHORIZED = "kubelet is refused"
    NOT_JOINED = "instances did not join"
    SILENT = "kubelet went silent"
    TAINTED = "taints, of which kind is not said"
    NONE = "there are no nodes"
    FULL = "no room"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodesFail(Symptom):
    """Nodes don't come, or went silent, and pods stay Pending."""

    trouble: NodeTrouble
    disk: bool = False
    """The old words ``out of disk space``, which are not about disks."""
    arns: tuple[str, ...] = ()


class EksRule(StrEnum):
    """Which rule of the EKS API refuses."""

    MODE = "entries need another authentication mode"
    SYSTEM = "names that start with system:"
    EXISTS = "there is an entry already"
    PRINCIPAL = "no such principal"
    MODE_STEP = "authentication modes go one step at a time"
    BOOTSTRAP = "the creator must be an admin in CONFIG_MAP"


@dataclass(frozen=True, slots=True, kw_only=True)
class EksRefused(Symptom):
    """The EKS API refuses a change of access."""

    rule: EksRule
    arns: tuple[str, ...] = ()
    name: str = ""
    """The value that is refused, where the text has it."""
