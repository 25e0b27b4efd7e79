"""One stack among others: its plan and its settings. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..declaration.stack_settings import StackSettings
from ..plan.model import AccessPlan
from .settings import creates_users


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPlan:
    """One stack: what its declaration compiles to, and whether it makes the users."""

    name: str
    file: str
    """Its declaration."""
    plan: AccessPlan
    settings: StackSettings = field(default_factory=StackSettings)
    """What the stack says beside it."""

    @property
    def creates_users(self) -> bool:
        """True where the program makes the declared users: when told to, and always without a cluster."""
        return creates_users(self.settings, self.plan)

    @property
    def account(self) -> str:
        """The account that it works in; ids are unique in all partitions."""
        return self.plan.account.id


def distinct(stacks: Iterable[StackPlan]) -> list[StackPlan]:
    """Name each stack once."""
    return list({stack.name: stack for stack in stacks}.values())


def names_of(stacks: Iterable[StackPlan]) -> str:
    """List stacks in a sentence."""
    return ", ".join(stack.name for stack in stacks)
