"""What is wrong with roles and bindings themselves: who writes them, which role is missing, which rule is none."""

from __future__ import annotations

from dataclasses import replace

from ..authz.messages import compact
from ..authz.model import Identity, Role
from ..plan.model import RbacRule
from .model import Finding, Remedy, Wall
from .symptoms_model import Escalation, InvalidRole, MissingRole
from .why_known import WITH_A_DECLARATION, Known, command, named, quoted

_CHECK = (
    "whoever writes a role or a binding must hold everything in it, by RBAC: access policies such as "
    "AmazonEKSAdminPolicy don't count, only `bind` and `escalate` or cluster-admin help"
)
_MOST = 5


def escalation(symptom: Escalation, known: Known | None) -> Finding:
    """Answer a write that gives more than its writer has."""
    who = quoted(symptom.user) if symptom.user else "the writer"
    what = f" ({symptom.written})" if symptom.written else ""
    said = f"{who} writes a role or a binding that gives more than they hold{what}"
    evidence = [_CHECK]
    if symptom.missing:
        rules = [compact(rule) for rule in symptom.missing[:_MOST]]
        evidence.append(f"they lack {', '.join(rules)}")
    if known is None:
        remedy = Remedy(say="have a cluster admin write it, or the role bound to you first")
        return _finding("escalation", said, (*evidence, WITH_A_DECLARATION), (remedy,))
    somebody = named(known, symptom.user) if symptom.user else None
    if somebody and somebody.identity:
        said = f"{somebody.who} writes a role or a binding that gives more than they hold{what}"
        evidence.append(_by_declaration(somebody.identity, symptom.missing, known))
    say = (
        "roles and bindings of this cluster are declared: put them under `roles:` and `grants:`, "
        "and let the deployment write them"
    )
    creator = Remedy(say="whoever deploys must be a cluster admin", command=_whoami(known))
    but = somebody.person if somebody else ""
    return _finding("escalation", said, tuple(evidence), (Remedy(say=say, file=known.file), creator), known.ask(but))


def _by_declaration(who: Identity, missing: tuple[RbacRule, ...], known: Known) -> str:
    """Ask the escalation check for a role with what is missing."""
    asked = Role(name="asked", rules=missing)
    answer = known.review.authorizer.escalates(who, asked)
    if missing and answer.allowed:
        return f"by the declaration they may give it ({answer.because}): what runs is not what is declared"
    return "by the declaration they may not give it either"


def _whoami(known: Known) -> str:
    return command("eks-access", "whoami", known.cluster.creator, "--stack", known.source)


def missing_role(symptom: MissingRole, known: Known | None) -> Finding:
    """Answer a binding whose role is not there."""
    said = f"a binding names the {symptom.kind} {symptom.name}, which does not exist; it gives nothing until it does"
    other = "other bindings count all the same"
    if known is None:
        command_ = command(
            "kubectl", "get", f"{symptom.kind.lower()}s", *(() if symptom.kind == "ClusterRole" else ("-A",))
        )
        remedy = Remedy(say="see which roles there are, and correct the binding", command=command_)
        return _finding("missing-role", said, (other, WITH_A_DECLARATION), (remedy,), wall=Wall.PERMISSION)
    there = any(role.name == symptom.name for role in known.review.state.rbac.roles)
    bound = sorted({b.name for b in known.plan.rbac.bindings if b.role_name == symptom.name})
    if there:
        evidence = (other, f"the declaration makes {symptom.name}: what runs there is not what is declared")
        stack = ("--stack", known.stack) if known.stack else ()
        remedy = Remedy(say="deploy what is declared", command=command("pulumi", "up", "--refresh", *stack))
    elif bound:
        evidence = (other, f"declared bindings name it: {', '.join(bound[:_MOST])}; it is one of `externalRoles`")
        remedy = Remedy(say="install the chart that makes the role, or declare it under `roles:`", file=known.file)
    else:
        evidence = (other, "nothing that is declared names it: the binding is somebody else's")
        kinds = "rolebindings,clusterrolebindings"
        remedy = Remedy(say="find the binding", command=f"kubectl get {kinds} -A -o wide")
    return _finding("missing-role", said, evidence, (remedy,), known.ask(), wall=Wall.PERMISSION)


def invalid_role(symptom: InvalidRole, known: Known | None) -> Finding:
    """Answer a role that the API server does not take."""
    said = "one rule names resources (apiGroups, resources) and URLs (nonResourceURLs), and a rule is about one of them"
    say = "split it into two rules; leave apiGroups out beside nonResourceURLs"
    if symptom.namespaced:
        said = "a Role has nonResourceURLs, and URLs such as /metrics are in no namespace"
        say = "make it a ClusterRole, bound by a ClusterRoleBinding"
    path = "metricsReaders"
    lines = "  - {serviceAccount: monitoring/prometheus}"
    metrics = Remedy(
        say="for /metrics the declaration makes a right one (the namespace and name of your ServiceAccount for these)",
        file=known.file if known else "",
        path=path,
        lines=lines,
    )
    finding = _finding("invalid-role", said, (), (Remedy(say=say), metrics))
    return replace(finding, wall=Wall.ADMISSION)


def _finding(
    cause: str,
    said: str,
    evidence: tuple[str, ...],
    remedies: tuple[Remedy, ...],
    ask: tuple[str, ...] = (),
    wall: Wall = Wall.ESCALATION,
) -> Finding:
    return Finding(wall=wall, cause=cause, said=said, evidence=evidence, remedies=remedies, ask=ask)
