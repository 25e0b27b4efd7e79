"""Impersonation: who may act as whom, and who they are while they do.

Legacy impersonation asks for the verb `impersonate` on users, groups, serviceaccounts, uids and userextras. From
Kubernetes 1.36 on constrained impersonation is tried first: `impersonate:<mode>` on the same things in the group
authentication.k8s.io, and `impersonate-on:<mode>:<verb>` on what is asked (https://kep.k8s.io/5284).
The impersonated identity carries no IAM principal, so access policies of either side do not count for it.
Source: k8s.io/apiserver pkg/endpoints/filters/impersonation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .escalation import Allows
from .model import (
    ANONYMOUS,
    AUTHENTICATED,
    SERVICE_ACCOUNT_PREFIX,
    UNAUTHENTICATED,
    Identity,
    Request,
)

AUTHENTICATION_GROUP = "authentication.k8s.io"
NODE_PREFIX = "system:node:"
NODES = "system:nodes"
CONSTRAINED_SINCE = 36
"""Minor of Kubernetes 1 from which constrained impersonation is on unless switched off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom somebody asks to be: what the Impersonate headers, or ``--as`` and ``--as-group``, say."""

    username: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Impersonation:
    """Whether somebody may act as another, and as whom the request then counts."""

    allowed: bool
    identity: Identity | None = None
    mode: str = ""
    """``legacy``, or the constrained mode: ``user-info``, ``serviceaccount``, ``arbitrary-node``."""
    refused: Request | None = None
    """What would have to be allowed and is not."""


def impersonate(
    who: Identity, wanted: Wanted, request: Request, allows: Allows, *, constrained: bool = False
) -> Impersonation:
    """Ask whether `who` may make `request` as `wanted`.

    Args:
        who: the one who asks.
        wanted: whom they want to be.
        request: what they want to do; constrained impersonation depends on it.
        allows: the authorizers of the cluster.
        constrained: try the modes of Kubernetes 1.36 first.
    """
    refused: Request | None = None
    modes = [mode for mode in (_mode_of(wanted), "legacy") if mode and (constrained or mode == "legacy")]
    for mode in modes:
        asked = _questions(mode, wanted, request)
        missing = next((each for each in asked if not allows(who, each)), None)
        if missing is None:
            return Impersonation(allowed=True, identity=_become(wanted, mode), mode=mode)
        refused = refused or missing
    return Impersonation(allowed=False, refused=refused)


def _mode_of(wanted: Wanted) -> str | None:
    """Choose the constrained mode; nodes and ServiceAccounts can be named by their user name alone."""
    only_name = not (wanted.groups or wanted.uid or wanted.extra)
    if wanted.username.startswith(NODE_PREFIX) and wanted.username != NODE_PREFIX:
        return "arbitrary-node" if only_name else None
    if _service_account(wanted.username):
        return "serviceaccount" if only_name else None
    return "user-info"


def _questions(mode: str, wanted: Wanted, request: Request) -> Iterator[Request]:
    legacy = mode == "legacy"
    verb = "impersonate" if legacy else f"impersonate:{mode}"
    group = "" if legacy else AUTHENTICATION_GROUP
    if not legacy:
        yield replace(request, verb=f"impersonate-on:{mode}:{request.verb}")
    if account := _service_account(wanted.username):
        namespace, name = account
        yield Request(verb=verb, api_group=group, resource="serviceaccounts", name=name, namespace=namespace)
    elif mode == "arbitrary-node":
        yield Request(verb=verb, api_group=group, resource="nodes", name=wanted.username.removeprefix(NODE_PREFIX))
    else:
        yield Request(verb=verb, api_group=group, resource="users", name=wanted.username)
    if wanted.uid:
        yield Request(verb=verb, api_group=AUTHENTICATION_GROUP, resource="uids", name=wanted.uid)
    for name in wanted.groups:
        yield Request(verb=verb, api_group=group, resource="groups", name=name)
    for key, values in wanted.extra.items():
        for value in values:
            yield Request(verb=verb, api_group=AUTHENTICATION_GROUP, resource="userextras", subresource=key, name=value)


def _become(wanted: Wanted, mode: str) -> Identity:
    groups = list(wanted.groups)
    if mode == "arbitrary-node":
        groups = [NODES]
    elif not groups and (account := _service_account(wanted.username)):
        groups = ["system:serviceaccounts", f"system:serviceaccounts:{account[0]}"]
    return Identity(
        username=wanted.username,
        groups=with_authenticated(wanted.username, groups),
        uid=wanted.uid,
        extra=dict(wanted.extra),
    )


def with_authenticated(username: str, groups: Sequence[str]) -> tuple[str, ...]:
    """Add `system:authenticated`, or for system:anonymous `system:unauthenticated`, unless the groups say it already.

    Impersonation's rule; for a login the API server never adds `system:unauthenticated`.
    """
    if username == ANONYMOUS:
        return tuple(groups) if UNAUTHENTICATED in groups else (*groups, UNAUTHENTICATED)
    if AUTHENTICATED in groups or UNAUTHENTICATED in groups:
        return tuple(groups)
    return (*groups, AUTHENTICATED)


def _service_account(username: str) -> tuple[str, str] | None:
    if not username.startswith(SERVICE_ACCOUNT_PREFIX):
        return None
    namespace, colon, name = username.removeprefix(SERVICE_ACCOUNT_PREFIX).partition(":")
    return (namespace, name) if colon and namespace and name and ":" not in name else None
