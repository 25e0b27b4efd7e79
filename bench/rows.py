"""What a measurement tells: rows of a table, each with its target where there is one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measurement."""

    what: str
    ours: str
    reference: str = ""
    ratio: str = ""
    target: str = ""
    met: bool | None = None
    """None where no target is set."""

    @property
    def verdict(self) -> str:
        """Say whether the target is met."""
        return {True: "met", False: "not met", None: ""}[self.met]

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        return (self.what, self.ours, self.reference, self.ratio, self.target, self.verdict)


HEADINGS = ("What", "Ours", "Reference", "Ratio", "Target", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What one measurement has found, and what is to be known of it."""

    title: str
    rows: Sequence[Row]
    headings: Sequence[str] = HEADINGS
    notes: Sequence[str] = ()
    lists: Sequence[Listing] = ()
    """Further tables without targets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A table of findings rather than of times."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]] = field(default_factory=tuple)


def seconds(value: float) -> str:
    """Write a time."""
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.0f} ms"


def times(value: float) -> str:
    """Write a ratio."""
    return f"{value:.2f}x" if value < 20 else f"{value:.0f}x"


def all_met(tables: Iterable[Table]) -> bool:
    """Tell whether every target is met."""
    return all(row.met is not False for table in tables for row in table.rows)
