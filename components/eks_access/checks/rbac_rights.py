"""Rights that are more than they look, each by its own rule. Roles of Kubernetes and EKS are left alone.

Source of most reasons: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..authn.access_entries import AccessEntry
from ..authz.access_policies import access_policies
from ..authz.escalation import RBAC_GROUP
from ..authz.model import MASTERS, Request, Role, RoleBinding
from ..authz.rules import rule_allows
from ..declaration.references.roles import WILDCARD_VERBS, rule_findings
from ..errors import Problem, Severity
from ..iam.principal_arns import arn_fault
from ..plan.model import PolicyScope, RbacRule
from .catalogue import Needs, Over, check
from .view import ClusterView, entry_path

_PRACTICE = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"
_READ = ("get", "list", "watch")


@check(
    WILDCARD_VERBS,
    "No role has wildcard verbs",
    over=Over.CLUSTER,
    why=f"`*` includes bind, escalate and impersonate, and whatever comes later ({_PRACTICE}#least-privilege).",
    fix="List the verbs, at most `[get, list, watch, create, update, patch, delete]`.",
)
def no_wildcard_verbs(view: ClusterView) -> Iterator[Problem]:
    """Hold each rule against the loader's rule about verbs."""
    for role in view.roles:
        for rule in role.rules:
            for finding in rule_findings(rule, ()):
                if finding.check == WILDCARD_VERBS:
                    yield Problem(path=role.place, rule=finding.rule, value=shown(rule), fix=finding.fix)


@check(
    "EA607",
    "No role has wildcard resources or API groups",
    over=Over.CLUSTER,
    severity=Severity.WARNING,
    why=f"`*` reaches secrets, and every kind that somebody installs later ({_PRACTICE}#least-privilege).",
    fix="List the resources with their API groups.",
)
def no_wildcard_resources(view: ClusterView) -> Iterator[Problem]:
    """Look for stars in API groups, resources and URLs."""
    for role, rule in _rules(view):
        stars = "*" in rule.api_groups or "*" in rule.resources or "*" in rule.non_resource_urls
        if stars:
            text = "a wildcard reaches secrets, and every kind that somebody installs later"
            fix = "list the resources with their API groups, or the URLs"
            yield Problem(path=role.place, rule=text, value=shown(rule), fix=fix)


@check(
    "EA608",
    "No role lets its holder become more than they are",
    over=Over.CLUSTER,
    why="`escalate` and `bind` switch off what keeps people from granting more than they hold, `impersonate` makes "
    f"anybody of them: each is cluster-admin by another name ({_PRACTICE}#escalate-verb).",
    fix="Take the verb out; `bind` and `impersonate` with `resourceNames` of what is meant are fine.",
)
def no_escalation(view: ClusterView) -> Iterator[Problem]:
    """Look for the three verbs where names don't limit them to something harmless."""
    admins = _admins(view)
    for role, rule in _rules(view):
        for verb in rule.verbs:
            limited = bool(rule.resource_names) and not admins & {*rule.resource_names} and verb != "escalate"
            if verb.partition(":")[0] in ("escalate", "bind", "impersonate") and not limited:
                text = f"`{verb}` lets its holder become cluster-admin"
                fix = f"take {verb} out" + ("" if verb == "escalate" else ", or limit it with `resourceNames`")
                yield Problem(path=role.place, rule=text, value=shown(rule), fix=fix)


@check(
    "EA609",
    "Secrets are read by few",
    over=Over.CLUSTER,
    severity=Severity.WARNING,
    why="get, list and watch all show what is in a Secret, tokens of ServiceAccounts included "
    f"({_PRACTICE}#listing-secrets).",
    fix="Take secrets out, or limit the rule to `get` with `resourceNames`.",
)
def secrets_are_read_by_few(view: ClusterView) -> Iterator[Problem]:
    """Look for rules that read secrets without naming them."""
    why = "it shows what is in every Secret it reaches, tokens included"
    fix = "take secrets out, or write `verbs: [get]` with `resourceNames`"
    yield from _holding(view, ("secrets",), _READ, why, fix, unless_named=True)


@check(
    "EA610",
    "Shells in pods are for few",
    over=Over.CLUSTER,
    severity=Severity.WARNING,
    why="Whoever runs commands in a pod has what the pod has: its ServiceAccount, its secrets, its network, and for a "
    "GET the right to create is not even asked (https://kubernetes.io/docs/reference/access-authn-authz/rbac/).",
    fix="Take `pods/exec`, `pods/attach` and `pods/ephemeralcontainers` out; give logs with `pods/log`.",
)
def shells_are_for_few(view: ClusterView) -> Iterator[Problem]:
    """Look for rules about commands in pods."""
    resources = ("pods/exec", "pods/attach", "pods/ephemeralcontainers")
    why = "whoever runs commands in a pod has what the pod has"
    verbs = ("create", "get", "patch", "update")
    yield from _holding(view, resources, verbs, why, "take it out; logs are in `pods/log`", unless_named=False)


