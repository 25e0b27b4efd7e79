"""The creator of a cluster, where only one of the two sides says who that is: nobody else can have become it."""

from __future__ import annotations

from dataclasses import replace

from ...iam.arns import identity as same_principal
from ..creator import CREATOR, UNKNOWN_CREATOR, creator_entry
from ..state import AccessState


def with_creator_of(state: AccessState, other: AccessState) -> AccessState:
    """Give a state that doesn't know its creator the one that the other knows."""
    way = next((way for way in other.ways if way.via == CREATOR), None)
    if not state.creator_unknown or way is None:
        return state
    arn = way.principal_arn
    mapped = any(same_principal(entry.principal_arn) == same_principal(arn) for entry in state.entries)
    there = any(same_principal(each.principal_arn) == same_principal(arn) for each in state.ways)
    notices = tuple(notice for notice in state.notices if notice != UNKNOWN_CREATOR)
    return replace(
        state,
        creator_arn=None if state.mode.uses_entries else arn,
        creator_unknown=False,
        entries=state.entries if mapped or not state.mode.uses_entries else (*state.entries, creator_entry(arn)),
        ways=state.ways if there else (*state.ways, way),
        notices=(*notices, f"one side doesn't say who created the cluster; {arn} is taken for it, as the other says"),
    )
