"""Rights that lead to more than they say: what a reviewer must not miss.

Sources: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks;
for aws-auth https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html (who writes it maps anybody).
Making pods is a way to their ServiceAccounts too; it is what every `edit` is about, and not marked.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from .boxes import EVERY, Box, Part, Paths, Texts, only


class Mark(StrEnum):
    """Why somebody should look twice."""

    ADMIN = "cluster admin"
    WILDCARD = "wildcard"
    IMPERSONATE = "impersonate"
    ESCALATE = "bind or escalate"
    SECRETS = "secrets"
    EXEC = "exec"
    TOKENS = "service account tokens"
    NODES_PROXY = "nodes/proxy"
    RBAC = "writes roles or bindings"
    AWS_AUTH = "writes aws-auth"
    CERTIFICATES = "approves certificates"
    WEBHOOKS = "admission webhooks"


_READ = only("get", "list", "watch")
_WRITE = only("create", "update", "patch")
_CORE = only("")
_ITSELF = only("")
_RBAC = only("rbac.authorization.k8s.io")

_BOXES: tuple[tuple[Mark, Box], ...] = (
    (Mark.IMPERSONATE, Box(verbs=only("impersonate"))),
    (Mark.ESCALATE, Box(verbs=only("bind", "escalate"), groups=_RBAC, subresources=_ITSELF)),
    (Mark.SECRETS, Box(verbs=_READ, groups=_CORE, resources=only("secrets"), subresources=_ITSELF)),
    (
        Mark.EXEC,
        Box(
            verbs=only("get", "create", "update", "patch"),
            groups=_CORE,
            resources=only("pods"),
            subresources=only("exec", "attach", "portforward", "ephemeralcontainers"),
        ),
    ),
    (
        Mark.TOKENS,
        Box(verbs=only("create"), groups=_CORE, resources=only("serviceaccounts"), subresources=only("token")),
    ),
    (Mark.NODES_PROXY, Box(groups=_CORE, resources=only("nodes"), subresources=only("proxy"))),
    (
        Mark.RBAC,
        Box(
            verbs=_WRITE,
            groups=_RBAC,
            resources=only("roles", "rolebindings", "clusterroles", "clusterrolebindings"),
            subresources=_ITSELF,
        ),
    ),
    (
        Mark.CERTIFICATES,
        Box(
            verbs=only("update", "patch"),
            groups=only("certificates.k8s.io"),
            resources=only("certificatesigningrequests"),
            subresources=only("approval", "status"),
        ),
    ),
    (
        Mark.WEBHOOKS,
        Box(
            verbs=_WRITE,
            groups=only("admissionregistration.k8s.io"),
            resources=only("validatingwebhookconfigurations", "mutatingwebhookconfigurations"),
            subresources=_ITSELF,
        ),
    ),
)
AWS_AUTH = Box(
    verbs=only("update", "patch"),
    groups=_CORE,
    resources=only("configmaps"),
    subresources=_ITSELF,
    names=only("aws-auth"),
)
"""Counts in kube-system only."""


def marks_of(parts: Iterable[Part]) -> tuple[Mark, ...]:
    """List the marks of what is gained, wherever that is; an empty list is nothing to look at twice."""
    known = tuple(parts)
    found = {mark for mark, box in _BOXES if any(part.meets(box) for part in known)}
    if any(isinstance(part, Box) and part == Box() for part in known):
        found.add(Mark.ADMIN)
    if any(_is_wildcard(part) for part in known):
        found.add(Mark.WILDCARD)
    return tuple(mark for mark in Mark if mark in found)


def _is_wildcard(part: Part) -> bool:
    """Tell a star: in verbs, groups or resources it also holds for what nobody has thought of yet."""
    if isinstance(part, Paths):
        return part.verbs.others or part.pattern == "*"
    sides: tuple[Texts, ...] = (part.verbs, part.groups, part.resources)
    return any(side.others for side in sides) or part.subresources == EVERY
