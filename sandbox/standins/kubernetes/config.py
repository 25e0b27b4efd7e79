"""When a change of the provider's settings means another cluster, and so new objects."""

from __future__ import annotations

from typing import Any

from sandbox.standins.kubernetes.cluster import active_cluster
from sandbox.standins.resource import UNKNOWN, Diff
from sandbox.standins.values import changed_keys


def diff_config(old: dict[str, Any], new: dict[str, Any]) -> Diff:
    """Take an unchanged `clusterIdentifier` for the same cluster, whatever else changes; a changed one for another.

    Without identifiers to compare, another active cluster in the kubeconfig is another cluster, and so is, to be
    safe, a setting that isn't known yet.
    """
    changed = changed_keys(old, new)
    before, after = old.get("clusterIdentifier"), new.get("clusterIdentifier")
    if after is UNKNOWN:
        return Diff(changed, ("clusterIdentifier",))
    if before and after:
        return Diff(changed, changed if before != after else ())
    unknown = tuple(key for key in ("kubeconfig", "context", "cluster") if new.get(key) is UNKNOWN)
    if unknown:
        return Diff(changed, unknown)
    another = active_cluster(old) != active_cluster(new) and active_cluster(new) is not None
    return Diff(changed, changed if another else ())
