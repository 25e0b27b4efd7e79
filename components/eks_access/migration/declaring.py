"""What to write into declaration and stack file at each step, where a declaration describes the cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..authn.access_entries import AccessEntry
from ..declaration.kinds import AuthenticationMode
from ..plan.model import AccessPlan
from .model import Fate, LineFate
from .surroundings import key_of

_UP = "pulumi up"


def entry_keys(plan: AccessPlan | None) -> Mapping[str, str]:
    """Identity of a declared principal → the key of its entry."""
    return {key_of(p.arn): f"entry/{p.key}" for p in plan.principals if not p.made_by_eks} if plan else {}


def declared_at_first(plan: AccessPlan | None, by_eks: Iterable[AccessEntry]) -> Iterator[str]:
    """Say what the declaration needs when EKS asks entries too: it imports those that EKS has made by then."""
    if plan is None:
        return
    keys = entry_keys(plan)
    creator = key_of(plan.cluster.creator_arn) if plan.cluster else ""
    adopt = [keys[key] for each in by_eks if (key := key_of(each.principal_arn)) in keys and key != creator]
    yield f"authenticationMode: {AuthenticationMode.API_AND_CONFIG_MAP}"
    if adopt:
        yield f"eks-access:adopt: [{', '.join(adopt)}]   # for this one update: EKS has made them, a second is a 409"
    yield f"{_UP} --refresh" + (f"; then take eks-access:adopt out, and {_UP} once more" if adopt else "")


def declared_entries(plan: AccessPlan | None, lines: Sequence[LineFate]) -> Iterator[str]:
    """Say which entries come by the declaration, and where those of others are to be named."""
    if plan is None:
        return
    keys = entry_keys(plan)
    others = [each for each in lines if each.fate is Fate.ENTRY and key_of(each.line.arn) not in keys]
    if others:
        yield "keep.entries: name those whose lines are under keep: now, so that audit knows them"


def declared_at_last(plan: AccessPlan | None) -> Iterator[str]:
    """Say what the declaration needs when entries alone count."""
    if plan is None or plan.cluster is None:
        return
    creator = plan.cluster.creator
    yield f"authenticationMode: {AuthenticationMode.API}, and no keep.mapRoles and keep.mapUsers"
    yield f"eks-access:adopt: [entry/person-{creator}]   # for this one update"
    yield f"{_UP}; then take eks-access:adopt out, and {_UP} once more"
