"""A cluster's access as the checks look at it: parsed once, and without what Kubernetes and EKS made themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..authn.access_entries import AccessEntry
from ..authn.aws_auth_reading import AwsAuth, MappingLine, parse_aws_auth
from ..authz.bootstrap import bootstrap_objects
from ..authz.model import Role, RoleBinding
from ..iam.arns import identity
from ..plan.model import EntryType
from ..review.access_review import AccessReview
from ..review.state import AccessState

AWS_AUTH = "aws-auth"
"""Path of what is about the whole ConfigMap."""
ENTRIES = "access entries"
"""Path of what is about all entries."""
NODE_PREFIX, NODE_GROUP = "system:node:", "system:nodes"
"""A kubelet is one by both, its user name and its group (k8s.io/kubernetes pkg/auth/nodeidentifier)."""
OWN_PREFIXES = ("system:", "eks:")
"""How Kubernetes' and EKS's own names begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedName:
    """A principal as one of the two back ends maps it: a line of aws-auth or an access entry."""

    path: str
    arn: str
    username: str | None
    groups: tuple[str, ...]
    line: MappingLine | None = None
    entry: AccessEntry | None = None


class ClusterView:
    """One `AccessState` for checks: every path that they yield is one of the paths named here."""

    def __init__(self, state: AccessState) -> None:
        self.state = state

    @cached_property
    def review(self) -> AccessReview:
        """Who may do what."""
        return AccessReview(self.state)

    @cached_property
    def aws_auth(self) -> AwsAuth:
        """The ConfigMap as the authenticator reads it; nothing in mode API, where nobody reads it."""
        return parse_aws_auth(self.state.aws_auth or {}) if self.state.mode.uses_aws_auth else AwsAuth()

    @cached_property
    def lines(self) -> tuple[MappingLine, ...]:
        """Lines of aws-auth that survive."""
        return (*self.aws_auth.roles, *self.aws_auth.users)

    @cached_property
    def entries(self) -> tuple[AccessEntry, ...]:
        """Access entries that count in the mode."""
        return self.state.entries if self.state.mode.uses_entries else ()

    @cached_property
    def mapped(self) -> tuple[MappedName, ...]:
        """Lines, then entries."""
        lines = [
            MappedName(path=line_path(x), arn=x.arn, username=x.username, groups=x.groups, line=x) for x in self.lines
        ]
        entries = [
            MappedName(path=entry_path(x), arn=x.principal_arn, username=x.username, groups=x.groups, entry=x)
            for x in self.entries
        ]
        return (*lines, *entries)

    @cached_property
    def node_roles(self) -> dict[str, str]:
        """Principal of a node role → its name in the state: the kind of node, or the node group."""
        return {identity(arn): name for name, arn in self.state.node_roles.items()}

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """Roles that somebody made or wrote: of what the API server refuses a check says what is wrong with it."""
        own = self._built_in_roles
        refused = (role for role in self.state.rbac.refused_roles if not role.unread)
        return tuple(
            role
            for role in (*self.state.rbac.roles, *refused)
            if (role.namespace, role.name) not in own and not role.name.startswith(OWN_PREFIXES)
        )

    @cached_property
    def bindings(self) -> tuple[RoleBinding, ...]:
        """Bindings that somebody made or wrote."""
        refused = (binding for binding in self.state.rbac.refused_bindings if not binding.unread)
        return tuple(each for each in (*self.state.rbac.bindings, *refused) if not self._is_built_in(each))

    @property
    def account(self) -> str | None:
        """The cluster's account, where the source says it."""
        return self.state.arn.split(":")[4] if self.state.arn else None

    @cached_property
    def _built_in_roles(self) -> frozenset[tuple[str | None, str]]:
        return frozenset((role.namespace, role.name) for role in bootstrap_objects(self.state.version).roles)

    def _is_built_in(self, binding: RoleBinding) -> bool:
        """Tell a binding that is as it was made: one of EKS's, or of Kubernetes' with its own subjects only."""
        if binding.name.startswith("eks:"):
            return True
        made = self._built_in_bindings.get((binding.namespace, binding.name))
        return made is not None and set(binding.subjects) <= set(made.subjects)

    @cached_property
    def _built_in_bindings(self) -> dict[tuple[str | None, str], RoleBinding]:
        return {(each.namespace, each.name): each for each in bootstrap_objects(self.state.version).bindings}


def line_path(line: MappingLine) -> str:
    """Path of a line: ``aws-auth mapRoles[2]``."""
    return f"{AWS_AUTH} {line.section}[{line.index}]"


def entry_path(entry: AccessEntry) -> str:
    """Path of an entry, which is known by its principal."""
    return f"access entry {entry.principal_arn}"


def node_path(name: str) -> str:
    """Path of the role of a kind of node, or of a node group."""
    return f"role of nodes {name}"


def people_of(view: ClusterView) -> Iterator[MappedName]:
    """List whom lines and entries map who are no nodes, and whom EKS didn't map by itself."""
    for each in view.mapped:
        node = identity(each.arn) in view.node_roles or is_node_entry(each.entry) or is_almost_node(each)
        if not node and not is_eks_own(each.entry):
            yield each


def is_almost_node(each: MappedName) -> bool:
    """Tell a line that has the group of nodes and not their user name."""
    return each.line is not None and NODE_GROUP in each.groups and not (each.username or "").startswith(NODE_PREFIX)


def is_node_entry(entry: AccessEntry | None) -> bool:
    """Tell an entry of nodes from one of people."""
    return entry is not None and entry.type is not EntryType.STANDARD


def is_eks_own(entry: AccessEntry | None) -> bool:
    """Tell an entry that EKS made by itself: the creator's, Auto Mode's, and those of its own service-linked roles."""
    if entry is None:
        return False
    return entry.made_by_eks or (":role/aws-service-role/eks" in entry.principal_arn and bool(entry.policies))
