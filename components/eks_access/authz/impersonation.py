"""Impersonation: who may act as whom, and who they are while they do.

Legacy impersonation asks for the verb `impersonate` on users, groups, serviceaccounts, uids and userextras. From
Kubernetes 1.36 on constrained impersonation is tried first: `impersonate:<mode>` on the same things in the group
authentication.k8s.io, and `impersonate-on:<mode>:<verb>` on what is asked (https://kep.k8s.io/5284). Those modes let
nobody be in system:masters, whatever is granted.
The impersonated identity carries no IAM principal, so access policies of either side do not count for it.
Source: k8s.io/apiserver pkg/endpoints/filters/impersonation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from .escalation import Allows
from .go_text import quote
from .model import (
    ANONYMOUS,
    AUTHENTICATED,
    MASTERS,
    UNAUTHENTICATED,
    Identity,
    Request,
)
from .names import SUBDOMAIN, groups_of_service_account, is_subdomain, service_account_of
from .rules import ALL

AUTHENTICATION_GROUP = "authentication.k8s.io"
NODE_PREFIX = "system:node:"
NODES = "system:nodes"
CONSTRAINED_SINCE = 36
"""Minor of Kubernetes 1 from which constrained impersonation is on unless switched off."""
LEGACY, ARBITRARY_NODE, ASSOCIATED_NODE = "legacy", "arbitrary-node", "associated-node"
NODE_NAME = "authentication.kubernetes.io/node-name"
"""Extra of a ServiceAccount whose token is bound to a pod: the node that the pod runs on."""
_VERB = "impersonate"
_MANY = 4
"""Groups, or values of extra, from which on the API server asks for all of them at once first."""
_DOMAIN_PATH = re.compile(rf"{SUBDOMAIN}/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+")


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
    """``legacy``, or a constrained mode: ``user-info``, ``serviceaccount``, ``arbitrary-node``, ``associated-node``."""
    refused: Request | None = None
    """What would have to be allowed and is not."""
    because: str = ""
    """Why `refused` is refused to everybody, whatever they are allowed; empty where a right would suffice."""

    @property
    def constrained(self) -> bool:
        """Whether a mode allowed it, or is said to lack a right, that came with constrained impersonation."""
        return self.refused.verb != _VERB if self.refused else self.mode != LEGACY


@dataclass(frozen=True, slots=True)
class _Refusal:
    request: Request
    because: str = ""


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
    first: _Refusal | None = None
    for mode in (*(_modes_of(who, wanted) if constrained else ()), LEGACY):
        missing = next(_refusals(mode, wanted, request, partial(allows, who)), None)
        if missing is None:
            return Impersonation(allowed=True, identity=become(wanted, mode), mode=mode)
        first = first or missing
    assert first is not None
    return Impersonation(allowed=False, refused=first.request, because=first.because)


def _modes_of(who: Identity, wanted: Wanted) -> Iterator[str]:
    """Choose the constrained modes; nodes and ServiceAccounts can be named by their user name alone."""
    only_name = not (wanted.groups or wanted.uid or wanted.extra)
    if node := _node(wanted.username):
        if only_name and service_account_of(who.username) and who.extra.get(NODE_NAME) == (node,):
            yield ASSOCIATED_NODE
        if only_name:
            yield ARBITRARY_NODE
    elif service_account_of(wanted.username):
        if only_name:
            yield "serviceaccount"
    else:
        yield "user-info"


def _refusals(mode: str, wanted: Wanted, request: Request, may: Callable[[Request], bool]) -> Iterator[_Refusal]:
    """Yield what is refused in the order in which the API server asks, which stops at the first."""
    legacy = mode == LEGACY
    verb = _VERB if legacy else f"{_VERB}:{mode}"
    asked = [] if legacy else [replace(request, verb=f"impersonate-on:{mode}:{request.verb}")]
    asked.append(_name_question(mode, verb, wanted.username))
    if wanted.uid:
        asked.append(Request(verb=verb, api_group=AUTHENTICATION_GROUP, resource="uids", name=wanted.uid))
    yield from (_Refusal(each) for each in asked if not may(each))
    yield from _refused_groups(mode, verb, wanted.groups, may)
    yield from _refused_extra(mode, verb, wanted.extra, may)


def _name_question(mode: str, verb: str, username: str) -> Request:
    group = "" if mode == LEGACY else AUTHENTICATION_GROUP
    if account := service_account_of(username):
        namespace, name = account
        return Request(verb=verb, api_group=group, resource="serviceaccounts", name=name, namespace=namespace)
    if mode in (ASSOCIATED_NODE, ARBITRARY_NODE):
        name = ALL if mode == ASSOCIATED_NODE else username.removeprefix(NODE_PREFIX)
        return Request(verb=verb, api_group=group, resource="nodes", name=name)
    return Request(verb=verb, api_group=group, resource="users", name=username)


def _refused_groups(mode: str, verb: str, groups: Sequence[str], may: Callable[[Request], bool]) -> Iterator[_Refusal]:
    group = Request(verb=verb, api_group="" if mode == LEGACY else AUTHENTICATION_GROUP, resource="groups")
    if mode != LEGACY and "" in groups:
        yield _Refusal(group, "impersonating the empty string group is not allowed")
    elif mode != LEGACY and MASTERS in groups:
        yield _Refusal(replace(group, name=MASTERS), f"impersonating the {MASTERS} group is not allowed")
    yield from _refused_each(mode, replace(group, name=ALL), [replace(group, name=name) for name in groups], may)


def _refused_extra(
    mode: str, verb: str, extra: Mapping[str, tuple[str, ...]], may: Callable[[Request], bool]
) -> Iterator[_Refusal]:
    asked = Request(verb=verb, api_group=AUTHENTICATION_GROUP, resource="userextras")
    if mode != LEGACY and (fault := _extra_fault(extra)):
        yield _Refusal(asked, fault)
    values = [replace(asked, subresource=key, name=value) for key, values in extra.items() for value in values]
    yield from _refused_each(mode, replace(asked, subresource=ALL, name=ALL), values, may)


def _refused_each(
    mode: str, everything: Request, asked: Sequence[Request], may: Callable[[Request], bool]
) -> Iterator[_Refusal]:
    """Ask one by one; a constrained mode asks for `*` first where it would have to ask many times."""
    if mode != LEGACY and len(asked) >= _MANY and may(everything):
        return
    yield from (_Refusal(each) for each in asked if not may(each))


def _extra_fault(extra: Mapping[str, tuple[str, ...]]) -> str:
    """Say what the constrained modes take of nobody."""
    for key, values in extra.items():
        if not key:
            return "impersonating the empty string key in extra is not allowed"
        if not _DOMAIN_PATH.fullmatch(key):
            rule = 'must be a domain-prefixed path (such as "acme.io/foo")'
            return (
                f"impersonating an invalid key in extra is not allowed: extra.key: Invalid value: {quote(key)}: {rule}"
            )
        if key != key.lower():
            return f"impersonating a non-lowercase key in extra is not allowed: {quote(key)}"
        if not values:
            return "impersonating empty values in extra is not allowed"
        if "" in values:
            return "impersonating the empty string value in extra is not allowed"
    return ""


def become(wanted: Wanted, mode: str = LEGACY) -> Identity:
    """Return who somebody is once they act as another; where no groups are named, some follow from the name."""
    groups = list(wanted.groups)
    if mode in (ASSOCIATED_NODE, ARBITRARY_NODE):
        groups = [NODES]
    elif not groups and (account := service_account_of(wanted.username)):
        groups = list(groups_of_service_account(account[0]))
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


def _node(username: str) -> str | None:
    name = username.removeprefix(NODE_PREFIX)
    return name if name != username and is_subdomain(name) else None
