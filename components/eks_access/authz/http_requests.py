"""HTTP → Request: what the API server, and the kubelet, take a method and a URL for when they authorize.

Sources: k8s.io/apiserver pkg/endpoints/request/requestinfo.go (RequestInfoFactory, prefixes ``api`` and ``apis``),
k8s.io/kubernetes pkg/kubelet/server/auth.go. One thing is left out: a label selector that can't be parsed makes the
API server forget the field selector beside it, before it answers 400 anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import unquote, unquote_plus

from ..errors import Problem, Refused
from .bootstrap import used_minor
from .fields import exact_match
from .model import Request

_VERBS = {
    "POST": "create",
    "GET": "get",
    "HEAD": "get",
    "PUT": "update",
    "PATCH": "patch",
    "DELETE": "delete",
}
_NAMESPACE_SUBRESOURCES = ("status", "finalize")
_OLD_PREFIXES = ("proxy", "watch")
"""Verbs that once stood in front of the resource in the path; the parser still knows them."""
_INTEGER = re.compile(r"[+-]?[0-9]+")


def request_of(method: str, path: str, query: str = "") -> Request:
    """Tell what the API server is asked for.

    Args:
        method: in capitals, as HTTP has it.
        path: with or without ``%`` escapes.
        query: what stands behind the ``?``.

    Raises:
        Refused: the path begins like a resource's and names none; the API server answers 500 to it.
    """
    path = unquote(path)
    parts = path.strip("/").split("/")
    outside = Request(verb=method.lower(), path=path)
    if len(parts) < 3 or parts[0] not in ("api", "apis"):
        return outside
    group, rest = ("", parts[2:]) if parts[0] == "api" else (parts[1], parts[3:])
    if not rest:
        return outside
    verb = _VERBS.get(method, "")
    if rest[0] in _OLD_PREFIXES:
        verb, rest = rest[0], rest[1:]
        if not rest:
            fix = "name a resource behind it"
            raise Refused([Problem(value=path, rule=f"{verb} stands in front of a resource", fix=fix)])
    return _with_selected_name(_resource_request(verb, group, rest), _parse_query(query))


def _resource_request(verb: str, group: str, parts: list[str]) -> Request:
    namespace = ""
    if parts[0] == "namespaces" and len(parts) > 1:
        namespace = parts[1]  # of the Namespace itself too: that is how a Role in it can grant to read it
        if len(parts) > 2 and parts[2] not in _NAMESPACE_SUBRESOURCES:
            parts = parts[2:]
    return Request(
        verb=verb,
        api_group=group,
        resource=parts[0],
        name=parts[1] if len(parts) > 1 else "",
        subresource=parts[2] if len(parts) > 2 and verb != "proxy" else "",
        namespace=namespace,
    )


def _with_selected_name(request: Request, query: Mapping[str, str]) -> Request:
    """Turn a get or delete that names nothing into one of many; a field selector may still name one of them."""
    if request.name or request.verb not in ("get", "delete"):
        return request
    if request.verb == "delete":
        return replace(request, verb="deletecollection")
    verb = "watch" if query.get("watch", "0").lower() not in ("0", "false") else "list"
    name = ""
    if all(_is_integer(query.get(key)) for key in ("timeoutSeconds", "limit")):
        name = exact_match(query.get("fieldSelector", ""), "metadata.name") or ""
    is_segment = name not in (".", "..") and "/" not in name and "%" not in name
    return replace(request, verb=verb, name=name if is_segment else "")


def _is_integer(text: str | None) -> bool:
    """Whether a number can be read, or is not there; one that can't be read makes the server ignore all selectors."""
    return text is None or (_INTEGER.fullmatch(text) is not None and -(2**63) <= int(text) < 2**63)


def _parse_query(query: str) -> Mapping[str, str]:
    """Take the first value of each key, as Go reads queries: what is badly escaped or has a ``;`` is not there."""
    found: dict[str, str] = {}
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        if pair and ";" not in pair and not re.search(r"%(?![0-9a-fA-F]{2})", pair):
            found.setdefault(unquote_plus(key), unquote_plus(value))
    return found


FINE_GRAINED_SINCE = 33
"""Minor from which kubelets ask for nodes/pods, nodes/healthz and nodes/configz before nodes/proxy."""
_FINE_GRAINED = (
    ("/allocatedPods", "pods", 37),
    ("/pods", "pods", FINE_GRAINED_SINCE),
    ("/healthz", "healthz", FINE_GRAINED_SINCE),
    ("/configz", "configz", FINE_GRAINED_SINCE),
    ("/runningpods", "pods", FINE_GRAINED_SINCE),
)
_OWN_SUBRESOURCES = (
    ("/stats", "stats", 0),
    ("/metrics", "metrics", 0),
    ("/logs", "log", 0),
    ("/checkpoint", "checkpoint", 30),
    ("/statusz", "statusz", 33),
    ("/flagz", "configz", 33),
)


def kubelet_requests(method: str, path: str, node: str, minor: str | None = None) -> tuple[Request, ...]:
    """List what a kubelet asks the API server before it answers; any one of them that is allowed suffices.

    Args:
        method: in capitals.
        path: of the kubelet's own API, such as ``/metrics/cadvisor``.
        node: the node that it runs on.
        minor: Kubernetes minor of the node; the newest known one where it is not known.
    """
    verb = "" if method == "HEAD" else _VERBS.get(method, "")
    number = int(used_minor(minor).removeprefix("1."))
    return tuple(
        Request(verb=verb, resource="nodes", subresource=subresource, name=node)
        for subresource in _kubelet_subresources(path, number)
    )


def _kubelet_subresources(path: str, minor: int) -> Iterator[str]:
    for table, otherwise in ((_FINE_GRAINED, ""), (_OWN_SUBRESOURCES, "proxy")):
        in_force = ((root, subresource) for root, subresource, since in table if minor >= since)
        below = (subresource for root, subresource in in_force if path == root or path.startswith(f"{root}/"))
        if found := next(below, otherwise):
            yield found
