"""How late a change of entries and associations arrives where it counts. EKS takes seconds, a sandbox none by itself.

The API answers the new state at once. Authenticator and authorizer go by what is *in force*, which follows it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.eks.access_policies import Association
from sandbox.eks.errors import invalid_parameter

Mappings = tuple[list[dict[str, Any]], list[dict[str, Any]]]
"""`mapRoles` and `mapUsers` of the authenticator's dynamic file."""


@dataclass(slots=True)
class Delays:
    """Seconds; set while the sandbox runs."""

    entries: float = 0
    """Until authenticator and authorizer follow a change of access entries and policy associations."""
    principals: float = 0
    """Until EKS takes a user or role that was just created."""

    def set(self, seconds: Mapping[str, Any]) -> dict[str, float]:
        """Change what is given and return all; a delay that runs already keeps its length."""
        known = asdict(self)
        for name, value in seconds.items():
            if name not in known or isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise invalid_parameter(f"{name}: {value!r} is no delay; these are, in seconds: {', '.join(known)}")
        for name, value in seconds.items():
            setattr(self, name, float(value))
        return asdict(self)


class InForce:
    """What a cluster's authenticator and authorizer answer from."""

    def __init__(self, delays: Delays) -> None:
        self.associations: tuple[Association, ...] = ()
        self._delays = delays
        self._lock = threading.Lock()
        self._made = self._arrived = 0
        self._waiting: set[threading.Timer] = set()
        self._closed = False

    def follow(
        self, tell: Callable[[Mappings], None], mappings: Mappings, associations: tuple[Association, ...], *, now: bool
    ) -> None:
        """Put this state in force after the delay."""
        self._made += 1
        number = self._made
        delay = 0 if now else self._delays.entries
        if not delay:
            self._arrive(number, tell, mappings, associations)
            return

        def arrive() -> None:
            self._arrive(number, tell, mappings, associations)
            self._waiting.discard(timer)

        timer = threading.Timer(delay, arrive)
        timer.daemon = True
        self._waiting.add(timer)
        timer.start()

    def close(self) -> None:
        """Nothing arrives any more; the files that it would be written to are about to go."""
        with self._lock:
            self._closed = True
        for timer in tuple(self._waiting):
            timer.cancel()

    def _arrive(
        self,
        number: int,
        tell: Callable[[Mappings], None],
        mappings: Mappings,
        associations: tuple[Association, ...],
    ) -> None:
        with self._lock:
            # one that was made earlier, under a longer delay, must not undo a later one
            if self._closed or number < self._arrived:
                return
            self._arrived, self.associations = number, associations
            tell(mappings)
