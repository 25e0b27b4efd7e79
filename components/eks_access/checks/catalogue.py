"""What a check is, and the list of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..errors import Problem
from ..plan.model import AccessPlan

Finder = Callable[[AccessPlan], Iterable[Problem]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule about a plan."""

    id: str
    """Stable, e.g. ``EA101``."""
    title: str
    why: str
    """The reason, with its source."""
    find: Finder

    def __call__(self, plan: AccessPlan) -> list[Problem]:
        """Return what is wrong, each problem carrying this check's id."""
        return [
            Problem(rule=p.rule, fix=p.fix, path=p.path, value=p.value, file=p.file, line=p.line, check=self.id)
            for p in self.find(plan)
        ]


_CHECKS: dict[str, Check] = {}


def check(id: str, title: str, why: str) -> Callable[[Finder], Finder]:
    """Add a function to the catalogue."""

    def add(find: Finder) -> Finder:
        if id in _CHECKS:
            raise RuntimeError(f"two checks are called {id}")
        _CHECKS[id] = Check(id=id, title=title, why=why, find=find)
        return find

    return add


def catalogue() -> tuple[Check, ...]:
    """List every check by id."""
    return tuple(_CHECKS[id] for id in sorted(_CHECKS))
