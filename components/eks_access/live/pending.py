"""What an engine that died left in the state: operations that it had begun, and what can be made of them.

Update and delete are settled by a refresh. A create is not: the state has no id of it yet, so no refresh looks for it,
and the next update would make a second one or meet the first (409). `pulumi refresh --import-pending-creates` would be
the engine's answer, but 3.250 drops what it is given: `cmd/pulumi/operations/refresh.go` marks the operation as an
import, which nothing carries out. So the operation becomes the resource that it was to make, under its id, and the
refresh that follows finds it, or takes it out again.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .physical_ids import Unknown, physical_id

Deployment = Mapping[str, Any]
"""``deployment`` of what `pulumi stack export` prints."""

CREATING = "creating"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """One operation that had begun and of which nobody knows whether it happened."""

    urn: str
    operation: str
    """``creating``, ``updating``, ``deleting``, ``reading`` or ``importing``."""
    type: str
    id: str
    """Id under which it is looked for; empty where none is known, or none is needed."""
    look: str = ""
    """Command that finds the id by hand; empty where none is needed or known."""
    settled_by_hand: bool = False
    """True for a create that can't be looked for without being told its id."""

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return self.urn.rpartition("::")[2]


def pending_operations(deployment: Deployment, ids: Mapping[str, str] | None = None) -> tuple[Pending, ...]:
    """Return what had begun, with the ids under which creates are looked for.

    Args:
        deployment: the state.
        ids: URN → id of those that were found by hand.
    """
    found = {}
    for operation in deployment.get("pending_operations") or []:
        pending = _pending(operation, deployment, ids or {})
        found[pending.urn, pending.operation] = pending
    return tuple(found.values())


def _pending(operation: Mapping[str, Any], deployment: Deployment, ids: Mapping[str, str]) -> Pending:
    resource = operation["resource"]
    urn, type_, kind = str(resource["urn"]), str(resource["type"]), str(operation["type"])
    if kind != CREATING or not _is_outside(resource):
        return Pending(urn=urn, operation=kind, type=type_, id="")
    known = ids.get(urn) or physical_id(type_, resource.get("inputs") or {})
    there = [old.get("id") for old in _same(deployment, urn) if not old.get("pendingReplacement")]
    if isinstance(known, Unknown):
        return Pending(urn=urn, operation=kind, type=type_, id="", look=known.command, settled_by_hand=True)
    # a replacement that is made before the old one goes, under another id: taking it over would lose the old one
    if there and known not in there and urn not in ids:
        return Pending(urn=urn, operation=kind, type=type_, id="", settled_by_hand=True)
    return Pending(urn=urn, operation=kind, type=type_, id=known)


def _is_outside(resource: Mapping[str, Any]) -> bool:
    """Whether there is something outside of the state: components and providers are in it alone."""
    return bool(resource.get("custom")) and not str(resource["type"]).startswith("pulumi:providers:")


def _same(deployment: Deployment, urn: str) -> list[Mapping[str, Any]]:
    return [r for r in deployment.get("resources") or [] if r["urn"] == urn and not r.get("delete")]


def with_creates_looked_for(
    deployment: Deployment, pending: tuple[Pending, ...], forgotten: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return the state in which each create with an id is a resource, for a refresh to find or to take out.

    Args:
        deployment: the state.
        pending: what had begun there.
        forgotten: URNs of creates that are known not to have happened.
    """
    made = dict(copy.deepcopy(deployment))
    by_urn = {each.urn: each for each in pending if each.operation == CREATING}
    resources, left = list(made.get("resources") or []), []
    for operation in made.get("pending_operations") or []:
        each = by_urn.get(operation["resource"]["urn"]) if operation["type"] == CREATING else None
        if each is None or (each.settled_by_hand and each.urn not in forgotten):
            left.append(operation)
        elif each.id and each.urn not in forgotten:
            resources = [r for r in resources if r["urn"] != each.urn or not r.get("pendingReplacement")]
            if not any(r["urn"] == each.urn and not r.get("delete") for r in resources):
                resources.append({**operation["resource"], "id": each.id})
    made["resources"], made["pending_operations"] = resources, left
    return made
