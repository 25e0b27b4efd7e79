"""Words → requests: what ``list pods -n payments`` or ``get /metrics`` asks of the API server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..authz.lookup import find_resource
from ..authz.model import RbacObjects, Request
from ..authz.reading import DEFAULT_NAMESPACE
from ..authz.resources import ApiResource
from ..authz.verbs import path_notices, verb_notices
from ..errors import Problem, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request, and what was assumed to make one of the words."""

    request: Request
    namespaced: bool | None = None
    """Whether the resource lives in namespaces; None where it isn't known, or a path is asked."""
    inside: bool = False
    """Whether what is bound in a namespace can grant it."""
    by_definitions: bool = False
    """Whether another resource may be meant, if one is defined."""
    by_rules: bool = False
    """Whether another resource may be meant, if rules name one; it may then be defined as well."""
    notices: tuple[str, ...] = ()

    def in_doubt(self) -> str:
        """Say on what an answer depends that something bound in a namespace gives; nothing where that is known."""
        if self.namespaced is not None or self.request.path is not None or self.request.resource == "*":
            return ""
        return scope_unknown(ApiResource(group=self.request.api_group, plural=self.request.resource))

    def about(self, *, inside: bool) -> tuple[str, ...]:
        """Say what is to know of it beside an answer, which may rest on what is bound in a namespace alone."""
        doubt = self.in_doubt() if inside else ""
        return (*self.notices, *([doubt] if doubt else []))

    @property
    def inside_each(self) -> bool:
        """Whether each namespace may answer for itself: one can grant it, and none is named."""
        return self.inside and not self.request.namespace

    @property
    def within(self) -> str | None:
        """The one namespace whose RBAC counts, beside the cluster's own; empty: none, None: what is meant is not known.

        Rules of any namespace may tell the API group and the plural of a custom resource, and one that is defined may
        live in namespaces where what seems to be meant lives in none. A path is in none.
        """
        unknown = self.by_rules or (self.by_definitions and self.namespaced is False)
        return None if unknown else self.request.namespace


def scope_unknown(resource: ApiResource) -> str:
    """Say that an answer hangs on where a resource lives."""
    return (
        f"whether {resource} live in namespaces is not known here, and if they don't, nothing that is bound in one "
        "gives them: add their CustomResourceDefinition with -f"
    )


def question(
    verb: str,
    resource: str,
    *,
    name: str = "",
    namespace: str | None = None,
    all_namespaces: bool = False,
    objects: RbacObjects | None = None,
    defined: Sequence[ApiResource] = (),
) -> Question:
    """Make a request of words.

    Args:
        verb: such as ``list``; for a path an HTTP method in lower case.
        resource: as `find_resource` takes it, or a path such as ``/metrics``.
        name: of one object.
        namespace: where; without it ``default``, as kubectl has it.
        all_namespaces: the whole cluster instead of one namespace.
        objects: RBAC whose rules may name custom resources.
        defined: custom resources that are defined (`AccessState.resources`).

    Raises:
        Refused: the words contradict each other, or name nothing.
    """
    if namespace is not None and all_namespaces:
        raise _refused(namespace, "one namespace and all of them can't both be meant", "leave out -n or -A")
    if namespace is not None and not namespace.strip():
        raise _refused(namespace, "a namespace has a name", "name one, or say -A for the whole cluster")
    if not verb.strip() or verb != verb.strip():
        raise _refused(verb, "a verb is missing", "name one, like get, list or create")
    if resource.startswith("/"):
        if namespace is not None or all_namespaces or name:
            fix = "leave out the name and the namespace: a path belongs to none"
            raise _refused(resource, "a non-resource URL has no namespace and no name", fix)
        path, mark, _ = resource.partition("?")
        dropped = (f"{resource[len(path) :]} is no part of the path that is decided about",) if mark else ()
        return Question(request=Request(verb=verb.lower(), path=path), notices=(*path_notices(verb.lower()), *dropped))
    asked = find_resource(resource, objects, defined, verb=verb)
    name, about_name = _named(verb, name, asked.subresource)
    notices = [*asked.notices, *verb_notices(verb, asked), *about_name]
    namespaced = asked.resource.namespaced
    where = namespace or ""
    inside = asked.resource.grantable_inside(verb)
    if namespace and not inside:
        notices.append(f"{asked.resource} live in no namespace, so -n {namespace} is left out")
        where = ""
    elif namespaced is not False and namespace is None and not all_namespaces:
        where = DEFAULT_NAMESPACE
        notices.append(f"asked for the namespace {DEFAULT_NAMESPACE}; say -n NAMESPACE or -A")
    if str(asked.resource) == "namespaces" and inside and name:
        if namespace not in (None, name):
            notices.append(f"a Namespace belongs to itself, so -n {namespace} is left out")
        where = name
    request = Request(
        verb=verb,
        resource=asked.resource.plural,
        api_group=asked.resource.group,
        subresource=asked.subresource,
        name=name,
        namespace=where,
    )
    return Question(
        request=request,
        namespaced=namespaced,
        inside=inside,
        by_definitions=not asked.settled,
        by_rules=not (asked.settled or asked.resource.served),
        notices=tuple(notices),
    )


def _named(verb: str, name: str, subresource: str) -> tuple[str, tuple[str, ...]]:
    """Return the name that the request has, and what is to be said of the one that was asked for.

    Sources: k8s.io/apiserver pkg/endpoints/request/requestinfo.go (only what a path names has a name),
    pkg/endpoints/handlers/update.go (``create`` with a name, where a PUT or a server-side apply makes something).
    """
    if name and verb == "deletecollection":
        said = f"a request to delete many names none, so {name} is left out: no rule with resourceNames allows it"
        return "", (said,)
    if name and verb == "create" and not subresource:
        said = (
            f"create with the name {name} is asked by a PUT or `kubectl apply --server-side`; a POST, as of `kubectl "
            "create`, names nothing, and no rule with resourceNames allows it"
        )
        return name, (said,)
    return name, ()


def describe(request: Request) -> str:
    """Say a request in words: ``list pods.metrics.k8s.io in payments``."""
    if request.path is not None:
        return f"{request.verb} {request.path}"
    group = f".{request.api_group}" if request.api_group else ""
    sub = f"/{request.subresource}" if request.subresource else ""
    name = f" {request.name}" if request.name else ""
    where = f" in {request.namespace}" if request.namespace else " in the whole cluster"
    return f"{request.verb} {request.resource}{group}{sub}{name}{where}"


def _refused(value: str, rule: str, fix: str) -> Refused:
    return Refused([Problem(value=value, rule=rule, fix=fix)])
