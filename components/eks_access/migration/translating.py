"""A line of aws-auth → the access entry that says the same, or why there is none.

Rules of entries: https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html (types, reserved user
names, the colon before {{SessionName}}); CreateAccessEntry's refusals of groups that begin with ``system:``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..authn.access_entries import AccessEntry
from ..authn.authenticating import NODE_ENTRIES
from ..authn.aws_auth_reading import MappingLine
from ..authz.model import AUTHENTICATED, MASTERS, BindingSubject, RoleBinding
from ..plan.model import EntryType, PolicyScope
from ..plan.naming import ADMINS_BINDING, ADMINS_GROUP, CLUSTER_ADMIN_POLICY

RESERVED = ("system:", "eks:", "aws:", "amazon:", "iam:")
"""Beginnings of user names that EKS keeps for itself."""
BY_INSTANCE, BY_SESSION = "system:node:{{EC2PrivateDNSName}}", "system:node:{{SessionName}}"
NODES, WINDOWS, PROXIER, BOOTSTRAPPERS = (
    "system:nodes",
    "eks:kube-proxy-windows",
    "system:node-proxier",
    "system:bootstrappers",
)
LEFT_OUT = frozenset({BOOTSTRAPPERS, PROXIER})
"""Groups that AWS documents for nodes in aws-auth, and EKS leaves out of nodes' entries."""
_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_EDIT = "change the line in aws-auth first"


class StuckError(Exception):
    """No entry can say what a line says."""

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(why)
        self.why, self.fix = why, fix


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """An entry, and what belongs to it."""

    entry: AccessEntry
    bindings: tuple[RoleBinding, ...] = ()
    differences: tuple[str, ...] = ()
    left_out: frozenset[str] = frozenset()
    """As `LineFate.left_out`."""


def is_node_line(line: MappingLine) -> bool:
    """Whether a kubelet that comes by this line is a node to the API server."""
    return line.username in (BY_INSTANCE, BY_SESSION) and NODES in line.groups


def translate(
    line: MappingLine, arn: str, bound: Sequence[RoleBinding] | None, *, node_type: EntryType | None, home: str
) -> Translation:
    """Find the entry that says the same as a line.

    Args:
        line: the line that counts for the principal.
        arn: the principal's, as IAM spells it, with the path.
        bound: all bindings of the cluster; None where only those are known that every cluster has.
        node_type: type of the role's entry if it is a node's, where that is known.
        home: account of the cluster.

    Raises:
        StuckError: there is none.
    """
    if is_node_line(line):
        return _node(line, arn, node_type, home)
    username, differences = _username(line, arn)
    groups, policies, bindings = [], [], []
    left_out = {""}  # nothing can be bound to it
    for group in dict.fromkeys(line.groups):
        if group in ("", AUTHENTICATED):
            continue  # everybody who is let in has the latter
        if _TEMPLATE.search(group):
            fix = f"{_EDIT}: write groups that are the same for every session"
            raise StuckError(f"the group {group} is a template, which entries have for user names only", fix)
        if group == MASTERS:
            groups.append(ADMINS_GROUP)
            policies.append(_cluster_admin(arn))
            bindings.append(admins_binding())
            differences.append(
                f"{MASTERS} → {CLUSTER_ADMIN_POLICY} and the group {ADMINS_GROUP}, bound to cluster-admin: the same "
                "answers, but they come from RBAC and EKS, so whoever breaks both takes them away"
            )
        elif group.startswith("system:"):
            if bound is None:
                fix = "add them: `kubectl get rolebindings,clusterrolebindings,roles,clusterroles -A -o yaml`"
                raise StuckError(f"entries carry no group {group}, and the cluster's bindings to it are not here", fix)
            own, copies = _replaced(group, bound)
            if not copies:
                left_out.add(group)
                differences.append(f"{group}: left out, since nothing is bound to it here")
                continue
            groups.append(own)
            bindings += copies
            differences.append(f"{group} → {own}, with {len(copies)} bindings: entries carry no group of Kubernetes")
        else:
            groups.append(group)
    entry = AccessEntry(
        key=arn,
        principal_arn=arn,
        type=EntryType.STANDARD,
        username=username or None,
        groups=tuple(dict.fromkeys(groups)),
        policies=tuple(policies),
    )
    return Translation(
        entry=entry, bindings=tuple(bindings), differences=tuple(differences), left_out=frozenset(left_out)
    )


def admins_binding() -> RoleBinding:
    """Return the binding that TeamRbac makes as well, under the same name."""
    return RoleBinding(
        name=ADMINS_BINDING,
        role_kind="ClusterRole",
        role_name="cluster-admin",
        subjects=(BindingSubject(kind="Group", name=ADMINS_GROUP),),
    )


