"""Nodes that don't join, go silent or are forbidden: which roles the declaration maps, and as whom.

The way from a role that nothing maps to pods that stay Pending: the kubelet gets 401, its Lease goes stale, the node
controller sets all conditions to Unknown. The scheduler took Unknown for true until Kubernetes 1.13, of the condition
OutOfDisk too, which is why it named disks (k8s.io/kubernetes pkg/scheduler, CheckNodeCondition).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..authz.model import Request
from ..iam.arns import identity, strip_path
from ..plan.model import MappedPrincipal
from ..review.asking import describe
from .grant_lines import scalar
from .model import Finding, Remedy, Wall
from .symptoms_model import Forbidden, NodeRestricted, NodesFail, NodeTrouble
from .why_known import WITH_A_DECLARATION, Known, command, deploy, quoted, role_of

_NODE = "system:node:"
_SAID = {
    NodeTrouble.UNAUTHORIZED: "the nodes' IAM role is not let in: the kubelet gets 401 and can't register",
    NodeTrouble.NOT_JOINED: "instances run and no node of them appears: mostly their IAM role is not let in",
    NodeTrouble.SILENT: "kubelets stopped reporting, mostly since their IAM role is not let in any more",
    NodeTrouble.TAINTED: "the pod does not tolerate a taint of the nodes; this is about access only where the taint is "
    "node.kubernetes.io/unreachable or not-ready, which nodes get whose kubelet went silent",
    NodeTrouble.NONE: "the cluster has no nodes: none were started, or none could join",
    NodeTrouble.FULL: "the nodes have no room for the pod; this is not about access",
}
_DISK = (
    "out of disk space is not about disks: a kubelet that went silent has all its conditions Unknown, and schedulers "
    "before Kubernetes 1.13 took that for a full disk; bigger instances don't help"
)
_LOOK = Remedy(
    say="see which nodes there are, what they are called, and whether they are Ready", command="kubectl get nodes"
)
_TAINTS = Remedy(
    say="see which taints they are",
    command="kubectl get nodes -o custom-columns=NAME:.metadata.name,'TAINTS:.spec.taints[*].key'",
)
_OTHERS = "where the role is mapped: look at the instances' network, their bootstrap arguments and the kubelet's log"


def nodes(symptom: NodesFail, known: Known | None) -> Finding:
    """Answer nodes that fail."""
    if symptom.trouble is NodeTrouble.FULL:
        remedy = Remedy(say="give the node group more or larger instances, or the pod smaller requests")
        return Finding(wall=Wall.NODES, cause="no-room", said=_SAID[symptom.trouble], remedies=(remedy,))
    if symptom.trouble is NodeTrouble.TAINTED:
        return Finding(wall=Wall.NODES, cause="nodes-tainted", said=_SAID[symptom.trouble], remedies=(_TAINTS,))
    evidence = [_DISK] if symptom.disk else []
    if known is None:
        return _finding(symptom.trouble, (*evidence, WITH_A_DECLARATION), (_LOOK, _log()))
    evidence += _mapped(known)
    strangers = [arn for arn in symptom.arns if ":role/" in role_of(arn) and not _is_declared(arn, known)]
    if strangers:
        evidence.append(f"not the role of any declared node group: {', '.join(strangers)}")
        remedies = [*_declare(strangers[0], known), deploy(known)]
    elif not known.plan.node_roles:
        remedies = [*_declare("", known), deploy(known)]
    else:
        remedies = [deploy(known), _instances(known), _log()]
    return _finding(symptom.trouble, (*evidence, _OTHERS), tuple(remedies), known.ask())


def node_forbidden(symptom: Forbidden, request: Request, known: Known | None) -> Finding | None:
    """Answer a Forbidden that a node got, or whoever should be one; None where it is nobody of that kind."""
    user = symptom.user or ""
    registers = (request.verb, request.resource, request.api_group) == ("create", "nodes", "")
    if not user.startswith(_NODE) and not registers:
        return None
    if user.startswith(_NODE) and "no relationship found" in symptom.reason:
        said = f"the node may read only what the pods on it use, and none of them uses this: {describe(request)}"
        where = Remedy(say="see what runs on the node", command="kubectl get pods -A -o wide")
        return Finding(
            wall=Wall.PERMISSION, cause="node-relationship", said=said, evidence=(symptom.reason,), remedies=(where,)
        )
    lacks = "the group system:nodes" if user.startswith(_NODE) else f"a user name that starts with {_NODE}"
    said = f"the node's role is mapped as {quoted(user)}, without {lacks}, so it is no node to the API server"
    rule = "a node is who has the user name system:node:<name> and the group system:nodes; both come from its mapping"
    later = "a second line or entry for the same role, such as one for admins, replaces the nodes' one"
    evidence = (rule, later, *(_mapped(known) if known else (WITH_A_DECLARATION,)))
    remedies = (deploy(known),) if known else (_LOOK,)
    return Finding(
        wall=Wall.NODES,
        cause="not-a-node",
        said=said,
        evidence=evidence,
        remedies=remedies,
        ask=known.ask() if known else (),
    )


def restricted(symptom: NodeRestricted, known: Known | None) -> Finding:
    """Answer NodeRestriction."""
    other = f" and touched {symptom.other}" if symptom.other else " and touched what is not its own"
    said = (
        f"the kubelet came in as node {symptom.node}{other}: NodeRestriction lets nodes change their own objects only"
    )
    rule = (
        "the name in system:node:<name> must be the node's own: {{EC2PrivateDNSName}} on EC2, {{SessionName}} on "
        "Fargate and hybrid nodes; a --hostname-override breaks it"
    )
    evidence = (rule, *(_mapped(known) if known else (WITH_A_DECLARATION,)))
    remedies = (deploy(known),) if known else (_LOOK,)
    return Finding(wall=Wall.ADMISSION, cause="node-restriction", said=said, evidence=evidence, remedies=remedies)


def is_node_role(arn: str, known: Known) -> bool:
    """Tell whether a principal is the role of declared nodes."""
    return any(identity(role.arn) == identity(role_of(arn)) for role in known.plan.node_roles)


def _mapped(known: Known) -> Iterator[str]:
    roles = {role.arn for role in known.plan.node_roles}
    for principal in known.plan.principals:
        if principal.arn in roles:
            groups = ", ".join(g.name for g in known.plan.node_groups if g.role_arn == principal.arn)
            yield f"declared for {groups}: {principal.arn}, as {_as_whom(principal, known)}"
    if not roles:
        yield "no node group is declared, so no role of nodes is mapped"


def _as_whom(principal: MappedPrincipal, known: Known) -> str:
    entry = f", entry of type {principal.entry_type}" if known.cluster.mode.uses_entries else ""
    return f"{principal.username} in {', '.join(principal.groups)}{entry}"


def _declare(arn: str, known: Known) -> Iterator[Remedy]:
    say = "declare the nodes, of the kind that they are: their role is made and mapped; start them with that role"
    taken = {group.name for group in known.plan.node_groups}
    names = ("workers", *(f"workers-{number}" for number in range(2, len(taken) + 3)))
    name = next(each for each in names if each not in taken)
    yield Remedy(say=say, file=known.file, path="nodeGroups", lines=f"  {name}: {{kind: self-managed}}")
    if arn and known.cluster.mode.uses_aws_auth:
        role = strip_path(role_of(arn))
        lines = (
            f"  mapRoles:\n    - rolearn: {scalar(role)}\n      username: system:node:{{{{EC2PrivateDNSName}}}}\n"
            "      groups: [system:bootstrappers, system:nodes]"
        )
        say = "or keep them as they are, with a line of their own for the role that they have (EC2, Linux)"
        yield Remedy(say=say, file=known.file, path="keep", lines=lines)


def _instances(known: Known) -> Remedy:
    arns = " or ".join(sorted(role.name for role in known.plan.node_roles))
    say = f"see that the instances have the role {arns}, and that the cluster maps it"
    name = known.cluster.name
    return Remedy(say=say, command=command("aws", "eks", "list-access-entries", "--cluster-name", name))


def _log() -> Remedy:
    return Remedy(say="read the kubelet's log on an instance (Session Manager)", command="journalctl -u kubelet -n 50")


def _is_declared(arn: str, known: Known) -> bool:
    mapped = {identity(principal.arn) for principal in known.plan.principals}
    return identity(role_of(arn)) in mapped | {identity(kept.rolearn) for kept in known.plan.kept_roles}


def _finding(
    trouble: NodeTrouble, evidence: tuple[str, ...], remedies: tuple[Remedy, ...], ask: tuple[str, ...] = ()
) -> Finding:
    cause = trouble.name.lower().replace("_", "-")
    return Finding(
        wall=Wall.NODES, cause=f"nodes-{cause}", said=_SAID[trouble], evidence=evidence, remedies=remedies, ask=ask
    )
