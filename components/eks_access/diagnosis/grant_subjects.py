"""To whom a right can be granted so that somebody has it: a team of theirs, themselves, or a ServiceAccount."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..authz.model import SERVICE_ACCOUNT_PREFIX, Request
from ..plan.model import AccessPlan, Entrance
from ..plan.naming import team_group

_TEAM_GROUP = team_group("")
_TEAM_VIA = "team "
_ACCOUNT = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantSubject:
    """Whom a grant names."""

    key: str
    """``team``, ``person`` or ``serviceAccount``."""
    name: str
    words: str
    """The same in a sentence."""
    remark: str = ""
    """What else follows from granting it to them."""


def subjects_of(plan: AccessPlan, who: str, request: Request) -> tuple[GrantSubject, ...]:
    """List whom to grant it to, the most sensible first; nobody where `who` is not declared and no ServiceAccount."""
    long = who.startswith(SERVICE_ACCOUNT_PREFIX)
    account = who.removeprefix(SERVICE_ACCOUNT_PREFIX).replace(":", "/", 1) if long else who
    if who not in plan.people:
        if not _ACCOUNT.fullmatch(account):
            return ()
        return (GrantSubject(key="serviceAccount", name=account, words=f"the ServiceAccount {account}"),)
    ways = [way for way in plan.entrances if way.person == who and way.usable]
    direct = any(way.via == "direct" for way in ways)
    teams = sorted(set(_teams(ways)), key=lambda team: (not _works_there(plan, team, request), team))
    by_team = [_team(plan, team, who) for team in teams]
    itself = GrantSubject(key="person", name=who, words=who, remark="" if direct else _opened(ways, who))
    if teams and (not direct or _works_there(plan, teams[0], request)):
        return (*by_team, itself)
    return (itself, *by_team)


def _teams(ways: Iterable[Entrance]) -> Iterator[str]:
    for way in ways:
        if way.via.startswith(_TEAM_VIA):
            yield way.via.removeprefix(_TEAM_VIA)
        elif way.via == "direct":
            yield from (group.removeprefix(_TEAM_GROUP) for group in way.groups if group.startswith(_TEAM_GROUP))


def _works_there(plan: AccessPlan, team: str, request: Request) -> bool:
    """Tell whether a team has something there already."""
    bindings = (binding for binding in plan.rbac.bindings if binding.subject.name == team_group(team))
    return any(binding.namespace in (None, request.namespace) for binding in bindings)


def _team(plan: AccessPlan, team: str, who: str) -> GrantSubject:
    ways = [way for way in plan.entrances if way.via == f"{_TEAM_VIA}{team}" or team_group(team) in way.groups]
    others = sorted({way.person for way in ways} - {who})
    shown = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if others[5:] else "")
    remark = f"{shown} {'get' if len(others) > 1 else 'gets'} it too" if others else ""
    return GrantSubject(key="team", name=team, words=f"the team {team}", remark=remark)


def _opened(ways: Iterable[Entrance], who: str) -> str:
    """Say what a grant of their own changes for somebody who had no direct way in."""
    without = " without MFA" if any(way.mfa for way in ways) else ""
    return f"this maps {who} directly, a way in{without} that they don't have now"
