"""ResourceQuotas are done when the cluster enforces them: the plugin waits for that, as for no other kind here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from sandbox.standins.kubernetes.objects import Objects, namespace_of
from sandbox.standins.kubernetes.rules import Kind

_SECONDS: Final = 60
NOT_ENFORCED: Final = (
    f"status.hard was not equal to spec.hard within {_SECONDS} s; is the cluster's controller manager running?"
)


def is_quota(kind: Kind) -> bool:
    """Whether objects of this kind are waited for."""
    return (kind.group, kind.name) == ("", "ResourceQuota")


def once_enforced(objects: Objects, live: dict[str, Any], seconds: float = _SECONDS) -> tuple[dict[str, Any], bool]:
    """Return the object as last seen, and whether the controller manager has taken over its limits."""
    namespace, name = namespace_of(live), str(live["metadata"]["name"])
    deadline, pause = time.monotonic() + seconds, 0.02
    while not _enforced(live):
        if time.monotonic() > deadline:
            return live, False
        time.sleep(pause)
        pause = min(pause * 2, 1)
        live = objects.get(namespace, name) or live
    return live, True


def _enforced(live: Mapping[str, Any]) -> bool:
    wanted, held = ((live.get(part) or {}).get("hard") for part in ("spec", "status"))
    return isinstance(wanted, Mapping) and wanted == held
