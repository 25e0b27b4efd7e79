"""What everybody in a state may do, decided request by request."""

from __future__ import annotations

from eks_access.authz.authorizer import Authorizer
from eks_access.authz.model import Identity, Request
from eks_access.review.access_review import AccessReview
from eks_access.review.state import AccessState

NAMESPACES = ("", "default", "east", "west", "payments", "search", "batch", "monitoring", "kube-system")
RESOURCES = (
    ("", "pods", ""),
    ("", "pods", "log"),
    ("", "secrets", ""),
    ("", "nodes", ""),
    ("", "namespaces", ""),
    ("apps", "deployments", ""),
    ("apps", "deployments", "scale"),
    ("rbac.authorization.k8s.io", "rolebindings", ""),
)
REQUESTS = (
    *(
        Request(verb=verb, api_group=group, resource=resource, subresource=sub, namespace=namespace)
        for namespace in NAMESPACES
        for group, resource, sub in RESOURCES
        for verb in ("get", "list", "create", "patch", "delete")
    ),
    *(Request(verb="get", path=path) for path in ("/metrics", "/healthz", "/api", "/logs")),
)


def identities_of(state: AccessState) -> dict[tuple[str, str], Identity]:
    """Person and way → who they are to the API server."""
    askers = AccessReview(state).askers.people()
    return {
        (asker.way.person, asker.way.via): asker.authentication.identity
        for asker in askers
        if asker.way and asker.authentication.identity
    }


def decisions_of(state: AccessState) -> dict[tuple[str, str], tuple[bool, ...]]:
    """Person and way → the verdict on each of `REQUESTS`."""
    authorizer = Authorizer(state.rbac, state.entries, state.version)
    return {
        key: tuple(authorizer.allows(who, request) for request in REQUESTS) for key, who in identities_of(state).items()
    }
