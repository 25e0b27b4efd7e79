"""What a resource's name means, as kubectl finds it: plural, singular, kind or short name → API group and plural."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import Problem, Refused
from .custom_resources import Custom, find_by_name, find_in_group
from .model import RbacObjects
from .resources import FINALIZERS, ApiResource, by_name, is_missing

_PATHS = ("api", "apis", "healthz", "livez", "logs", "metrics", "openapi", "readyz", "version")
"""Paths that people ask for without the slash."""
_VERSION = re.compile(r"v[0-9]+((alpha|beta)[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A resource as somebody asked for it."""

    resource: ApiResource
    subresource: str = ""
    notices: tuple[str, ...] = ()
    """What was assumed."""


def find_resource(text: str, objects: RbacObjects | None = None, defined: Sequence[ApiResource] = ()) -> Asked:
    """Find what ``pods``, ``po``, ``deployments.apps``, ``pods/log`` or ``certificates.cert-manager.io`` means.

    Args:
        text: resource, with its API group behind a dot where that is needed, and a subresource behind a slash.
        objects: RBAC whose rules may name custom resources.
        defined: custom resources that are defined, by which kubectl would find them.

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
    if (found := _defined(name.lower(), _without_version(group), defined)) is not None:
        return Asked(resource=found, subresource=subresource)
    return _custom(name, _without_version(group), subresource, objects or RbacObjects())


def _known(name: str, group: str, *, wants_group: bool) -> ApiResource | None:
    candidates = by_name().get(name, ())
    if not wants_group:
        return candidates[0] if candidates else None
    groups = (group, _without_version(group))
    return next((each for each in candidates if each.group in groups), None)


def _defined(name: str, group: str, defined: Sequence[ApiResource]) -> ApiResource | None:
    found = [each for each in defined if name in each.names and group in ("", each.group)]
    if len({str(each) for each in found}) > 1:
        names = ", ".join(sorted({str(each) for each in found}))
        raise Refused([Problem(value=name, rule=f"several API groups have {name}", fix=f"name one of {names}")])
    return found[0] if found else None


def _without_version(group: str) -> str:
    """Drop the version of ``certificates.v1.cert-manager.io``; what stands behind it is empty for the core group."""
    version, _, rest = group.partition(".")
    return rest if _VERSION.fullmatch(version) else group


def _subresource_notices(resource: ApiResource, subresource: str) -> tuple[str, ...]:
    known = resource.subresources
    if subresource in ("", FINALIZERS, *known) or not known or (resource.plural, resource.group) == ("nodes", ""):
        return ()  # the kubelet asks for nodes/metrics and others, which are no paths of the API server
    near = difflib.get_close_matches(subresource, known, n=1)
    hint = f"; did you mean {resource.plural}/{near[0]}?" if near else f"; it has {', '.join(known)}"
    if not near and subresource != "*":
        hint += f". If {subresource} is a name, put a space before it"
    return (f"Kubernetes has no subresource {subresource} of {resource}{hint}",)


def _custom(name: str, group: str, subresource: str, objects: RbacObjects) -> Asked:
    found = find_in_group(name, group, objects) if group else find_by_name(name, objects)
    if found is None:
        near = difflib.get_close_matches(name.lower(), by_name(), n=1, cutoff=0.7)
        hint = f"; did you mean {near[0]}?" if near else f"; write {name}.GROUP if it is a custom resource"
        if name.lower() in _PATHS:
            hint = f"; did you mean the path /{name.lower()}?"
        found = Custom("", name, (f"no resource is called {name} in Kubernetes{hint}",))
    elsewhere = _elsewhere(name, group) if group and not found.notices else ()
    resource = ApiResource(group=found.group, plural=found.plural)
    return Asked(resource=resource, subresource=subresource, notices=(*found.notices, *elsewhere))


def _elsewhere(name: str, group: str) -> tuple[str, ...]:
    """Say where Kubernetes has a resource that was asked of one of its groups that lacks it, or once had it."""
    here = [str(each) for each in by_name().get(name.lower(), ())]
    if here and is_missing(group, name.lower()):
        return (f"Kubernetes has no {name} in {group}; did you mean {' or '.join(here)}?",)
    return ()
