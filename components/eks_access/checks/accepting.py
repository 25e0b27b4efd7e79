"""Findings that a declaration accepts, by id and path and with a reason; and what is wrong with what it accepts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..declaration.placing import parse
from ..errors import Problem, Severity
from ..plan.model import Acceptance, AccessPlan
from .catalogue import Over, check, known, registered


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A finding that stays, and why."""

    problem: Problem
    reason: str
    until: str | None
    """Last day on which it is accepted, YYYY-MM-DD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that the checks say about one plan."""

    problems: tuple[Problem, ...] = ()
    """Errors and warnings that nobody accepted."""
    accepted: tuple[Accepted, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What refuses."""
        return tuple(problem for problem in self.problems if problem.is_error)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is only said."""
        return tuple(problem for problem in self.problems if not problem.is_error)


def sort_out(plan: AccessPlan, found: Iterable[Problem]) -> Findings:
    """Take accepted findings out of those that were made, and add what is accepted and isn't there."""
    kept: list[Problem] = []
    accepted: list[Accepted] = []
    used: set[Acceptance] = set()
    valid = [each for each in plan.accepted if _counts(each)]
    for problem in dict.fromkeys(found):  # a role that is granted in many places is declared, and told, once
        by = next((each for each in valid if covers(each, problem)), None)
        if by is None:
            kept.append(problem)
        else:
            used.add(by)
            accepted.append(Accepted(problem=problem, reason=by.reason, until=by.until))
    (unused,) = registered(Over.FINDINGS)
    return Findings(problems=(*kept, *unused([each for each in valid if each not in used])), accepted=tuple(accepted))


def covers(acceptance: Acceptance, problem: Problem) -> bool:
    """Tell whether a finding is the accepted one: of the same check, at the path or below it."""
    if acceptance.check != problem.check:
        return False
    if acceptance.path == problem.path:
        return True
    wanted = parse(acceptance.path)
    return bool(wanted) and parse(problem.path)[: len(wanted)] == wanted


def _counts(acceptance: Acceptance) -> bool:
    found = known(acceptance.check)
    return found is not None and found.acceptable and not acceptance.expired


@check(
    "EA901",
    "Only findings that can be accepted are",
    over=Over.PLAN,
    why="An id that no check has accepts nothing, and whoever reads it believes otherwise. What the loader refuses is "
    "no finding about a sound input, and what settings or other stacks break is not this declaration's to accept.",
    fix="Take the item out of `accept:`, or write the id that `eks-access check` prints with the finding.",
)
def accepts_what_exists(plan: AccessPlan) -> Iterator[Problem]:
    """Look every accepted id up in the catalogue."""
    for each in plan.accepted:
        found = known(each.check)
        if found is None:
            fix = "write the id that `eks-access check` prints with the finding; `eks-access check --list` has them all"
            yield Problem(path=f"{each.source}.check", value=each.check, rule="no check has this id", fix=fix)
        elif not found.acceptable and found.family != "lock-out":
            rule = f"{each.check} is about {found.over} input that is refused, not a finding to live with"
            yield Problem(path=f"{each.source}.check", value=each.check, rule=rule, fix=found.fix)


@check(
    "EA902",
    "A lock-out is never accepted",
    over=Over.PLAN,
    why="Whoever could take the acceptance back may be the one who is locked out.",
    fix="Take the item out of `accept:` and declare a second, independent way to cluster-admin.",
)
def no_accepted_lockout(plan: AccessPlan) -> Iterator[Problem]:
    """Look for lock-out rules among the accepted ids."""
    for each in plan.accepted:
        found = known(each.check)
        if found is not None and found.family == "lock-out":
            rule = "a lock-out can't be accepted: whoever could take it back may be the one who is locked out"
            yield Problem(path=f"{each.source}.check", value=each.check, rule=rule, fix=found.fix)


@check(
    "EA903",
    "What was accepted for a time is corrected by then",
    over=Over.PLAN,
    severity=Severity.WARNING,
    why="The day until which somebody wanted to live with a finding has passed, so the finding counts again.",
    fix="Correct what the finding says and take the item out of `accept:`, or write a later day with a new reason.",
)
def acceptance_is_current(plan: AccessPlan) -> Iterator[Problem]:
    """Compare `until` with the day for which the plan was compiled."""
    for each in plan.accepted:
        if each.expired:
            rule = f"{each.check} was accepted here until {each.until}, and counts again"
            fix = "correct what it says and take this out, or write a later day with a new reason"
            yield Problem(path=f"{each.source}.until", value=each.until, rule=rule, fix=fix)


@check(
    "EA904",
    "What is accepted is still found",
    over=Over.FINDINGS,
    severity=Severity.WARNING,
    why="An acceptance that fits nothing hides the next finding at its path from whoever would have to decide about "
    "it.",
    fix="Take the item out of `accept:`, or correct its id or path.",
)
def unused_acceptance(unused: Sequence[Acceptance]) -> Iterator[Problem]:
    """List what is accepted and was not found."""
    for each in unused:
        rule = f"{each.check} finds nothing at {each.path}, so there is nothing to accept"
        yield Problem(path=each.source, value=each.path, rule=rule, fix="take it out, or correct its id or path")
