"""Words in RBAC rules that never match: those that the cluster's Kubernetes doesn't know, or not where they stand.

Resources are those of Kubernetes' discovery documents (`authz/data/api-resources.json`); those that came with a later
minor than the cluster's are listed here, from the release notes of Kubernetes (https://kubernetes.io/releases/) and of
EKS, which has some from their beta on (https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html).
API groups of custom resources can't be known, and are left alone.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from ..authz.resources import FINALIZERS, VERBS, ApiResource, api_resources, by_group
from ..declaration.references.roles import UNKNOWN_RESOURCES, UNKNOWN_VERBS, rule_findings
from ..errors import Problem, Severity
from ..plan.model import RbacRule
from .catalogue import Needs, Over, check
from .rbac_rights import shown
from .view import ClusterView

SINCE = {
    ("admissionregistration.k8s.io", "validatingadmissionpolicies"): 30,
    ("admissionregistration.k8s.io", "validatingadmissionpolicybindings"): 30,
    ("networking.k8s.io", "ipaddresses"): 33,
    ("networking.k8s.io", "servicecidrs"): 33,
    ("resource.k8s.io", "deviceclasses"): 33,
    ("resource.k8s.io", "resourceclaims"): 33,
    ("resource.k8s.io", "resourceclaimtemplates"): 33,
    ("resource.k8s.io", "resourceslices"): 33,
    ("storage.k8s.io", "volumeattributesclasses"): 31,
    ("", "pods/resize"): 33,
    ("admissionregistration.k8s.io", "mutatingadmissionpolicies"): 36,
    ("admissionregistration.k8s.io", "mutatingadmissionpolicybindings"): 36,
}
"""Resource, or subresource → minor from which clusters of EKS have it."""
UNTIL = {("policy", "podsecuritypolicies"): 25}
"""Resource → minor from which Kubernetes has it no more, of those that roles still name."""
_ASKED_ONLY = frozenset(
    {
        ("certificates.k8s.io", "signers"),
        ("authentication.k8s.io", "userextras"),
        ("authentication.k8s.io", "users"),
        ("authentication.k8s.io", "uids"),
    }
)
"""What is only authorized, and no path of the API."""
_KUBELET = "nodes"
"""Whose subresources are the kubelet's, which discovery doesn't list."""


@check(
    UNKNOWN_RESOURCES,
    "Rules name resources that the cluster has, in their API group",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    why="RBAC compares text: a resource in the wrong API group, in the singular or misspelt is taken and matches "
    "nothing, so its holder is Forbidden (https://kubernetes.io/docs/reference/access-authn-authz/rbac/"
    "#referring-to-resources).",
    fix='Write the plural and the API group as `kubectl api-resources` shows them; the core group is `""`.',
)
def resources_are_known(view: ClusterView) -> Iterator[Problem]:
    """Look each resource up in the API groups of its rule."""
    minor = int(view.state.version.partition(".")[2]) if view.state.version else None
    for role in view.roles:
        for rule in role.rules:
            for finding in rule_findings(rule, ()):
                if finding.check == UNKNOWN_RESOURCES:
                    yield Problem(path=role.place, rule=finding.rule, value=finding.value, fix=finding.fix)
            for text, value, fix in _unknown(rule, minor):
                yield Problem(path=role.place, rule=f"{text} (in: {shown(rule)})", value=value, fix=fix)


@check(
    UNKNOWN_VERBS,
    "Rules name verbs that requests have",
    over=Over.CLUSTER,
    why="A verb that no request has is taken and matches nothing, so its holder is Forbidden "
    "(https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb).",
    fix="Write one of get, list, watch, create, update, patch, delete, deletecollection.",
)
def verbs_are_known(view: ClusterView) -> Iterator[Problem]:
    """Hold each rule against the loader's rule about verbs."""
    for role in view.roles:
        for rule in role.rules:
            for finding in rule_findings(rule, ()):
                if finding.check == UNKNOWN_VERBS:
                    yield Problem(path=role.place, rule=finding.rule, value=finding.value, fix=finding.fix)


@check(
    "EA618",
    "A Role names what is in a namespace",
    over=Over.CLUSTER,
    severity=Severity.WARNING,
    why="Nodes, PersistentVolumes and others live in no namespace and are asked for without one, so what a Role says "
    "of them matches nothing and its holder is Forbidden (https://kubernetes.io/docs/reference/access-authn-authz/rbac/"
    "#role-and-clusterrole).",
    fix="Put them into a role of their own that is granted with `clusterWide: true`, or take them out.",
)
def roles_name_what_is_inside(view: ClusterView) -> Iterator[Problem]:
    """Look for resources in Roles that no request asks for in a namespace, with none of the rule's verbs."""
    for role in view.roles:
        for rule in role.rules if role.namespace else ():
            if outside := [resource for resource in rule.resources if _is_outside(resource, rule)]:
                text = f"a Role grants nothing on what lives in no namespace (in: {shown(rule)})"
                fix = "put it into a role of its own that is granted with `clusterWide: true`, or take it out"
                yield Problem(path=role.place, rule=text, value=", ".join(outside), fix=fix)


