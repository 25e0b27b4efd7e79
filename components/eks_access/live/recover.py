"""After an update that died: the lock, what had begun, and the state as it really is. Then `pulumi up` goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .engine import Engine, EngineError, Holder, LockedError
from .pending import CREATING, Pending, pending_operations, with_creates_looked_for

MayCancel = Callable[[tuple[Holder, ...]], bool]
"""Asks whether a lock may be taken away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one operation that had begun."""

    pending: Pending
    happened: bool | None
    """None where nobody could find out, or nobody looked yet."""


@dataclass(slots=True, kw_only=True)
class Recovery:
    """What was found and done."""

    dry_run: bool = False
    cancelled: tuple[Holder, ...] = ()
    lock_taken_away: bool = False
    lock_left: bool = False
    """The lock is still there: an update runs, or nobody said that it may go."""
    running: tuple[Holder, ...] = ()
    """Engines that hold the lock and still run."""
    outcomes: tuple[Outcome, ...] = ()
    vanished: tuple[str, ...] = field(default=())
    """URNs that the state had and that are gone, beside those whose operation was pending."""
    mended: tuple[str, ...] = ()
    """Files of a backend in files that were set aside, since the engine died while it wrote them."""
    failure: str = ""
    """What the engine said where the refresh failed."""

    @property
    def left(self) -> tuple[Pending, ...]:
        """Creates that a person must settle."""
        return tuple(each.pending for each in self.outcomes if each.pending.settled_by_hand)

    @property
    def done(self) -> bool:
        """Whether `pulumi up` can go on."""
        return not (self.lock_left or self.left or self.failure)


def recover(
    engine: Engine,
    may_cancel: MayCancel,
    *,
    ids: Mapping[str, str] | None = None,
    forgotten: frozenset[str] = frozenset(),
    dry_run: bool = False,
) -> Recovery:
    """Make a stack ready for its next update. Where nothing is wrong, the state is refreshed and nothing else.

    Args:
        engine: the stack.
        may_cancel: asked before a lock is taken away; never for an engine that still runs.
        ids: URN → id, of creates that were found by hand.
        forgotten: URNs of creates that are known not to have happened.
        dry_run: only look.

    Raises:
        EngineError: there is no such stack, or the state can't be read or written.
        Refused: there is no engine.
    """
    recovery = Recovery(dry_run=dry_run)
    exported = _readable(engine, recovery)
    if dry_run:
        found = pending_operations(_deployment(exported), ids)
        recovery.outcomes = tuple(Outcome(pending=each, happened=None) for each in found if each.urn not in forgotten)
        return recovery
    for _ in range(2):
        try:
            _settle(engine, recovery, ids or {}, forgotten)
            break
        except LockedError as lock:
            if not _taken_away(engine, lock, recovery, may_cancel):
                break
    return recovery


def _readable(engine: Engine, recovery: Recovery) -> dict[str, Any]:
    try:
        return engine.export()
    except EngineError as error:
        if "failed to load checkpoint" not in str(error) or recovery.dry_run:
            raise
        time.sleep(1)  # an engine that lives is through with writing it by then
        try:
            return engine.export()
        except EngineError:
            recovery.mended = tuple(map(str, engine.mend_side_files()))
            return engine.export()


def _settle(engine: Engine, recovery: Recovery, ids: Mapping[str, str], forgotten: frozenset[str]) -> None:
    exported = engine.export()
    before = _deployment(exported)
    found = pending_operations(before, ids)
    looked_for = with_creates_looked_for(before, found, forgotten)
    if looked_for != before:
        engine.write({**exported, "deployment": looked_for})
    try:
        engine.refresh()
    except LockedError:
        raise
    except EngineError as error:
        recovery.failure = str(error)
        recovery.outcomes = tuple(Outcome(pending=each, happened=None) for each in found if each.urn not in forgotten)
        return
    there = _urns(_deployment(engine.export()))
    recovery.outcomes = tuple(_outcome(each, there) for each in found if each.urn not in forgotten)
    settled = {each.urn for each in found}
    recovery.vanished = tuple(urn for urn in _urns(before) if urn not in there and urn not in settled)


def _outcome(pending: Pending, there: Mapping[str, object]) -> Outcome:
    if pending.settled_by_hand:
        return Outcome(pending=pending, happened=None)
    if pending.operation == CREATING:
        return Outcome(pending=pending, happened=pending.urn in there)
    if pending.operation == "deleting":
        return Outcome(pending=pending, happened=pending.urn not in there)
    return Outcome(pending=pending, happened=None)


def _taken_away(engine: Engine, lock: LockedError, recovery: Recovery, may_cancel: MayCancel) -> bool:
    recovery.running = tuple(holder for holder in lock.holders if holder.lives)
    if recovery.running or not may_cancel(lock.holders):
        recovery.lock_left = True
        return False
    engine.cancel()
    recovery.cancelled, recovery.lock_taken_away = lock.holders, True
    return True


def _deployment(exported: Mapping[str, Any]) -> dict[str, Any]:
    deployment = exported.get("deployment")
    if not isinstance(deployment, dict):
        raise EngineError("the state has no deployment: was the stack ever updated?")
    return deployment


def _urns(deployment: Mapping[str, Any]) -> dict[str, None]:
    """URNs of what exists, in order; what only waits for its replacement doesn't."""
    return {
        r["urn"]: None
        for r in deployment.get("resources") or []
        if not r.get("delete") and not r.get("pendingReplacement")
    }
