"""Whose sessions of a role outlive an update: a role asks who somebody is once, when the session is opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..iam.arns import identity
from .state import Way

_DECLARED = ("team ", "break-glass")
LONGEST = 12 * 3600
"""Seconds; no role's sessions live longer (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage.html)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LivingSession:
    """Sessions that somebody may have opened, and that still let them in as the role does."""

    person: str
    role_arn: str
    via: str
    """What they went through: ``team payments``, ``break-glass``."""
    seconds: int
    """How long the youngest of them lives after the update, at most."""

    @property
    def fix(self) -> str:
        """What ends them at once."""
        team = self.via.removeprefix("team ")
        place = "admins.breakGlass" if self.via == "break-glass" else f"teams.{team}.assumeRole"
        return f"{place}: revokeSessionsBefore"

    def __str__(self) -> str:
        hours = f"{self.seconds / 3600:g} h"
        return (
            f"sessions of {self.role_arn} that {self.person} opened before still enter, for {hours} at most; "
            f"to end them now, set {self.fix}"
        )


def sessions_that_may_live(before: Iterable[Way], after: Iterable[Way]) -> tuple[LivingSession, ...]:
    """List sessions that outlive a change: of roles that are still mapped, by people who may not take them any more.

    A role that is gone, that is made anew, or that is not mapped any more, lets none of its sessions in.

    Args:
        before: the ways in before the change (`AccessState.ways`).
        after: those after it.
    """
    now = _Now(after)
    found = {
        (way.person, way.principal_arn): LivingSession(
            person=way.person, role_arn=way.principal_arn, via=way.via, seconds=way.session_seconds or LONGEST
        )
        for way in before
        if way.via.startswith(_DECLARED) and now.lets_old_sessions_in(way)
    }
    return tuple(living for _, living in sorted(found.items()))


class _Now:
    """The ways after a change, by the principal that they lead through."""

    def __init__(self, ways: Iterable[Way]) -> None:
        self._owners: dict[str, set[str]] = {}
        self._revoked: dict[str, str] = {}
        self._of_nobody_knows_whom: set[str] = set()
        for way in ways:
            role = identity(way.principal_arn)
            self._owners.setdefault(role, set()).add(_owner(way))
            self._revoked[role] = max(self._revoked.get(role, ""), way.revoked_before or "")
            if identity(way.own_arn) == role:
                self._of_nobody_knows_whom.add(role)

    def lets_old_sessions_in(self, way: Way) -> bool:
        """Whether the role is still mapped and the same, and is known not to be theirs any more."""
        role = identity(way.principal_arn)
        if role not in self._owners or role in self._of_nobody_knows_whom:
            return False
        revoked = way.revoked_before is not None and self._revoked[role] > way.revoked_before
        return not revoked and _owner(way) not in self._owners[role]


def _owner(way: Way) -> str:
    return identity(way.own_arn) if way.own_arn else way.person