def _is_outside(resource: str, rule: RbacRule) -> bool:
    if any(group not in by_group() for group in rule.api_groups):
        return False
    plural = resource.partition("/")[0]
    found = [each for group in rule.api_groups if (each := by_group()[group].get(plural))]
    verbs = VERBS if "*" in rule.verbs else rule.verbs
    return bool(found) and not any(each.grantable_inside(verb) for each in found for verb in verbs)


def _unknown(rule: RbacRule, minor: int | None) -> Iterator[tuple[str, str, str]]:
    """List resources that are in none of the rule's API groups, where all of these are known."""
    known = by_group()
    for group in rule.api_groups:
        if _is_misspelt(group):
            near = difflib.get_close_matches(group, known, n=1)
            fix = f"did you mean {near[0]}?" if near else "write it as `kubectl api-resources` shows it"
            yield f"no API group is called {group}", group, fix
    if not rule.api_groups or any(group not in known for group in rule.api_groups):
        return
    for resource in rule.resources:
        plural, _, subresource = resource.partition("/")
        if subresource == "*":
            yield f"`{resource}` is no pattern, and matches nothing", resource, _spelt_out(plural)
            continue
        if plural == "*" or any((group, plural) in _ASKED_ONLY for group in rule.api_groups):
            continue
        found = [known[group][plural] for group in rule.api_groups if plural in known[group]]
        gone = [since for group in rule.api_groups if (since := UNTIL.get((group, plural)))]
        if not found and gone:
            yield f"Kubernetes has no {plural} since 1.{gone[0]}", resource, "take it out"
        elif not found:
            groups = ", ".join(f'"{group}"' for group in rule.api_groups)
            yield f"the API group {groups} has no {plural}", resource, _meant(plural, rule)
        elif minor and (since := min(_since(each, plural, resource) for each in found)) > minor:
            fix = "take it out until the cluster is updated"
            yield f"Kubernetes 1.{minor} has no {resource}; it comes with 1.{since}", resource, fix
        elif plural != _KUBELET and not any(subresource in ("", FINALIZERS, *each.subresources) for each in found):
            yield f"{plural} have no subresource {subresource}", resource, _meant_subresource(found[0], subresource)


def _since(known: ApiResource, plural: str, resource: str) -> int:
    return max(SINCE.get((known.group, plural), 0), SINCE.get((known.group, resource), 0))


def _spelt_out(plural: str) -> str:
    return "write `*`" if plural == "*" else f"write {plural}, and each subresource that is meant"


_CORE = ("v1", "core")
"""Wrong names of the core group; the loader's rule says so."""
_NEAR = 0.85
"""How much a group must look like one of Kubernetes' own; those of its extensions (gateway.networking) look less."""


def _is_misspelt(group: str) -> bool:
    """Tell a group that nobody has: without a dot only Kubernetes' own are, and below k8s.io few others."""
    if group in by_group() or group in ("*", *_CORE) or "/" in group:
        return False
    if "." not in group:
        return True
    extension = not group.endswith(".k8s.io") or group.endswith(".x-k8s.io")
    return not extension and bool(difflib.get_close_matches(group, by_group(), n=1, cutoff=_NEAR))


def _meant(text: str, rule: RbacRule) -> str:
    """Say what was probably meant: what is called so, in these API groups or in others, else what looks like it."""
    here = [each for each in api_resources() if each.group in rule.api_groups]
    for known in (here, api_resources()):
        if called := [each for each in known if text.lower() in each.names]:
            names = " or ".join(f'{each.plural} of the API group "{each.group}"' for each in called)
            return f"did you mean {names}?"
        names_here = {name: each for each in known for name in each.names if name}
        if near := difflib.get_close_matches(text.lower(), names_here, n=1, cutoff=0.8):
            meant = names_here[near[0]]
            return f'did you mean {meant.plural} of the API group "{meant.group}"?'
    return "write the plural and the API group as `kubectl api-resources` shows them"


def _meant_subresource(resource: ApiResource, subresource: str) -> str:
    if not resource.subresources:
        return f"write {resource.plural}: it has none"
    near = difflib.get_close_matches(subresource, resource.subresources, n=1)
    if near:
        return f"did you mean {resource.plural}/{near[0]}?"
    return f"write one of {', '.join(resource.subresources)}"
