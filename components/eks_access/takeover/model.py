"""What a takeover consists of: files to write, what is left out, what a human has to decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a declaration keeps, and what was found and isn't kept."""

    roles: tuple[dict[str, Any], ...] = ()
    users: tuple[dict[str, Any], ...] = ()
    entries: tuple[dict[str, Any], ...] = ()
    left_out: tuple[str, ...] = ()
    """Lines that give nobody anything, with the reason."""
    decisions: tuple[str, ...] = ()
    """What can't be taken over as it is, and what to do about it."""

    def as_data(self) -> dict[str, Any]:
        """Return it in the declaration's shape."""
        parts = {"mapRoles": self.roles, "mapUsers": self.users, "entries": self.entries}
        return {key: list(items) for key, items in parts.items() if items}

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that others bind."""
        found = {group for item in (*self.roles, *self.users, *self.entries) for group in item.get("groups", ())}
        return tuple(sorted(group for group in found if group and not group.startswith(("system:", "eks:"))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeover:
    """Everything that `adopt` writes and says about one cluster."""

    name: str
    declaration: Mapping[str, Any]
    text: str
    """The declaration as the file that is written, with what was found beside it as comments."""
    settings: Mapping[str, Any]
    """The stack file."""
    imports: Mapping[str, Any] | None
    """The file for `pulumi import`; None where there is nothing to import."""
    left_out: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    """What the checks say of what is kept, and let pass."""
