"""Whose sessions of a role outlive an update: a role asks who somebody is once, when the session is opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..iam.arns import identity
from ..plan.model import AccessPlan
from .state import Way

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


def sessions_that_may_live(
    before: Iterable[Way], after: Iterable[Way], seconds: Mapping[str, int] | None = None
) -> tuple[LivingSession, ...]:
    """List sessions that outlive a change: of roles that are still mapped, by people who may not take them any more.

    A role that is gone, or that is not mapped any more, lets none of its sessions in.

    Args:
        before: the ways in before the change (`AccessState.ways`).
        after: those after it.
        seconds: ARN of a role → how long its sessions live (`session_seconds`); twelve hours where it isn't known.
    """
    now = list(after)
    mapped = {identity(way.principal_arn) for way in now}
    may = {(way.person, identity(way.principal_arn)) for way in now}
    lengths = {identity(arn): length for arn, length in (seconds or {}).items()}
    found = {
        (way.person, way.principal_arn): LivingSession(
            person=way.person,
            role_arn=way.principal_arn,
            via=way.via,
            seconds=lengths.get(identity(way.principal_arn), LONGEST),
        )
        for way in before
        if way.session
        and way.via not in ("direct", "creator")
        and identity(way.principal_arn) in mapped
        and (way.person, identity(way.principal_arn)) not in may
    }
    return tuple(living for _, living in sorted(found.items()))


def session_seconds(plan: AccessPlan) -> dict[str, int]:
    """Return how long sessions of each role of a plan live, by ARN."""
    return {role.arn: role.max_session_seconds for role in plan.entry_roles}
