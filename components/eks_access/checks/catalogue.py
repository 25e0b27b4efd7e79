"""What a check is, and the list of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ..errors import Problem, Severity

if TYPE_CHECKING:
    from ..plan.model import Acceptance, AccessPlan
    from .settings import PlannedStack
    from .stack_plan import StackPlan
    from .view import ClusterView

Finder = Callable[[Any], Iterable[Problem]]
"""From what a check looks at to what is wrong with it."""


class Over(StrEnum):
    """What a check looks at, which decides where it can run."""

    DECLARATION = "declaration"
    """The declaration as it is read: the loader refuses, before there is a plan."""
    PLAN = "plan"
    """What only a declaration knows: who somebody is, which trust is planned."""
    CLUSTER = "cluster"
    """Any cluster's access (`AccessState`): planned, read from the engine's state, from files, or running."""
    SETTINGS = "settings"
    """A stack's settings beside its declaration."""
    STACKS = "stacks"
    """All stacks of a project."""
    FINDINGS = "findings"
    """What a declaration accepts of the findings of the others."""


class Needs(StrEnum):
    """How much of a cluster a check over it must see: a stack may hold a part of it, and a policy one resource."""

    ONE = "one"
    """One object breaks the rule by itself, whatever else there is."""
    SEVERAL = "several"
    """Objects are compared with each other or with the cluster: whoever sees fewer of them finds less, never more."""
    ALL = "all"
    """The rule is about what is missing: what one stack lacks may be in another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule."""

    id: str
    """Stable, e.g. ``EA101``; the first digit is its family."""
    severity: Severity
    title: str
    """The rule, as a sentence of what is right."""
    why: str
    """The reason, with its source."""
    fix: str
    """What to do where it fires; a finding's own `fix` is about the case at hand."""
    over: Over
    needs: Needs = Needs.ONE
    """Of what it looks at, where that is a cluster."""
    find: Finder | None = None
    """None where the loader is the only one that ever meets it."""

    @property
    def family(self) -> str:
        """What it is about, in a word or two."""
        return FAMILIES[self.id[:3]]

    @property
    def acceptable(self) -> bool:
        """Whether a declaration may accept a finding with a reason: a lock-out never, and no input that isn't read."""
        return self.over in (Over.PLAN, Over.CLUSTER) and not self.id.startswith(("EA1", "EA9"))

    def __call__(
        self, subject: AccessPlan | ClusterView | PlannedStack | Sequence[StackPlan] | Sequence[Acceptance]
    ) -> list[Problem]:
        """Return what is wrong, each problem with this check's id and severity."""
        found = self.find(subject) if self.find else ()
        return [replace(problem, check=self.id, severity=self.severity) for problem in found]


FAMILIES = {
    "EA1": "lock-out",
    "EA2": "nodes",
    "EA3": "mappings, entries and parity",
    "EA4": "stacks and their settings",
    "EA5": "ARNs",
    "EA6": "RBAC",
    "EA7": "limits of IAM",
    "EA9": "accepted findings",
}
"""First digit of an id → what the family is about."""
_CHECKS: dict[str, Check] = {}


def check(
    id: str,
    title: str,
    *,
    over: Over,
    why: str,
    fix: str,
    severity: Severity = Severity.ERROR,
    needs: Needs = Needs.ONE,
) -> Callable[[Finder], Finder]:
    """Add a function to the catalogue.

    A rule over a cluster that is not broken by one object alone says what it `needs`; the tests hold it to that.
    """

    def add(find: Finder) -> Finder:
        _add(Check(id=id, severity=severity, title=title, why=why, fix=fix, over=over, needs=needs, find=find))
        return find

    return add


def loader_rule(id: str, title: str, *, why: str, fix: str) -> None:
    """Add a rule to the catalogue that the loader keeps by itself (`declaration.references`, ``Finding.check``)."""
    _add(Check(id=id, severity=Severity.ERROR, title=title, why=why, fix=fix, over=Over.DECLARATION))


def _add(added: Check) -> None:
    if added.id in _CHECKS:
        raise RuntimeError(f"two checks are called {added.id}")
    _CHECKS[added.id] = added


def registered(*over: Over) -> tuple[Check, ...]:
    """List the checks over something by id; all of them where nothing is named."""
    return tuple(_CHECKS[id] for id in sorted(_CHECKS) if not over or _CHECKS[id].over in over)


def known(id: str) -> Check | None:
    """Return the check of an id, if there is one."""
    return _CHECKS.get(id)