@check(
    "EA611",
    "Nobody goes to kubelets through nodes/proxy",
    over=Over.CLUSTER,
    why="`nodes/proxy` is the kubelet's own API: commands in every pod of the node, past admission and audit log "
    f"({_PRACTICE}#access-to-proxy-subresource-of-nodes).",
    fix="Name what is needed: `nodes/metrics`, `nodes/stats`, `nodes/log`; for Prometheus use `metricsReaders`.",
)
def no_nodes_proxy(view: ClusterView) -> Iterator[Problem]:
    """Look for rules about nodes/proxy."""
    why = "it is the kubelet's own API: commands in every pod of the node, past the audit log"
    fix = "name what is needed: nodes/metrics, nodes/stats, nodes/log"
    yield from _holding(view, ("nodes/proxy",), ("get", "create", "update", "patch", "delete"), why, fix)


@check(
    "EA612",
    "Nobody makes tokens of ServiceAccounts",
    over=Over.CLUSTER,
    why="A token of a ServiceAccount is all that it may, taken along and valid for as long as asked "
    f"({_PRACTICE}#token-request).",
    fix="Take `serviceaccounts/token` out, or limit it with `resourceNames`.",
)
def no_token_requests(view: ClusterView) -> Iterator[Problem]:
    """Look for rules that create tokens without naming the ServiceAccount."""
    why = "a token of a ServiceAccount is all that it may, taken along"
    fix = "take it out, or limit it with `resourceNames`"
    yield from _holding(view, ("serviceaccounts/token",), ("create",), why, fix, unless_named=True)


@check(
    "EA616",
    "Whoever may write bindings by an access policy can do so",
    over=Over.CLUSTER,
    needs=Needs.ALL,
    severity=Severity.WARNING,
    why="The API server's check against escalation counts RBAC only: the holder of AmazonEKSAdminPolicy may create "
    "RoleBindings and is refused each of them (https://github.com/aws/containers-roadmap/issues/2682).",
    fix="Grant a `role` such as `admin` in the same namespaces beside the policy, or instead of it.",
)
def policy_holders_can_bind(view: ClusterView) -> Iterator[Problem]:
    """Let each holder of a policy that writes bindings try to bind `view`."""
    for entry in view.entries:
        for scope in entry.policies:
            if _writes_bindings(scope) and _is_refused(view, entry, scope):
                rule = "its holder may create RoleBindings, and the API server refuses each of them as an escalation"
                fix = "grant a role such as `admin` in the same namespaces beside the policy, or instead of it"
                yield Problem(path=entry_path(entry), rule=rule, value=scope.policy, fix=fix)


def _admins(view: ClusterView) -> set[str]:
    """Name the role, the groups, the users and the ServiceAccounts that are cluster-admin."""
    bound = [binding for binding in view.state.rbac.bindings if binding.role_name == "cluster-admin"]
    wide = {subject.name for binding in bound if binding.namespace is None for subject in binding.subjects}
    return {"cluster-admin", MASTERS, *wide}


def shown(rule: RbacRule) -> str:
    """Write a rule on one line: ``get, list secrets, apps/deployments``."""
    what = [
        *rule.non_resource_urls,
        *(f"{'' if g == '' else g + '/'}{r}" for g in rule.api_groups for r in rule.resources),
    ]
    return f"{', '.join(rule.verbs)} {', '.join(what)}"


def _rules(view: ClusterView) -> Iterator[tuple[Role, RbacRule]]:
    for role in view.roles:
        for rule in role.rules:
            yield role, rule


def _holding(
    view: ClusterView,
    resources: Sequence[str],
    verbs: Sequence[str],
    why: str,
    fix: str,
    *,
    unless_named: bool = False,
) -> Iterator[Problem]:
    """Find rules that name resources of the core group with one of the verbs; stars are other rules' findings."""
    for role, rule in _rules(view):
        named = [
            each for each in resources if each in rule.resources or f"*/{each.partition('/')[2]}" in rule.resources
        ]
        of_core = "" in rule.api_groups or "*" in rule.api_groups
        acts = "*" in rule.verbs or set(verbs) & set(rule.verbs)
        if named and of_core and acts and not (unless_named and rule.resource_names):
            text = f"{', '.join(named)}: {why}"
            yield Problem(path=role.place, rule=text, value=shown(rule), fix=fix)


def _writes_bindings(scope: PolicyScope) -> bool:
    policy = access_policies().get(scope.policy)
    request = Request(verb="create", resource="rolebindings", api_group=RBAC_GROUP)
    return policy is not None and any(rule_allows(rule, request) for rule in policy.rules or ())


def _is_refused(view: ClusterView, entry: AccessEntry, scope: PolicyScope) -> bool:
    if arn_fault(entry.principal_arn) is not None:
        return False
    identity = view.review.authenticator.authenticate_arn(entry.principal_arn).identity
    if identity is None:
        return False
    for namespace in scope.namespaces or ("default",):
        home = namespace.replace("*", "x")
        tried = RoleBinding(name="tried", namespace=home, role_kind="ClusterRole", role_name="view")
        if not view.review.authorizer.escalates(identity, tried).allowed:
            return True
    return False
