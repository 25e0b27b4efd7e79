"""Remedies as lines of YAML, in the form in which the documentation writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..authz.model import Request
from ..plan.model import AccessPlan, RbacRule
from ..plan.rbac import METRICS_ROLE
from .grant_roles import Candidate
from .grant_subjects import GrantSubject

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9._/-]*")
_NO_TEXT = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


@dataclass(frozen=True, slots=True)
class Lines:
    """YAML to add, and where: below the key `path`, or, where it is empty, at the top with its own keys."""

    path: str
    text: str


def grant_lines(subject: GrantSubject, role: Candidate, request: Request) -> str:
    """Write the item of `grants`."""
    where = f"namespaces: [{scalar(request.namespace)}]" if request.namespace else "clusterWide: true"
    return f"  - {{{subject.key}: {scalar(subject.name)}, role: {scalar(role.name)}, {where}}}"


def in_one(item: str, role: Candidate, namespaces: Iterable[str], person: str = "") -> Lines:
    """Put a grant together with the person, the namespaces and the role that it needs."""
    parts = [("people", f"  {person}")] if person else []
    parts += [("namespaces", f"  {scalar(name)}: {{}}") for name in namespaces]
    if role.rule is not None:
        parts.append(("roles", f"  {scalar(role.name)}:\n    rules: [{_rule(role.rule)}]"))
    if not parts:
        return Lines("grants", item)
    return Lines("", "\n".join(f"{key}:\n{text}" for key, text in (*parts, ("grants", item))))


def reader_lines(plan: AccessPlan, account: str, request: Request) -> Lines | None:
    """Write the item of `metricsReaders` where that is what it is for, and the account isn't in there."""
    metrics = (request.verb, request.path) == ("get", "/metrics")
    kubelets = (request.verb, request.full_resource, request.api_group) == ("get", "nodes/metrics", "")
    if not (metrics or kubelets) or _reads(plan, account):
        return None
    more = ", kubelets: true" if kubelets else ""
    return Lines("metricsReaders", f"  - {{serviceAccount: {scalar(account)}{more}}}")


def scalar(text: str) -> str:
    """Write a text so that YAML reads it as that text, also within braces."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _NO_TEXT
    return text if plain else json.dumps(text)


def _rule(rule: RbacRule) -> str:
    keys = {
        "apiGroups": rule.api_groups,
        "resources": rule.resources,
        "resourceNames": rule.resource_names,
        "nonResourceURLs": rule.non_resource_urls,
        "verbs": rule.verbs,
    }
    return "{" + ", ".join(f"{key}: [{', '.join(map(scalar, values))}]" for key, values in keys.items() if values) + "}"


def _reads(plan: AccessPlan, account: str) -> bool:
    namespace, _, name = account.partition("/")
    return any(
        binding.role_name == METRICS_ROLE and (binding.subject.namespace, binding.subject.name) == (namespace, name)
        for binding in plan.metrics.bindings
    )
