"""Roles: rules that Kubernetes accepts and that match what their author means."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Protocol

from ..models import Declaration
from ..nodes import Location
from .finding import BUILTIN_ROLES, Finding, duplicates

_VERBS = (
    *("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"),
    *("use", "bind", "escalate", "impersonate", "approve", "sign", "attest"),
)
SHAPE, WILDCARD_VERBS, UNKNOWN_RESOURCES, UNKNOWN_VERBS, NAMES = "EA603", "EA606", "EA613", "EA614", "EA615"
"""Ids of the checks that these rules are; they judge rules of any cluster by the same functions."""
_OWN_ROLES = ("metrics", "kubelet-metrics")
_MEANT = {
    "read": "get",
    "view": "get",
    "show": "get",
    "write": "update",
    "edit": "update",
    "modify": "update",
    "post": "create",
    "add": "create",
    "put": "update",
    "apply": "patch",
    "remove": "delete",
    "all": "list",
    "exec": "create` on `pods/exec",
    "logs": "get` on `pods/log",
    "log": "get` on `pods/log",
}
"""What people write → what they mean."""
_URL_VERBS = ("get", "head", "post", "put", "patch", "delete", "options")


class AnyRule(Protocol):
    """A PolicyRule, declared or read from a cluster."""

    @property
    def verbs(self) -> Sequence[str]:
        """Verbs."""

    @property
    def api_groups(self) -> Sequence[str]:
        """API groups of the resources."""

    @property
    def resources(self) -> Sequence[str]:
        """Resources, with subresources behind a slash."""

    @property
    def resource_names(self) -> Sequence[str]:
        """Names that the rule is limited to."""

    @property
    def non_resource_urls(self) -> Sequence[str]:
        """URLs that are no resources."""


def roles_findings(declaration: Declaration) -> Iterator[Finding]:
    """Check the declared roles."""
    for name, role in declaration.roles.items():
        yield from _name(name)
        for index, rule in enumerate(role.rules):
            at: Location = ("roles", name, "rules", index)
            yield from duplicates(rule.verbs, (*at, "verbs"))
            yield from rule_findings(rule, at)
    yield from duplicates(declaration.external_roles, ("externalRoles",))
    for index, name in enumerate(declaration.external_roles):
        if name in declaration.roles:
            rule_text = f"`{name}` is declared under `roles:`, so it is not somebody else's"
            yield Finding(at=("externalRoles", index), value=name, rule=rule_text, fix="keep one of the two")


def rule_findings(rule: AnyRule, at: Location) -> Iterator[Finding]:
    """Check one rule, whoever wrote it; each finding has the id of its check."""
    yield from _shape(rule, at)
    yield from _verbs(rule, at)
    yield from _groups(rule, at)


def _name(name: str) -> Iterator[Finding]:
    if name in BUILTIN_ROLES:
        rule = f"`{name}` is a ClusterRole of Kubernetes itself, which would be overwritten"
        yield Finding(
            at=("roles", name), value=name, rule=rule, fix=f"rename it, or grant the built-in `{name}`", check=NAMES
        )
    elif name in _OWN_ROLES:
        rule = f"`{name}` is the name of a ClusterRole that `metricsReaders` makes"
        yield Finding(at=("roles", name), value=name, rule=rule, fix="rename it, or use `metricsReaders`", check=NAMES)
    elif name.startswith(("system:", "eks:")) or name in {".", ".."}:
        rule = "names that start with system: or eks: belong to Kubernetes and EKS; . and .. are no names"
        yield Finding(at=("roles", name), value=name, rule=rule, fix="rename it", check=NAMES)


def _shape(rule: AnyRule, at: Location) -> Iterator[Finding]:
    """Check what the API server would refuse, or accept and never match."""
    if rule.non_resource_urls:
        beside = {"apiGroups": rule.api_groups, "resources": rule.resources, "resourceNames": rule.resource_names}
        written = [key for key, value in beside.items() if value]
        if written:
            text = f"a rule is about resources or URLs: Kubernetes refuses {', '.join(written)} beside nonResourceURLs"
            yield Finding(at=(*at, written[0]), rule=text, fix="split it into two rules", check=SHAPE)
        for index, url in enumerate(rule.non_resource_urls):
            if not url.startswith("/") and url != "*":
                text = "a non-resource URL starts with /"
                yield Finding(
                    at=(*at, "nonResourceURLs", index), value=url, rule=text, fix=f"write /{url}", check=SHAPE
                )
        return
    if rule.resources and not rule.api_groups:
        text = "resources need apiGroups: without it the rule matches nothing"
        fix = 'add `apiGroups: [apps]` or whichever group `kubectl api-resources` shows; the core group is `""`'
        yield Finding(at=(*at, "apiGroups"), rule=text, fix=fix, check=SHAPE)
    elif rule.api_groups and not rule.resources:
        text = "apiGroups need resources: without them the rule matches nothing"
        yield Finding(
            at=(*at, "resources"), rule=text, fix="add `resources: [deployments]` or those that are meant", check=SHAPE
        )
    elif not rule.resources:
        text = "a rule names resources (with apiGroups) or nonResourceURLs"
        yield Finding(at=at, rule=text, fix="add `apiGroups` and `resources`, or `nonResourceURLs`", check=SHAPE)


def _verbs(rule: AnyRule, at: Location) -> Iterator[Finding]:
    allowed = _URL_VERBS if rule.non_resource_urls else _VERBS
    for index, verb in enumerate(rule.verbs):
        where = (*at, "verbs", index)
        if verb == "*":
            text = "wildcard verbs are refused: `*` includes bind, escalate and impersonate, and whatever comes later"
            wanted = "[get]" if rule.non_resource_urls else "[get, list, watch, create, update, patch, delete]"
            yield Finding(
                at=where, value=verb, rule=text, fix=f"list the verbs, at most {wanted}", check=WILDCARD_VERBS
            )
        elif verb not in allowed:
            close = difflib.get_close_matches(verb.lower(), allowed, n=1, cutoff=0.7)
            meant = close[0] if close else _MEANT.get(verb.lower()) if allowed is _VERBS else None
            if meant or not _can_be_somebodys(verb, rule):
                text = f"`{verb}` is not a verb of Kubernetes; it would match nothing"
                hint = f"did you mean `{meant}`?" if meant else f"use one of {', '.join(allowed)}"
                yield Finding(at=where, value=verb, rule=text, fix=hint, check=UNKNOWN_VERBS)


def _can_be_somebodys(verb: str, rule: AnyRule) -> bool:
    """Tell a verb that may be one: of impersonation that is limited, or of an API that is not Kubernetes' own."""
    if verb.startswith(("impersonate:", "impersonate-on:")):  # https://kep.k8s.io/5284
        return True
    others = any("." in group and not group.endswith(".k8s.io") for group in rule.api_groups)
    return verb.isalpha() and verb.islower() and (others or "*" in rule.api_groups)


def _groups(rule: AnyRule, at: Location) -> Iterator[Finding]:
    for index, group in enumerate(rule.api_groups):
        if group in {"v1", "core"}:
            text, wanted = 'the core API group is the empty text; "v1" and "core" match nothing', 'write ""'
        elif "/" in group:
            text, wanted = "an API group is named without its version", f"write {group.split('/')[0]}"
        else:
            continue
        yield Finding(at=(*at, "apiGroups", index), value=group, rule=text, fix=wanted, check=UNKNOWN_RESOURCES)
