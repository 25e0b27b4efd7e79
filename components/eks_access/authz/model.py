"""Who asks for what, and what the API server's RBAC objects say about it.

Only what decides is kept of an object: names, rules, subjects, and the labels that aggregation selects by.
Sources: https://kubernetes.io/docs/reference/access-authn-authz/rbac/,
k8s.io/apiserver pkg/authorization/authorizer (attributes), k8s.io/api rbac/v1 (objects).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..plan.model import RbacRule

AUTHENTICATED = "system:authenticated"
UNAUTHENTICATED = "system:unauthenticated"
ANONYMOUS = "system:anonymous"
MASTERS = "system:masters"
SERVICE_ACCOUNT_PREFIX = "system:serviceaccount:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody is to the API server, once authentication is through."""

    username: str
    groups: tuple[str, ...] = ()
    """In the order in which the API server has them, `system:authenticated` included."""
    principal_arn: str | None = None
    """The IAM principal that access policies are bound to; None under impersonation and for ServiceAccounts."""
    uid: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked: a verb on a resource, or on a path where `path` is given.

    As in a SubjectAccessReview: `verb` in lower case, `namespace` empty for the whole cluster and for what is in no
    namespace, `name` empty where the request names nothing (create, list of all).
    """

    verb: str
    resource: str = ""
    api_group: str = ""
    subresource: str = ""
    name: str = ""
    namespace: str = ""
    path: str | None = None
    """A non-resource URL such as ``/metrics``; None for a request about a resource."""

    @property
    def full_resource(self) -> str:
        """``pods``, or ``pods/log`` where a subresource is asked."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One `matchExpressions` item of a label selector."""

    key: str
    operator: str
    """In, NotIn, Exists or DoesNotExist."""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """A label selector of an aggregationRule; without any requirement it selects everything."""

    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    expressions: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A Role, or a ClusterRole where `namespace` is None, as it is stored."""

    name: str
    namespace: str | None = None
    rules: tuple[RbacRule, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    aggregation: tuple[Selector, ...] | None = None
    """Selectors of its aggregationRule; None where it has none."""
    unread: str = ""
    """Why the API server refuses it whatever it holds, of which nothing is kept then."""

    @property
    def kind(self) -> str:
        """As its manifest has it."""
        return "Role" if self.namespace else "ClusterRole"

    @property
    def place(self) -> str:
        """What and where it is: ``Role payments/releaser``, ``ClusterRole releaser``."""
        return _place(self.kind, self.namespace, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingSubject:
    """One subject of a binding, as written."""

    kind: str
    """User, Group or ServiceAccount; any other kind names nobody."""
    name: str
    namespace: str = ""
    foreign_group: str = ""
    """An apiGroup that is not the kind's; the API server stores none with it, and its authorizer does not look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleBinding:
    """A RoleBinding, or a ClusterRoleBinding where `namespace` is None, as it is stored."""

    name: str
    namespace: str | None = None
    role_kind: str
    role_name: str
    subjects: tuple[BindingSubject, ...] = ()
    foreign_group: str = ""
    """An apiGroup of the roleRef that is not RBAC's."""
    unread: str = ""
    """As `Role.unread`."""

    @property
    def kind(self) -> str:
        """As its manifest has it."""
        return "RoleBinding" if self.namespace else "ClusterRoleBinding"

    @property
    def place(self) -> str:
        """What and where it is: ``RoleBinding payments/releaser``, ``ClusterRoleBinding releaser``."""
        return _place(self.kind, self.namespace, self.name)


def _place(kind: str, namespace: str | None, name: str) -> str:
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RbacObjects:
    """All of a cluster's RBAC, in the order in which it is looked at."""

    roles: tuple[Role, ...] = ()
    """Roles and ClusterRoles."""
    bindings: tuple[RoleBinding, ...] = ()
    """RoleBindings and ClusterRoleBindings."""
    refused: tuple[Role | RoleBinding, ...] = ()
    """What the API server refuses: it counts for nothing, and whoever names it need not look for it elsewhere."""

    @property
    def refused_roles(self) -> tuple[Role, ...]:
        """Roles and ClusterRoles among what is refused."""
        return tuple(each for each in self.refused if isinstance(each, Role))

    @property
    def refused_bindings(self) -> tuple[RoleBinding, ...]:
        """RoleBindings and ClusterRoleBindings among what is refused."""
        return tuple(each for each in self.refused if isinstance(each, RoleBinding))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One reason for which a request is allowed."""

    authorizer: str
    """``system:masters``, ``Node``, ``RBAC`` or ``EKS Access Policy``."""
    reason: str
    """As the API server and its audit log say it; empty where they say nothing."""
    binding: RoleBinding | None = None
    role: Role | None = None
    subject: BindingSubject | None = None
    rule: RbacRule | None = None
    policy: str | None = None
    """Name of the access policy that allows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the API server's authorizers say about one request of one identity."""

    allowed: bool
    reason: str = ""
    """The canonical reason: of the first ground where it is allowed, else what stands behind the colon of a 403."""
    grounds: tuple[Ground, ...] = ()
    """Everything that allows it, in the order of the authorizers; only the first where just a verdict was asked."""
    errors: tuple[str, ...] = ()
    """What was looked for and is not there, such as the role of a binding; other bindings count all the same."""

    @property
    def untold(self) -> tuple[str, ...]:
        """Those of the errors that the reason does not say: hints, and what is not counted."""
        return tuple(error for error in self.errors if error not in self.reason)
