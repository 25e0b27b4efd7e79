"""What everybody in a state may do, decided request by request."""

from __future__ import annotations

from collections.abc import Iterator

import yaml
from eks_access.authz.authorizer import Authorizer
from eks_access.authz.model import AUTHENTICATED, Identity, Request
from eks_access.iam.arns import identity as principal
from eks_access.iam.arns import strip_path
from eks_access.review.state import AccessState, Way

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
    return {(way.person, way.via): found for way in state.ways for found in _identity(state, way)}


def decisions_of(state: AccessState) -> dict[tuple[str, str], tuple[bool, ...]]:
    """Person and way → the verdict on each of `REQUESTS`."""
    authorizer = Authorizer(state.rbac, state.entries, state.version)
    return {
        key: tuple(authorizer.allows(who, request) for request in REQUESTS) for key, who in identities_of(state).items()
    }


def _identity(state: AccessState, way: Way) -> Iterator[Identity]:
    """Map as the authenticator does, for the plain lines and entries that a plan renders."""
    for entry in state.entries if state.mode.uses_entries else ():
        if principal(entry.principal_arn) == principal(way.principal_arn):
            yield _named(entry.username or "", entry.groups, way, entry.principal_arn)
            return
    for section, key in (("mapRoles", "rolearn"), ("mapUsers", "userarn")):
        for line in yaml.safe_load((state.aws_auth or {}).get(section, "")) or ():
            if line[key].lower() == strip_path(way.principal_arn).lower():
                yield _named(line["username"], tuple(line["groups"]), way, way.principal_arn)


def _named(template: str, groups: tuple[str, ...], way: Way, arn: str) -> Identity:
    username = template.replace("{{SessionName}}", way.session)
    return Identity(username=username, groups=(*sorted(groups), AUTHENTICATED), principal_arn=arn)
