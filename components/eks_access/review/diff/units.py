"""What roles and access policies allow, each distinct content once, for both sides: equal content is the same unit."""

from __future__ import annotations

from collections.abc import Iterable

from ...plan.model import RbacRule
from .boxes import EVERYTHING, Box, Part, joined, parts_of, subtract

Unit = int
"""Number of some content."""


class Units:
    """Numbers contents, and remembers what one holds beyond others."""

    def __init__(self) -> None:
        self._numbers: dict[object, Unit] = {}
        self._parts: list[tuple[Part, ...]] = []
        self._unknown: list[str] = []
        self._of_rules: dict[tuple[RbacRule, ...], Unit] = {}
        self._beyond: dict[tuple[Unit, frozenset[Unit], bool], tuple[Part, ...]] = {}
        self._ready: dict[tuple[Unit, bool], tuple[Part, ...]] = {}
        self._covered: dict[tuple[int, int], bool] = {}
        self._boxes: dict[frozenset[Unit], tuple[Part, ...]] = {}
        self.everything = self.of_parts(EVERYTHING)

    def of_rules(self, rules: tuple[RbacRule, ...]) -> Unit:
        """Return the number of what rules allow."""
        unit = self._of_rules.get(rules)
        if unit is None:
            unit = self._of_rules[rules] = self.of_parts(parts_of(rules))
        return unit

    def of_parts(self, parts: tuple[Part, ...]) -> Unit:
        """Return the number of a set of requests."""
        return self._number(parts, parts, "")

    def of_unknown(self, label: str) -> Unit:
        """Return the number of something of which the rules are not known."""
        return self._number(label, (), label)

    def parts(self, units: Iterable[Unit]) -> tuple[Part, ...]:
        """Return all that units hold together."""
        key = frozenset(units)
        found = self._boxes.get(key)
        if found is None:
            found = self._boxes[key] = tuple(part for unit in sorted(key) for part in self._parts[unit])
        return found

    def unknown(self, unit: Unit) -> str:
        """Return what gives it, where its rules are not known."""
        return self._unknown[unit]

    def beyond(self, unit: Unit, others: frozenset[Unit], *, boxes: bool) -> tuple[Part, ...]:
        """Return what a unit holds that others don't: about resources (`boxes`), or on paths."""
        if unit in others:
            return ()
        key = (unit, others, boxes)
        found = self._beyond.get(key)
        if found is None:
            mine = self._joined(unit, boxes=boxes)
            theirs = [part for part in self.parts(others) if any(part.meets(each) for each in mine)]
            found = self._beyond[key] = joined(subtract(mine, joined(theirs))) if theirs else mine
        return found

    def covers(self, parts: tuple[Part, ...], others: tuple[Part, ...]) -> bool:
        """Tell whether some parts are among others; both as `beyond` returned them, so they are known by their place.

        Paths of which something is taken away count for nothing among the others: nothing can be subtracted of them.
        """
        key = (id(parts), id(others))
        if key not in self._covered:
            whole = [part for part in others if isinstance(part, Box) or not part.but]
            self._covered[key] = not subtract(parts, whole)
        return self._covered[key]

    def _joined(self, unit: Unit, *, boxes: bool) -> tuple[Part, ...]:
        found = self._ready.get((unit, boxes))
        if found is None:
            found = joined(part for part in self._parts[unit] if isinstance(part, Box) is boxes)
            self._ready[unit, boxes] = found
        return found

    def _number(self, key: object, parts: tuple[Part, ...], unknown: str) -> Unit:
        if key not in self._numbers:
            self._numbers[key] = len(self._parts)
            self._parts.append(parts)
            self._unknown.append(unknown)
        return self._numbers[key]
