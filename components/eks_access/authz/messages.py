"""The texts of refusals, as the API server writes and kubectl shows them.

Source: k8s.io/apiserver pkg/endpoints/handlers/responsewriters/errors.go (ForbiddenStatusError),
k8s.io/apimachinery pkg/api/errors (NewForbidden), k8s.io/kubectl pkg/cmd/util/helpers.go.
"""

from __future__ import annotations

from ..plan.model import RbacRule
from .go_text import quote, quote_all
from .model import Identity, Request

UNAUTHORIZED = "error: You must be logged in to the server (Unauthorized)"
"""All that kubectl shows where authentication fails."""


def forbidden(identity: Identity, request: Request, reason: str = "") -> str:
    """Say what kubectl prints for a request that nothing allows."""
    return f"Error from server (Forbidden): {forbidden_status(identity, request, reason)}"


def forbidden_status(identity: Identity, request: Request, reason: str = "") -> str:
    """Write the `message` of the API server's Status."""
    said = _sanitized(_cannot(identity.username, request)) + (f": {reason}" if reason else "")
    if request.path is not None or not (request.resource or request.api_group):
        return f"forbidden: {said}"
    named = f"{request.resource}.{request.api_group}" if request.api_group else request.resource
    return f"{named} {quote(request.name)} is forbidden: {said}" if request.name else f"{named} is forbidden: {said}"


def _cannot(username: str, request: Request) -> str:
    if request.path is not None:
        return f"User {quote(username)} cannot {request.verb} path {quote(request.path)}"
    where = f"in the namespace {quote(request.namespace)}" if request.namespace else "at the cluster scope"
    return (
        f"User {quote(username)} cannot {request.verb} resource {quote(request.full_resource)} "
        f"in API group {quote(request.api_group)} {where}"
    )


def _sanitized(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def compact(rule: RbacRule) -> str:
    """Write a rule as escalation messages do: ``{APIGroups:[""], Resources:["pods"], Verbs:["get"]}``."""
    parts = (
        ("APIGroups", rule.api_groups),
        ("Resources", rule.resources),
        ("NonResourceURLs", rule.non_resource_urls),
        ("ResourceNames", rule.resource_names),
        ("Verbs", rule.verbs),
    )
    return "{" + ", ".join(f"{name}:{quote_all(values)}" for name, values in parts if values) + "}"
