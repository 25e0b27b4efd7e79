"""What a migration is planned as: lines and their fates, obstacles, differences, steps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from ..authn.access_entries import AccessEntry
from ..authn.aws_auth_reading import MappingLine
from ..authz.model import RoleBinding
from ..declaration.kinds import AuthenticationMode
from .evidence import Evidence, evidence

if TYPE_CHECKING:
    from ..review.state import AccessState
    from .actions import Action


class Fate(StrEnum):
    """What becomes of a line of aws-auth."""

    ENTRY = "entry"
    """An access entry is made that says the same."""
    BY_EKS = "made by EKS"
    """EKS makes the entry by itself, at the step that brings entries."""
    OVERRIDDEN = "overridden"
    """An entry is there, and it alone counts."""
    SHADOWED = "shadowed"
    """Another line is found for the same principal, so this one gives nothing."""
    DEAD = "never matched"
    """Nobody can come by it, so it gives nothing."""
    STUCK = "stuck"
    """It gives something that no entry can say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFate:
    """One line, and what becomes of it."""

    line: MappingLine
    fate: Fate
    why: str = ""
    entry: AccessEntry | None = None
    """Of ENTRY and BY_EKS."""
    bindings: tuple[RoleBinding, ...] = ()
    """Bindings to add before the entry, for groups that entries can't carry."""
    differences: tuple[str, ...] = ()
    """Where the entry can't say the very same, and what of it can be noticed."""
    left_out: frozenset[str] = frozenset()
    """Groups that give nothing here, and that entries can't carry."""

    @property
    def place(self) -> str:
        """``mapRoles[2]``, as the other commands call it."""
        return f"{self.line.section}[{self.line.index}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why a step can't be done yet."""

    mode: AuthenticationMode
    """The mode that must not be entered before."""
    what: str
    """``mapRoles[2] arn:…``, ``mapAccounts 111122223333``."""
    why: str
    fix: str
    affected: tuple[str, ...] = ()
    """Who would lose something, as far as it is known."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: what to do, and the access before and after it."""

    title: str
    actions: tuple[Action, ...]
    made_by_eks: tuple[AccessEntry, ...] = ()
    """Entries that EKS makes by itself here, in the order in which it lists them; importing is all that is left."""
    declare: tuple[str, ...] = ()
    """What to write where a declaration describes the cluster."""
    differences: tuple[str, ...] = ()
    before: AccessState
    """What counts before it; without groups that give nothing, and that EKS itself leaves out of nodes' entries."""
    after: AccessState

    @cached_property
    def evidence(self) -> Evidence:
        """That nobody's access changes, or whose does."""
        return evidence(self.before, self.after)

    @property
    def mode(self) -> AuthenticationMode:
        """The mode after it."""
        return self.after.mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """The whole way from a cluster's mode to the last one."""

    cluster: str
    mode: AuthenticationMode
    to: AuthenticationMode
    lines: tuple[LineFate, ...] = ()
    steps: tuple[Step, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether every step can be done, and nobody notices any of them."""
        return not self.obstacles and all(step.evidence.empty for step in self.steps)

    def is_blocked(self, step: Step) -> bool:
        """Whether something is in the way of a step, or it changes somebody's access, or one before it does."""
        before = self.steps[: self.steps.index(step) + 1]
        return bool(self.obstacles_to(step.mode)) or not all(each.evidence.empty for each in before)

    def obstacles_to(self, mode: AuthenticationMode) -> tuple[Obstacle, ...]:
        """List what keeps the cluster out of a mode."""
        order = list(AuthenticationMode)
        return tuple(each for each in self.obstacles if order.index(each.mode) <= order.index(mode))
