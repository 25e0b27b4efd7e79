"""P2: every node can join. Over any cluster whose node roles are known."""

from __future__ import annotations

from collections.abc import Iterator

from ..authn.authenticating import NODE_ENTRIES
from ..authz.model import MASTERS
from ..declaration.kinds import NodeKind
from ..errors import Problem, Severity
from ..iam.arns import identity, strip_path
from ..plan.model import EntryType
from ..plan.nodes import NODE_IDENTITIES, NodeIdentity
from .catalogue import Needs, Over, check, loader_rule
from .view import NODE_GROUP, NODE_PREFIX, ClusterView, MappedName, is_almost_node, node_path

_KINDS = {str(kind): kind for kind in NodeKind}
_TROUBLE = "https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html#worker-node-fail"


@check(
    "EA201",
    "Every role of nodes is mapped, wherever the mode looks",
    over=Over.CLUSTER,
    needs=Needs.ALL,
    why=f"A kubelet whose role is not mapped gets 401, and its node never appears or turns NotReady ({_TROUBLE}).",
    fix="Map the role as its kind of node needs: a line of aws-auth, an access entry of the kind's type, or both where "
    "both are read.",
)
def nodes_are_mapped(view: ClusterView) -> Iterator[Problem]:
    """Look each node role up in the views of the mode; one of two is enough where nobody declares the cluster."""
    for name, arn in view.state.node_roles.items():
        kind = kind_of(name)
        found = _mapped_as(view, arn)
        views = sorted({_view_of(each) for each in found})
        wanted = _views(view, kind)
        missing = [each for each in wanted if each not in views] if kind else ([] if views else wanted)
        for each in missing:
            yield Problem(
                path=node_path(name),
                value=arn,
                rule=f"its role has no {_what(each, kind)}",
                fix=f"map {arn if each == 'entries' else strip_path(arn)} as {kind or 'nodes'}{_as(each, kind)}",
            )


@check(
    "EA202",
    "A role of nodes is mapped as its kind needs",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    why="Who is mapped under another user name or without its groups is no node to Kubernetes and gets 403 for its own "
    "Node; a Windows node with a Linux entry has no DNS (https://docs.aws.amazon.com/eks/latest/userguide/"
    "create-node-role.html, https://docs.aws.amazon.com/eks/latest/userguide/windows-support.html).",
    fix="Write the user name and groups of the kind in aws-auth, and its type in the access entry.",
)
def nodes_are_mapped_as_their_kind(view: ClusterView) -> Iterator[Problem]:
    """Compare lines and entries of node roles with what their kind, or else any node, must be."""
    for name, arn in view.state.node_roles.items():
        kind = kind_of(name)
        for each in _mapped_as(view, arn):
            if _is_somebody(each):
                continue  # the next rule's finding
            if wrong := (_differences(each, NODE_IDENTITIES[kind]) if kind else _no_node(each)):
                fix = f"map {arn} as {kind or 'nodes'}{_as(_view_of(each), kind)}, and nobody else to the same role"
                yield Problem(path=node_path(name), value=_shown(each), rule=f"{each.path}: {wrong}", fix=fix)
    for each in view.mapped:
        if is_almost_node(each) and identity(each.arn) not in view.node_roles:
            fix = f"write `username: {NODE_IDENTITIES[NodeKind.MANAGED].username}`, or take {NODE_GROUP} out"
            yield Problem(path=each.path, value=_shown(each), rule=_no_node(each), fix=fix)


@check(
    "EA203",
    "Nobody but nodes is mapped to a role of nodes",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    why="One principal has one identity: a person's mapping on a node role makes every kubelet that person, so nodes "
    "get 403, and whoever reaches a node's credentials gets that person's rights "
    "(https://github.com/kubernetes-sigs/aws-iam-authenticator/issues/271).",
    fix="Give the person a role of their own, and map the node role as its kind needs.",
)
def no_person_on_a_node_role(view: ClusterView) -> Iterator[Problem]:
    """Look for mappings of node roles that make somebody of them."""
    for name, arn in view.state.node_roles.items():
        for each in _mapped_as(view, arn):
            if _is_somebody(each):
                rule = f"{each.path} maps the nodes' role as somebody who is no node"
                fix = "give the person a role of their own, and map this one as its kind of node needs"
                yield Problem(path=node_path(name), value=_shown(each), rule=rule, fix=fix)
    # where nobody says which roles are nodes', an entry of people hides the line that does
    people = {identity(each.arn): each for each in view.mapped if each.entry and _is_somebody(each)}
    for line in view.mapped:
        entry = people.get(identity(line.arn))
        if line.line and _no_node(line) == "" and entry and identity(line.arn) not in view.node_roles:
            rule = f"{line.path} maps this role as nodes, and only the entry counts, which makes people of them"
            fix = "give the person a role of their own, and the nodes' role an entry of their kind's type"
            yield Problem(path=entry.path, value=_shown(entry), rule=rule, fix=fix)