def own_group(group: str) -> str:
    """Name the group that stands for one of Kubernetes' own, which entries refuse."""
    return f"aws-auth:{group}"


def _node(line: MappingLine, arn: str, known: EntryType | None, home: str) -> Translation:
    if ":user/" in arn:
        why = "EKS makes entries of nodes for roles only, and this is a user"
        raise StuckError(why, f"{_EDIT}: a user that is no node has another name; nodes have a role")
    type_ = _node_type(line, known)
    if arn.split(":")[4] != home:
        raise StuckError("EKS makes entries of nodes for roles of the cluster's own account only", "give nodes a role")
    username, groups = NODE_ENTRIES[type_]
    if username != line.username:
        why = f"its nodes are called {line.username}, and those of type {type_} {username}"
        raise StuckError(why, f"{_EDIT}: nodes of this kind are called {username}")
    lost = frozenset(line.groups) - frozenset(groups) - {AUTHENTICATED, ""}
    if too_much := sorted(lost - LEFT_OUT):
        why = f"an entry of type {type_} takes no groups, and the line has {', '.join(too_much)}"
        raise StuckError(why, f"{_EDIT}: take the groups out, or give the nodes that need them a role of their own")
    if more := sorted(frozenset(groups) - frozenset(line.groups)):
        why = f"an entry of type {type_} also has {', '.join(more)}, and the line has not"
        raise StuckError(why, f"{_EDIT}: give the nodes that group, as their kind wants it")
    entry = AccessEntry(key=arn, principal_arn=arn, type=type_, username=None, groups=(), policies=())
    return Translation(entry=entry, differences=tuple(_left_out(lost, type_)))


def _left_out(lost: Iterable[str], type_: EntryType) -> Iterator[str]:
    if lost := sorted(lost):
        yield f"{', '.join(lost)}: EKS itself leaves it out of entries of type {type_}"


def _node_type(line: MappingLine, known: EntryType | None) -> EntryType:
    if line.username == BY_INSTANCE:
        return known or (EntryType.EC2_WINDOWS if WINDOWS in line.groups else EntryType.EC2_LINUX)
    if known is not None:
        return known
    if PROXIER in line.groups:
        return EntryType.FARGATE_LINUX
    why = "whether these are Fargate's, hybrid or HyperPod nodes can't be told from the line"
    raise StuckError(why, "add the answers of `aws eks describe-fargate-profile` and `aws iam list-roles`")


def _username(line: MappingLine, arn: str) -> tuple[str, list[str]]:
    if not line.username:
        said = "the line has no user name, and an entry always has one; nothing can be bound to none"
        return "", [said]
    # an account has one answer for this, and users have no session
    username = line.username.replace("{{AccountID}}", arn.split(":")[4])
    if ":user/" in arn:
        username = username.replace("{{SessionName}}", "").replace("{{SessionNameRaw}}", "")
    if not username:
        return "", ["the line's user name is empty, and an entry always has one; nothing can be bound to none"]
    bindings = "with the bindings that name it, and give the people who are called so a day to notice"
    for template in _TEMPLATE.findall(username):
        if template != "{{SessionName}}":
            why = f"the user name has {template}, and entries have {{{{SessionName}}}} only"
            raise StuckError(why, f"{_EDIT}, {bindings}")
    if username.startswith(RESERVED):
        why = f"the user name {username} begins as those that EKS keeps for itself"
        raise StuckError(why, f"{_EDIT}, {bindings}")
    before, found, _ = username.partition("{{SessionName")
    if found and ":" not in before:
        why = f"the user name {username} has no colon before {{{{SessionName}}}}, as entries want it"
        raise StuckError(why, f"{_EDIT}, e.g. to people:{username}, {bindings}")
    return username, []


def _cluster_admin(arn: str) -> PolicyScope:
    partition = arn.split(":")[1]
    return PolicyScope(
        policy=CLUSTER_ADMIN_POLICY, arn=f"arn:{partition}:eks::aws:cluster-access-policy/{CLUSTER_ADMIN_POLICY}"
    )


def _replaced(group: str, bound: Sequence[RoleBinding]) -> tuple[str, list[RoleBinding]]:
    """Copy what is bound to a group of Kubernetes' own for one of ours."""
    own = own_group(group)
    wanted = BindingSubject(kind="Group", name=group)
    copies = [
        RoleBinding(
            name=f"aws-auth:{binding.name}:{group}",
            namespace=binding.namespace,
            role_kind=binding.role_kind,
            role_name=binding.role_name,
            subjects=(BindingSubject(kind="Group", name=own),),
        )
        for binding in bound
        if any((each.kind, each.name) == (wanted.kind, wanted.name) for each in binding.subjects)
    ]
    return own, copies
