"""Resources that decide who may do what and can't be read: what they make is told, never passed over."""

from __future__ import annotations

from .engine_clusters import Belonging
from .engine_gathered import Gathered
from .gaps import listed

_RELEASE = "kubernetes:helm.sh/v3:Release"


def add_unread(gathered: Gathered, belonging: Belonging) -> None:
    """Tell what decides about access in a cluster and can't be counted."""
    releases = [resource.name for resource in gathered.resources.of(_RELEASE) if belonging.holds(resource)]
    gathered.uncounted(
        releases,
        f"what the Helm releases {listed(releases)} put into the cluster is not in the state and not counted: "
        "add it with `helm get manifest … | … -f -`",
    )
