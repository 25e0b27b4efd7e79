"""Names of people: the ways in that a declaration knows, and how they fit a state that was read elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ..authn.aws_auth_reading import parse_aws_auth
from ..iam.arns import identity
from ..plan.model import AccessPlan, Entrance, EntryRole
from .creator import CREATOR, UNKNOWN_CREATOR, creator_entry
from .gaps import listed
from .state import AccessState, Way
from .ways import Mapped, in_order, mapped_principals, named_nodes, ways_of


def ways_of_plan(plan: AccessPlan) -> tuple[Way, ...]:
    """List who enters how; the session of a role is named after the person, as the exported profiles do."""
    roles = {role.arn: role for role in plan.entry_roles}
    ways = [_way(entrance, roles.get(entrance.enters_as)) for entrance in plan.entrances]
    return in_order((*ways, *_creator(plan, ways)))


def ways_with_kept(plan: AccessPlan, mapped: Iterable[Mapped]) -> tuple[Way, ...]:
    """List who enters how, those included whom only a kept line or entry lets in.

    Args:
        plan: of the declaration.
        mapped: everybody whom the cluster lets in.
    """
    declared = ways_of_plan(plan)
    return in_order((*declared, *_beyond(declared, ways_of(mapped, {}), _names(plan))))


def with_people(state: AccessState, plan: AccessPlan) -> AccessState:
    """Call people in a state by the names of a declaration.

    Only its ways through principals that the state lets in count; those that it doesn't are told, and so are those that
    come by mapAccounts. What the state maps beyond the declaration keeps its ways.
    """
    state = _with_creator(state, plan)
    mapped = mapped_principals(state)
    principals = {identity(each.arn) for each in mapped}
    if state.creator_arn:
        principals.add(identity(state.creator_arn))
    accounts = parse_aws_auth(state.aws_auth or {}).accounts if state.mode.uses_aws_auth else ()
    declared = ways_of_plan(plan)
    unmapped = [way for way in declared if identity(way.principal_arn) not in principals]
    by_account = [way for way in unmapped if way.principal_arn.split(":")[4] in accounts]
    missing = [way for way in unmapped if way.principal_arn.split(":")[4] not in accounts]
    ours = [*(way for way in declared if identity(way.principal_arn) in principals), *by_account]
    theirs = _beyond(ours, state.ways, _names(plan))
    return replace(
        state,
        people=plan.people,
        ways=in_order((*ours, *theirs)),
        node_roles=named_nodes(state.node_roles.items(), node_kinds(plan)),
        notices=(
            *state.notices,
            *_told("not mapped here", missing),
            *_told("let in by mapAccounts alone, without groups", by_account),
        ),
    )


def _told(what: str, declared: Sequence[Way]) -> Iterator[str]:
    if declared:
        yield f"declared, and {what}: {listed([f'{way.person} ({way.via})' for way in declared])}"


def node_kinds(plan: AccessPlan) -> dict[str, str]:
    """Identity of a declared node role → its kind, by which it is called."""
    return {identity(role.arn): str(role.kind) for role in plan.node_roles}


def _way(entrance: Entrance, role: EntryRole | None) -> Way:
    return Way(
        person=entrance.person,
        principal_arn=entrance.enters_as,
        session=_session(entrance.enters_as, entrance.person),
        via=entrance.via,
        mfa=entrance.mfa,
        own_arn=entrance.own_arn,
        usable=entrance.usable,
        session_seconds=role.max_session_seconds if role else 0,
        revoked_before=(role.revoked_before or "") if role else None,
    )


def _creator(plan: AccessPlan, ways: list[Way]) -> Iterator[Way]:
    """Add the creator, who is let in by EKS where aws-auth is asked, unless the declaration lets them in itself."""
    cluster = plan.cluster
    if cluster is None or not cluster.mode.uses_aws_auth:
        return
    if all(identity(way.principal_arn) != identity(cluster.creator_arn) for way in ways):
        arn, person = cluster.creator_arn, cluster.creator
        yield Way(person=person, principal_arn=arn, session=_session(arn, person), via=CREATOR, own_arn=arn)


def _with_creator(state: AccessState, plan: AccessPlan) -> AccessState:
    if not (state.creator_unknown and plan.cluster and state.name in ("", plan.cluster.name)):
        return state
    arn = plan.cluster.creator_arn
    there = any(identity(entry.principal_arn) == identity(arn) for entry in state.entries)
    entries = () if there or not state.mode.uses_entries else (creator_entry(arn),)
    return replace(
        state,
        creator_arn=None if state.mode.uses_entries else arn,
        creator_unknown=False,
        notices=tuple(notice for notice in state.notices if notice != UNKNOWN_CREATOR),
        entries=(*state.entries, *entries),
    )


def _names(plan: AccessPlan) -> dict[str, str]:
    """Own principal → name of its person, granted anything or not."""
    return {identity(arn): name for name, arn in plan.own_arns.items()}


def _beyond(ours: Iterable[Way], ways: Iterable[Way], names: dict[str, str]) -> Iterator[Way]:
    """List the ways through principals that no declared way has; whoever the declaration knows is called by name."""
    covered = {identity(way.principal_arn) for way in ours}
    for way in ways:
        if identity(way.principal_arn) not in covered:
            yield replace(way, person=names.get(identity(way.own_arn), way.person))


def _session(arn: str, person: str) -> str:
    return "" if ":user/" in arn else person
