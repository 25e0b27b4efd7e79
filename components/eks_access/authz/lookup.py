"""What a resource's name means, as kubectl finds it: plural, singular, kind or short name → API group and plural.

kubectl looks among what the cluster serves. Here that is Kubernetes' own, as it is served by default, and what is
defined; where neither has a name, RBAC rules that name a custom resource tell, and then what Kubernetes has beside.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..errors import Problem, Refused
from .custom_resources import Custom, as_written, find_by_rules
from .model import RbacObjects
from .resources import FINALIZERS, ApiResource, by_group, by_name, is_missing

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
    settled: bool = True
    """Whether it is meant whatever is defined in a cluster, and whatever rules name."""


def find_resource(
    text: str, objects: RbacObjects | None = None, defined: Sequence[ApiResource] = (), *, verb: str = ""
) -> Asked:
    """Find what ``pods``, ``po``, ``deployments.apps``, ``pods/log`` or ``certificates.cert-manager.io`` means.

    Args:
        text: resource, with its API group behind a dot where that is needed, and a subresource behind a slash.
        objects: RBAC whose rules may name custom resources.
        defined: resources that are defined or served, by which kubectl would find them.
        verb: with which it is asked; ``impersonate`` and the like are of what only authorization knows.

    Raises:
        Refused: nothing is named, or a name could be several custom resources.
    """
    named, _, subresource = text.partition("/")
    if not named:
        rule, fix = "a resource is missing", "name one, like pods, pods/log or deployments.apps"
        raise Refused([Problem(value=text, rule=rule, fix=fix)])
    if named == "*":
        return Asked(resource=ApiResource(group="*", plural="*"), subresource=subresource)
    name, _, behind = named.partition(".")
    groups = _groups(behind.lower())
    own = by_name().get(name.lower(), ())
    there = [each for each in own if each.is_asked(verb)]
    there += [each for each in defined if name.lower() in each.names]
    if found := _as_kubectl(name.lower(), groups, there):
        settled = found.group in groups if groups[0] else _in_full(found, name.lower())
        return _asked(found, subresource, settled=settled)
    optional = _as_kubectl(name.lower(), groups, own)
    if optional and groups[0] and optional.group in groups:
        return _asked(optional, subresource)
    custom = _custom(name, groups, subresource, objects or RbacObjects())
    if optional and custom.resource.group in by_group():
        return _asked(optional, subresource, _optional(name, optional), settled=False)
    return custom


def _groups(behind: str) -> tuple[str, ...]:
    """Return the API group that may be meant: what is behind a version comes first; empty where none is named.

    Source: k8s.io/apimachinery pkg/runtime/schema/group_version.go (ParseResourceArg).
    """
    version, _, rest = behind.partition(".")
    return (rest, behind) if _VERSION.fullmatch(version) else (behind,)


def _in_full(resource: ApiResource, name: str) -> bool:
    return name in (resource.plural, resource.singular)


def _in_short(resource: ApiResource, name: str) -> bool:
    return name in resource.short


def _by_kind(resource: ApiResource, name: str) -> bool:
    return name == resource.kind.lower()


def _same(found: str, group: str) -> bool:
    return group in ("", found)


_STEPS: tuple[tuple[Callable[[ApiResource, str], bool], Callable[[str, str], bool]], ...] = (
    (_in_full, _same),  # client-go restmapper/shortcut.go: "avoid expanding if there's an exact match"
    (_in_short, _same),  # the same: short names of the group, of any group where none is named
    (_in_short, str.startswith),  # the same: "allows autoscal to match autoscaling"
    (_in_full, str.startswith),  # apimachinery api/meta/restmapper.go: "allows storageclass.storage to match"
    (_by_kind, _same),  # cli-runtime resource/builder.go (mappingFor), after all of these
)
"""How kubectl looks, step by step: by which names, in which API groups."""


def _as_kubectl(name: str, groups: Sequence[str], there: Sequence[ApiResource]) -> ApiResource | None:
    for group in groups:
        for is_named, is_in in _STEPS:
            if found := [each for each in there if is_named(each, name) and is_in(each.group, group)]:
                return _one(name, found)
    return None


def _one(name: str, found: Sequence[ApiResource]) -> ApiResource:
    """Choose: Kubernetes' own groups come before others.

    Among others kubectl takes the first in the alphabet, whichever is meant; here that is asked back. Source:
    k8s.io/kubernetes pkg/controlplane/controller/crdregistration (GroupPriorityMinimum is the same for all).
    """
    if own := [each for each in found if each.group in by_group()]:
        return own[0]
    if len(names := sorted({str(each) for each in found})) > 1:
        rule, fix = f"several API groups have {name}", f"name one of {', '.join(names)}"
        raise Refused([Problem(value=name, rule=rule, fix=fix)])
    return found[0]


def _asked(resource: ApiResource, subresource: str, *notices: str, settled: bool = True) -> Asked:
    notices += _subresource_notices(resource, subresource)
    return Asked(resource=resource, subresource=subresource, notices=notices, settled=settled)


def _optional(name: str, found: ApiResource) -> str:
    """Say that a name may not be what was found for it: no API server need have that."""
    alone = f"{found} are only asked with {' or '.join(found.verbs)}"
    why = f"Kubernetes serves {found} only where that is turned on" if found.kind else alone
    return f"{why}; write {name}.GROUP if a custom resource is meant"


def _subresource_notices(resource: ApiResource, subresource: str) -> tuple[str, ...]:
    known = resource.subresources
    if subresource in ("", FINALIZERS, *known) or not known or (resource.plural, resource.group) == ("nodes", ""):
        return ()  # the kubelet asks for nodes/metrics and others, which are no paths of the API server
    near = difflib.get_close_matches(subresource, known, n=1)
    hint = f"; did you mean {resource.plural}/{near[0]}?" if near else f"; it has {', '.join(known)}"
    if not near and subresource != "*":
        hint += f". If {subresource} is a name, put a space before it"
    return (f"Kubernetes has no subresource {subresource} of {resource}{hint}",)


def _custom(name: str, groups: Sequence[str], subresource: str, objects: RbacObjects) -> Asked:
    """Ask for what rules tell of, else for what is written."""
    found = find_by_rules(name, groups, objects, by_group())
    if found is None:
        found = as_written(name, groups, objects) if groups[0] else _nothing(name)
    elsewhere = _elsewhere(name, found.group) if groups[0] and not found.notices else ()
    resource = ApiResource(group=found.group, plural=found.plural, served=False)
    return Asked(resource=resource, subresource=subresource, notices=(*found.notices, *elsewhere), settled=False)


def _nothing(name: str) -> Custom:
    near = difflib.get_close_matches(name.lower(), by_name(), n=1, cutoff=0.7)
    hint = f"; did you mean {near[0]}?" if near else f"; write {name}.GROUP if it is a custom resource"
    if name.lower() in _PATHS:
        hint = f"; did you mean the path /{name.lower()}?"
    return Custom("", name, (f"no resource is called {name} in Kubernetes{hint}",))


def _elsewhere(name: str, group: str) -> tuple[str, ...]:
    """Say where Kubernetes has a resource that was asked of one of its groups that lacks it, or once had it."""
    here = [str(each) for each in by_name().get(name.lower(), ())]
    if here and is_missing(group, name.lower()):
        return (f"Kubernetes has no {name} in {group}; did you mean {' or '.join(here)}?",)
    return ()
