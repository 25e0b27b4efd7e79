"""The resources of Kubernetes itself: what they are called, where they live, and with which verbs they are asked.

The table comes from Kubernetes' own discovery documents (see `data/api-resources.json`, which names its source).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
"""Verbs of ordinary requests, in the order in which people read them."""
_OF_MANY = ("list", "watch", "create", "deletecollection")
"""Verbs of requests whose path names no object, even where a field selector or a body does."""
_FORMER_GROUPS = ("auditregistration.k8s.io", "extensions", "settings.k8s.io")
"""Groups of Kubernetes that have nothing any more (https://kubernetes.io/docs/reference/using-api/deprecation-guide/)."""
FINALIZERS = "finalizers"
"""Subresource of everything, and no path: who sets an owner that blocks deletion needs `update` on that one's, where
the API server enforces it (k8s.io/kubernetes plugin/pkg/admission/gc/gc_admission.go)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiResource:
    """One resource of the Kubernetes API."""

    group: str
    plural: str
    singular: str = ""
    kind: str = ""
    short: tuple[str, ...] = ()
    namespaced: bool | None = None
    """None where it isn't known: a custom resource that only a rule names."""
    verbs: tuple[str, ...] = VERBS
    subresources: tuple[str, ...] = ()
    served: bool = True
    """False where an API server need not have it: it is alpha or beta, only authorized, or a guess."""

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it is called, in lower case."""
        return (self.plural, self.singular, self.kind.lower(), *self.short)

    def is_asked(self, verb: str) -> bool:
        """Tell whether requests for it are made by default, or authorization is asked about it with this verb alone."""
        return self.served or (verb not in VERBS and verb.partition(":")[0] in self.verbs)

    def grantable_inside(self, verb: str) -> bool:
        """Tell whether a Role in a namespace, or a ClusterRole that is bound in one, can grant a verb on it.

        What lives in no namespace is asked for without one. Exceptions are a Namespace, which belongs to itself where
        the path names it (k8s.io/apiserver pkg/endpoints/request/requestinfo.go), and the leave to bind a ClusterRole,
        which is asked in the namespace of the RoleBinding (k8s.io/kubernetes pkg/registry/rbac/escalation_check.go).
        """
        match str(self):
            case "namespaces":
                return verb not in _OF_MANY
            case "clusterroles.rbac.authorization.k8s.io" if verb == "bind":
                return True
        return self.namespaced is not False

    def __str__(self) -> str:
        return f"{self.plural}.{self.group}" if self.group else self.plural


_IMPERSONATE = ("impersonate",)
_AUTHENTICATION, _CERTIFICATES = "authentication.k8s.io", "certificates.k8s.io"
_VIRTUAL = tuple(  # what only authorization knows
    ApiResource(group=group, plural=plural, singular=singular, namespaced=False, verbs=verbs, served=False)
    for group, plural, singular, verbs in (
        ("", "users", "user", _IMPERSONATE),
        ("", "groups", "group", _IMPERSONATE),
        (_AUTHENTICATION, "uids", "", _IMPERSONATE),
        (_AUTHENTICATION, "userextras", "", _IMPERSONATE),
        (_CERTIFICATES, "signers", "signer", ("approve", "sign", "attest")),
    )
)


@cache
def api_resources() -> tuple[ApiResource, ...]:
    """List the resources of the Kubernetes API, the core group first."""
    table = json.loads((files(__package__) / "data" / "api-resources.json").read_text())
    rows = (
        ApiResource(
            group=row["group"],
            plural=row["plural"],
            singular=row["singular"],
            kind=row["kind"],
            short=tuple(row["short"]),
            namespaced=row["namespaced"],
            verbs=tuple(row["verbs"]),
            subresources=tuple(row["subresources"]),
            served=row["served"],
        )
        for row in table["resources"]
    )
    return (*rows, *_VIRTUAL)


@cache
def by_group() -> Mapping[str, Mapping[str, ApiResource]]:
    """Find the resources of Kubernetes' own API groups: group → plural → resource; former groups have none."""
    found: dict[str, dict[str, ApiResource]] = {group: {} for group in _FORMER_GROUPS}
    for resource in api_resources():
        found.setdefault(resource.group, {})[resource.plural] = resource
    return found


def is_missing(group: str, plural: str) -> bool:
    """Tell whether a group is one of Kubernetes' own, or was, and has no resource of this name."""
    return plural not in by_group().get(group, (plural,))


@cache
def by_name() -> Mapping[str, tuple[ApiResource, ...]]:
    """Find what has a name, in lower case, whichever of its names that is; the core group first."""
    found: dict[str, tuple[ApiResource, ...]] = {}
    for resource in api_resources():
        for name in dict.fromkeys(resource.names):
            if name:
                found[name] = (*found.get(name, ()), resource)
    return found
