"""What all calls of the EKS API share: the account's clusters and how a call is found."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.eks.clusters import Cluster
from sandbox.eks.consistency import Delays
from sandbox.eks.errors import invalid_parameter, not_found
from sandbox.eks.network import ClusterNetworks
from sandbox.eks.principals import Principals
from sandbox.eks.programs import Runtime

LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the EKS API, taken apart."""

    method: str
    path: str
    """Percent-decoded."""
    query: Mapping[str, list[str]]
    body: Mapping[str, Any]
    creator_arn: str | None = None
    """Who creates the cluster; known for CreateCluster only."""

    @property
    def creates_cluster(self) -> bool:
        """Whether this is CreateCluster."""
        return self.method == "POST" and self.path == "/clusters"

    def first(self, key: str) -> str | None:
        """Return a query parameter's only value."""
        return next(iter(self.query.get(key, [])), None)

    def page(self, key: str, found: Sequence[Any]) -> dict[str, Any]:
        """Return the asked page of a list, with a token where there is more: EKS gives a hundred at most."""
        size, start = self.first("maxResults") or str(LARGEST_PAGE), self.first("nextToken") or "0"
        if not (size.isdecimal() and start.isdecimal() and 1 <= int(size) <= LARGEST_PAGE):
            raise invalid_parameter(f"maxResults must be 1 to {LARGEST_PAGE}, and nextToken one that was given out.")
        end = int(start) + int(size)
        more = {"nextToken": str(end)} if end < len(found) else {}
        return {key: list(found[int(start) : end]), **more}


Answer = dict[str, Any] | None
"""The body of the answer; None leaves the call to the emulator."""


@dataclass(frozen=True, slots=True)
class Route:
    """A method and path, and what answers it; the path's named groups become keyword arguments."""

    method: str
    pattern: re.Pattern[str]
    handler: Callable[..., Answer]


def route(method: str, pattern: str, handler: Callable[..., Answer]) -> Route:
    """Return a route from a pattern in which ``{name}`` stands for one path segment and ``{name*}`` for several."""
    several = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.+?)", pattern)
    return Route(method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", several)), handler)


@dataclass(slots=True)
class Registry:
    """The clusters of one account in one region, and what is needed to make one."""

    principals: Principals
    networks: ClusterNetworks
    new_runtime: Callable[[str], Runtime]
    arn_base: str
    """``arn:<partition>:eks:<region>:<account>``."""
    issuer_base: str
    delays: Delays = field(default_factory=Delays)
    clusters: dict[str, Cluster] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def partition(self) -> str:
        """The AWS partition."""
        return self.arn_base.split(":")[1]

    def cluster(self, name: str) -> Cluster:
        """Return the cluster of this name."""
        if name not in self.clusters:
            raise not_found(f"No cluster found for name: {name}.")
        return self.clusters[name]
