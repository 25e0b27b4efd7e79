"""Quotas and limits of namespaces, as the API server would judge them in the middle of an update.

Source: k8s.io/kubernetes pkg/apis/core/validation (ValidateResourceQuota, ValidateLimitRange).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from ..models import Declaration, Limit, Namespace
from ..nodes import Location
from .finding import Finding

_COMPUTE = ("cpu", "memory", "ephemeral-storage")
_QUOTA = (
    *_COMPUTE,
    *(f"requests.{name}" for name in (*_COMPUTE, "storage")),
    *(f"limits.{name}" for name in _COMPUTE),
    *("pods", "services", "services.loadbalancers", "services.nodeports", "replicationcontrollers"),
    *("secrets", "configmaps", "persistentvolumeclaims", "resourcequotas"),
)
_PREFIXES = ("hugepages-", "requests.hugepages-")
_COUNTS = ("pods", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims", "count/")
"""What is counted, in whole numbers."""
_NAME = r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
_QUALIFIED = re.compile(rf"[a-z0-9]([a-z0-9.-]*[a-z0-9])?/{_NAME}")
_BOUND = ("cpu", "memory", "ephemeral-storage")
_TYPES = ("Container", "Pod", "PersistentVolumeClaim")
_UNITS = {"n": "1e-9", "u": "1e-6", "m": "1e-3", "": "1"}
_ORDER = ("min", "default_request", "default", "max")
_KEYS = {
    "min": "min",
    "default_request": "defaultRequest",
    "default": "default",
    "max": "max",
    "max_limit_request_ratio": "maxLimitRequestRatio",
}


def quotas_findings(declaration: Declaration) -> Iterator[Finding]:
    """Check the quota and the limits of every namespace."""
    for name, namespace in declaration.namespaces.items():
        yield from _quota(namespace, ("namespaces", name, "quota"))
        first: dict[str, int] = {}
        for index, limit in enumerate(namespace.limits):
            at: Location = ("namespaces", name, "limits", index)
            yield from _limit(limit, at)
            if first.setdefault(limit.type, index) != index:
                rule = f"{limit.type} has its limits in limits[{first[limit.type]}] already"
                yield Finding(at=(*at, "type"), value=limit.type, rule=rule, fix="merge the two")


def _quota(namespace: Namespace, at: Location) -> Iterator[Finding]:
    for resource, amount in namespace.quota.items():
        known = resource in _QUOTA or resource.startswith(_PREFIXES) or _QUALIFIED.fullmatch(resource)
        if not known:
            rule = "no resource that Kubernetes counts; objects of any kind are count/<resource>.<group>"
            yield Finding(at=(*at, resource), value=resource, rule=rule, fix=_meant(resource, _QUOTA))
        elif resource.startswith((*_COUNTS, "resourcequotas")) and _number(amount) % 1:
            rule = "objects are counted in whole numbers"
            yield Finding(at=(*at, resource), value=amount, rule=rule, fix="write a number without m or fraction")


def _limit(limit: Limit, at: Location) -> Iterator[Finding]:
    if limit.type not in _TYPES:
        rule = f"limits are of type {', '.join(_TYPES)}"
        yield Finding(at=(*at, "type"), value=limit.type, rule=rule, fix=_meant(limit.type, _TYPES))
        return
    if limit.type == "Pod":
        for key, written in (("default", limit.default), ("defaultRequest", limit.default_request)):
            if written:
                rule = "only containers have defaults; what a pod may have is the sum of them"
                yield Finding(at=(*at, key), rule=rule, fix="move it to the item of type Container")
    if limit.type == "PersistentVolumeClaim" and not {"storage"} & (limit.min.keys() | limit.max.keys()):
        rule = "limits of volume claims say at least one of min.storage and max.storage"
        yield Finding(at=at, rule=rule, fix="add `max: {storage: 100Gi}`")
    yield from _resources(limit, at)
    yield from _order(limit, at)
    for resource, ratio in limit.max_limit_request_ratio.items():
        if _number(ratio) < 1:
            rule = "a limit is never less than its request, so the ratio between them is at least 1"
            yield Finding(at=(*at, "maxLimitRequestRatio", resource), value=ratio, rule=rule, fix="write 1 or more")


def _resources(limit: Limit, at: Location) -> Iterator[Finding]:
    allowed = ("storage",) if limit.type == "PersistentVolumeClaim" else _BOUND
    for key in (*_ORDER, "max_limit_request_ratio"):
        for resource in getattr(limit, key):
            extended = limit.type != "PersistentVolumeClaim" and (
                resource.startswith("hugepages-") or _QUALIFIED.fullmatch(resource)
            )
            if resource not in allowed and not extended:
                rule = f"limits of type {limit.type} are about {', '.join(allowed)}"
                where = (*at, _KEYS[key], resource)
                yield Finding(at=where, value=resource, rule=rule, fix=_meant(resource, allowed))


def _order(limit: Limit, at: Location) -> Iterator[Finding]:
    """Hold min ≤ defaultRequest ≤ default ≤ max, resource by resource."""
    bounds = {bound: getattr(limit, bound) for bound in _ORDER}
    for resource in sorted(set().union(*bounds.values())):
        said = [(bound, bounds[bound][resource]) for bound in _ORDER if resource in bounds[bound]]
        for (lower, low), (upper, high) in pairwise(said):
            if _number(low) > _number(high):
                rule = f"{_KEYS[lower]} is at most {_KEYS[upper]}, which is {high} for {resource}"
                yield Finding(at=(*at, _KEYS[lower], resource), value=low, rule=rule, fix=f"write {high} or less")


def _number(quantity: str) -> Decimal:
    """Read a quantity: binary units end in i, decimal ones are powers of a thousand."""
    digits = quantity.rstrip("KMGTPEinumk")
    unit = quantity[len(digits) :]
    if unit.endswith("i"):
        return Decimal(digits) * Decimal(1024) ** ("KMGTPE".index(unit[0]) + 1)
    if unit in _UNITS:
        return Decimal(digits) * Decimal(_UNITS[unit])
    return Decimal(digits) * Decimal(1000) ** ("KMGTPE".index(unit.upper()) + 1)


def _meant(name: str, allowed: tuple[str, ...]) -> str:
    folded = {each.lower(): each for each in allowed}
    close = difflib.get_close_matches(name.lower(), folded, n=1)
    return f"did you mean {folded[close[0]]}?" if close else f"use one of {', '.join(allowed)}"
