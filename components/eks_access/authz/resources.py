"""What resources are called: plural, singular, kind or short name → API group and plural, as kubectl finds them.

The table comes from Kubernetes' own discovery documents (see `data/api-resources.json`, which names its source).
Custom resources are known by the RBAC rules that name them.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ..errors import Problem, Refused
from .custom_resources import Custom, find_by_name, find_in_group
from .model import RbacObjects

VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
"""Verbs of ordinary requests, in the order in which people read them."""
_OF_MANY = ("list", "watch", "create", "deletecollection")
"""Verbs of requests whose path names no object, even where a field selector or a body does."""
SPECIAL_VERBS = (
    "*",
    "approve",
    "attest",
    "bind",
    "escalate",
    "sign",
    "use",
)
"""Verbs that authorization is asked for beside those and the ones of impersonation (https://kubernetes.io/docs/reference/access-authn-authz/)."""
_COMMANDS = {
    "read": "get or list",
    "view": "get or list",
    "describe": "get",
    "write": "create, update or patch",
    "edit": "get and patch",
    "apply": "get, create and patch",
    "scale": "patch deployments/scale",
    "rollout": "patch",
    "restart": "patch",
    "log": "get pods/log",
    "logs": "get pods/log",
    "exec": "create pods/exec",
    "attach": "create pods/attach",
    "port-forward": "create pods/portforward",
    "evict": "create pods/eviction",
    "drain": "create pods/eviction",
    "put": "update",
    "post": "create",
    "head": "get",
}
"""What kubectl's commands, HTTP and people call verbs → what the API server asks."""
_VERSION = re.compile(r"v[0-9]+((alpha|beta)[0-9]+)?")
_FORMER_GROUPS = ("extensions",)
"""Groups of Kubernetes that have nothing any more (https://kubernetes.io/docs/reference/using-api/deprecation-guide/)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiResource:
    """One resource of the Kubernetes API."""

    group: str
    plural: str
    singular: str = ""
    """Its kind in lower case, too."""
    short: tuple[str, ...] = ()
    namespaced: bool | None = None
    """None where it isn't known: a custom resource that only a rule names."""
    verbs: tuple[str, ...] = VERBS
    subresources: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it is called, in lower case."""
        return (self.plural, self.singular, *self.short)

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


_VIRTUAL = (  # what only authorization knows
    ApiResource(group="", plural="users", singular="user", namespaced=False, verbs=("impersonate",)),
    ApiResource(group="", plural="groups", singular="group", namespaced=False, verbs=("impersonate",)),
    ApiResource(group="authentication.k8s.io", plural="uids", namespaced=False, verbs=("impersonate",)),
    ApiResource(group="authentication.k8s.io", plural="userextras", namespaced=False, verbs=("impersonate",)),
    ApiResource(
        group="certificates.k8s.io",
        plural="signers",
        singular="signer",
        namespaced=False,
        verbs=("approve", "sign", "attest"),
    ),
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
            short=tuple(row["short"]),
            namespaced=row["namespaced"],
            verbs=tuple(row["verbs"]),
            subresources=tuple(row["subresources"]),
        )
        for row in table["resources"]
    )
    return (*rows, *_VIRTUAL)


@cache
def _by_name() -> Mapping[str, tuple[ApiResource, ...]]:
    found: dict[str, tuple[ApiResource, ...]] = {}
    for resource in api_resources():
        for name in dict.fromkeys(resource.names):
            if name:
                found[name] = (*found.get(name, ()), resource)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A resource as somebody asked for it."""

    resource: ApiResource
    subresource: str = ""
    notices: tuple[str, ...] = ()
    """What was assumed."""


def find_resource(text: str, objects: RbacObjects | None = None) -> Asked:
    """Find what ``pods``, ``po``, ``deployments.apps``, ``pods/log`` or ``certificates.cert-manager.io`` means.

    Args:
        text: resource, with its API group behind a dot where that is needed, and a subresource behind a slash.
        objects: RBAC whose rules may name custom resources.

    Raises:
        Refused: nothing is named, or a name without a group could be several custom resources.
    """
    named, _, subresource = text.partition("/")
    if not named:
        rule, fix = "a resource is missing", "name one, like pods, pods/log or deployments.apps"
        raise Refused([Problem(value=text, rule=rule, fix=fix)])
    if named == "*":
        return Asked(resource=ApiResource(group="*", plural="*"), subresource=subresource)
    name, dot, group = named.partition(".")
    group = group.lower()
    known = _known(name.lower(), group, wants_group=bool(dot))
    if known is not None:
        notices = _subresource_notices(known, subresource)
        return Asked(resource=known, subresource=subresource, notices=notices)
    return _custom(name, _without_version(group), subresource, objects or RbacObjects())


def _known(name: str, group: str, *, wants_group: bool) -> ApiResource | None:
    candidates = _by_name().get(name, ())
    if not wants_group:
        return candidates[0] if candidates else None
    groups = (group, _without_version(group))
    return next((each for each in candidates if each.group in groups), None)


def _without_version(group: str) -> str:
    """Drop the version of ``certificates.v1.cert-manager.io``; what stands behind it is empty for the core group."""
    version, _, rest = group.partition(".")
    return rest if _VERSION.fullmatch(version) else group


def _subresource_notices(resource: ApiResource, subresource: str) -> tuple[str, ...]:
    known = resource.subresources
    if not subresource or not known or subresource in known or (resource.plural, resource.group) == ("nodes", ""):
        return ()  # the kubelet asks for nodes/metrics and others, which are no paths of the API server
    near = difflib.get_close_matches(subresource, known, n=1)
    hint = f"; did you mean {resource.plural}/{near[0]}?" if near else f"; it has {', '.join(known)}"
    if not near and subresource != "*":
        hint += f". If {subresource} is a name, put a space before it"
    return (f"Kubernetes has no subresource {subresource} of {resource}{hint}",)


def _custom(name: str, group: str, subresource: str, objects: RbacObjects) -> Asked:
    found = find_in_group(name, group, objects) if group else find_by_name(name, objects)
    if found is None:
        near = difflib.get_close_matches(name.lower(), _by_name(), n=1, cutoff=0.7)
        hint = f"; did you mean {near[0]}?" if near else f"; write {name}.GROUP if it is a custom resource"
        found = Custom("", name, (f"no resource is called {name} in Kubernetes{hint}",))
    elsewhere = _elsewhere(name, group) if group and not found.notices else ()
    resource = ApiResource(group=found.group, plural=found.plural)
    return Asked(resource=resource, subresource=subresource, notices=(*found.notices, *elsewhere))


def _elsewhere(name: str, group: str) -> tuple[str, ...]:
    """Say where Kubernetes has a resource that was asked of one of its groups that lacks it, or once had it."""
    here = [str(each) for each in _by_name().get(name.lower(), ())]
    if here and (group in _FORMER_GROUPS or any(each.group == group for each in api_resources())):
        return (f"Kubernetes has no {name} in {group}; did you mean {' or '.join(here)}?",)
    return ()


def verb_notices(verb: str, asked: Asked) -> tuple[str, ...]:
    """Say where a verb is none that this resource is ever asked with."""
    if verb in (*VERBS, *SPECIAL_VERBS) or verb.startswith("impersonate"):
        return ()
    meant = _meant(verb.lower(), (*asked.resource.verbs, *VERBS))
    return (f"no request has the verb {verb}{f'; did you mean {meant}?' if meant else ''}",)


def _meant(verb: str, verbs: Sequence[str]) -> str:
    if verb in verbs:
        return verb
    return _COMMANDS.get(verb) or next(iter(difflib.get_close_matches(verb, verbs, n=1)), "")
