"""The calls that led to a resource, which the engine keeps with it: the last ones, instead of all (docs/adr/0014).

Nothing that awaits, or calls the program's own code, belongs in here: the limit is the interpreter's
(https://docs.python.org/3/library/sys.html#sys.tracebacklimit).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

_CALLS_KEPT = 11
"""Six of the SDK's own, which it drops, and from the resource's line the five that led there."""


@dataclass
class _Limit:
    """The interpreter's limit, and who needs it lower: programs of the Automation API register side by side."""

    lock: Lock = field(default_factory=Lock)
    within: int = 0
    before: int | None = None

    def lower(self) -> None:
        with self.lock:
            if self.within == 0:
                self.before = getattr(sys, "tracebacklimit", None)
                sys.tracebacklimit = _CALLS_KEPT if self.before is None else min(self.before, _CALLS_KEPT)
            self.within += 1

    def restore(self) -> None:
        with self.lock:
            self.within -= 1
            if self.within == 0 and self.before is not None:
                sys.tracebacklimit = self.before
            elif self.within == 0:
                vars(sys).pop("tracebacklimit", None)


_LIMIT = _Limit()


@contextmanager
def short_traces() -> Iterator[None]:
    """Register resources of which the engine keeps the last calls that led to each.

    A state has those calls for each resource, and is written whole at every step. Of some twenty calls fifteen are
    Python's imports, asyncio's and the SDK's; who called a component is kept with the component.
    """
    _LIMIT.lower()
    try:
        yield
    finally:
        _LIMIT.restore()
