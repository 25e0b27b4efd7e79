"""What the Node authorizer gives, as boxes: it decides a few resources by code of its own, the rest by rules."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from ...authz.model import Identity, Request
from ...authz.node import LEASES, NodeAuthorizer
from ...authz.resources import VERBS
from .boxes import Box, Part, Texts, joined, only, parts_of, subtract

_SUBRESOURCES = ("", "status", "token", "eviction")
_OTHER = "\N{ZERO WIDTH SPACE}other"
"""Stands for everything that the authorizer's code doesn't name."""


def node_parts(authorizer: NodeAuthorizer, identity: Identity) -> dict[str, tuple[Part, ...]]:
    """Return what a node may do as one: by namespace, with the empty text for everywhere.

    Args:
        authorizer: of the cluster.
        identity: of a node; what is its own is known by its name.
    """
    judged = sorted(authorizer.judged)
    own = [Box(groups=only(group), resources=only(resource)) for group, resource in judged]
    everywhere = tuple(_tried(authorizer, identity, judged, ""))
    ruled = subtract(parts_of(authorizer.rules), own)
    leases = tuple(_tried(authorizer, identity, judged, LEASES))
    return {"": (*ruled, *joined(everywhere)), LEASES: joined(leases)}


def _tried(
    authorizer: NodeAuthorizer, identity: Identity, judged: list[tuple[str, str]], namespace: str
) -> Iterator[Part]:
    """Ask for everything that the code tells apart."""
    node = identity.username.rpartition(":")[2]
    for (group, resource), verb, subresource, name in product(
        judged, (*VERBS, _OTHER), (*_SUBRESOURCES, _OTHER), ("", node, _OTHER)
    ):
        request = Request(
            verb=verb, api_group=group, resource=resource, subresource=subresource, name=name, namespace=namespace
        )
        if authorizer.allows(identity, request):
            yield Box(
                verbs=_side(verb, VERBS),
                groups=only(group),
                resources=only(resource),
                subresources=_side(subresource, _SUBRESOURCES),
                names=_side(name, ("", node)),
            )


def _side(text: str, named: tuple[str, ...]) -> Texts:
    return Texts(frozenset(named), others=True) if text == _OTHER else only(text)