@check(
    "EA204",
    "A role of nodes has no path",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    severity=Severity.WARNING,
    why="aws-auth needs the role without its path and an entry with it; pulumi-eks writes `instanceRoles` as they are "
    "(https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html).",
    fix="Make the role without a path.",
)
def node_roles_have_no_path(view: ClusterView) -> Iterator[Problem]:
    """Look at the ARNs of node roles."""
    for name, arn in view.state.node_roles.items():
        if strip_path(arn) != arn:
            rule = "the role of nodes has a path, which one of the two back ends needs and the other must not have"
            yield Problem(path=node_path(name), value=arn, rule=rule, fix="make the role without a path")


loader_rule(
    "EA205",
    "Nodes that need access entries have a mode with them",
    why="Auto Mode, hybrid and HyperPod nodes enter by an access entry only, which mode CONFIG_MAP doesn't have "
    "(https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-cluster-create.html).",
    fix="Write `authenticationMode: API_AND_CONFIG_MAP` in the cluster.",
)


def kind_of(name: str) -> NodeKind | None:
    """Return the kind of node that a node role's name in a state says, if it says one."""
    return _KINDS.get(name)


def _mapped_as(view: ClusterView, arn: str) -> list[MappedName]:
    """List the mappings that the authenticator takes for a role: lines without a path, entries with the same one."""
    return [
        each
        for each in view.mapped
        if (each.line and each.arn.lower() == identity(arn)) or (each.entry and each.arn.lower() == arn.lower())
    ]


def _views(view: ClusterView, kind: NodeKind | None) -> list[str]:
    mode = view.state.mode
    in_aws_auth = mode.uses_aws_auth and (kind is None or NODE_IDENTITIES[kind].in_aws_auth)
    return [*(["aws-auth"] if in_aws_auth else []), *(["entries"] if mode.uses_entries else [])]


def _view_of(mapped: MappedName) -> str:
    return "entries" if mapped.entry else "aws-auth"


def _what(view: str, kind: NodeKind | None) -> str:
    if view == "aws-auth":
        return "line in aws-auth"
    return f"{NODE_IDENTITIES[kind].entry_type} entry" if kind else "access entry"


def _as(view: str, kind: NodeKind | None) -> str:
    identity = NODE_IDENTITIES[kind] if kind else NODE_IDENTITIES[NodeKind.MANAGED]
    if view == "entries":
        return f": an access entry of type {identity.entry_type}"
    return f": user name {identity.username}, groups {', '.join(identity.groups)}"


def _is_somebody(mapped: MappedName) -> bool:
    """Tell a mapping for people: an entry of people, or a line with neither a node's name nor its group."""
    if mapped.entry:
        return mapped.entry.type is EntryType.STANDARD
    return not (mapped.username or "").startswith(NODE_PREFIX) and NODE_GROUP not in mapped.groups


def _differences(mapped: MappedName, wanted: NodeIdentity) -> str:
    if (entry := mapped.entry) is not None:
        if entry.type is not wanted.entry_type:
            return f"the entry is of type {entry.type}, and the kind needs {wanted.entry_type}"
        policies = {scope.policy for scope in entry.policies}
        needed = {wanted.access_policy} if wanted.access_policy else set()
        return f"the entry needs {', '.join(sorted(needed - policies))}" if needed - policies else ""
    if mapped.username != wanted.username:
        return f"the user name is not {wanted.username}"
    if MASTERS in mapped.groups:
        return _ADMIN_NODES
    # system:bootstrappers is in AWS's documents and needed by nothing on EKS
    missing = set(wanted.groups) - set(mapped.groups) - {"system:bootstrappers"}
    return f"the groups lack {', '.join(sorted(missing))}" if missing else ""


def _no_node(mapped: MappedName) -> str:
    """Say what keeps a role of unknown kind from being a node's."""
    if mapped.entry:
        return "" if mapped.entry.type in NODE_ENTRIES else "the entry is of no node's type"
    if not (mapped.username or "").startswith(NODE_PREFIX):
        return f"the user name does not begin with {NODE_PREFIX}"
    if MASTERS in mapped.groups:
        return _ADMIN_NODES
    return "" if NODE_GROUP in mapped.groups else f"the groups lack {NODE_GROUP}"


_ADMIN_NODES = f"the group {MASTERS} makes a cluster admin of every kubelet, and of whoever reaches its credentials"


def _shown(mapped: MappedName) -> str:
    if mapped.entry:
        return str(mapped.entry.type)
    return f"{mapped.username} ({', '.join(mapped.groups) or 'no groups'})"
