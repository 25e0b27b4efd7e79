"""The RBAC objects that every API server creates by itself, per Kubernetes minor.

The data is upstream's own list of them, kept by its tests (see `source` in `data/bootstrap-<minor>.json`); it is
what a new cluster holds. What EKS adds (``eks:*``) is not published and not here.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from .model import RbacObjects
from .reading import read_objects

_FILE = re.compile(r"bootstrap-1\.(\d+)\.json")
_MINOR = re.compile(r"v?1\.(\d+)")


@cache
def known_minors() -> tuple[str, ...]:
    """List the minors whose objects are known, oldest first."""
    found = sorted(int(match[1]) for path in _data().iterdir() if (match := _FILE.fullmatch(path.name)))
    return tuple(f"1.{number}" for number in found)


def used_minor(minor: str | None) -> str:
    """Choose the minor whose objects stand for those of `minor`: itself, or the nearest that is known.

    Args:
        minor: such as ``1.33`` or ``v1.33.4-eks-0123abc``; None or anything else means the newest that is known.
    """
    asked = _MINOR.match(minor or "")
    if asked is None:
        return known_minors()[-1]
    return min(known_minors(), key=lambda known: abs(int(known.removeprefix("1.")) - int(asked[1])))


def bootstrap_objects(minor: str | None) -> RbacObjects:
    """Return the objects of a minor (`used_minor` tells of which), not aggregated: admin, edit and view are empty."""
    return _read(used_minor(minor))


def with_bootstrap(objects: RbacObjects, minor: str | None) -> RbacObjects:
    """Add the bootstrap objects that are not there under their name: what a live dump says of them wins."""
    added = bootstrap_objects(minor)
    roles = {(role.namespace, role.name) for role in objects.roles}
    bindings = {(binding.namespace, binding.name) for binding in objects.bindings}
    return RbacObjects(
        roles=objects.roles + tuple(role for role in added.roles if (role.namespace, role.name) not in roles),
        bindings=objects.bindings
        + tuple(each for each in added.bindings if (each.namespace, each.name) not in bindings),
    )


@cache
def _read(minor: str) -> RbacObjects:
    table = json.loads((_data() / f"bootstrap-{minor}.json").read_text())
    return read_objects(table["items"])


def _data() -> Traversable:
    return files(__package__) / "data"
