"""Custom resources: without a cluster to ask, the RBAC rules that name them say what there is.

How a kind becomes a plural: k8s.io/apimachinery pkg/api/meta (UnsafeGuessKindToResource).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import Problem, Refused
from .model import RbacObjects


@dataclass(frozen=True, slots=True)
class Custom:
    """What rules make of a name: its API group, plural, and what was assumed."""

    group: str
    plural: str
    notices: tuple[str, ...] = ()


def find_in_group(name: str, group: str, objects: RbacObjects) -> Custom:
    """Find the plural of ``Certificate`` in a group; a name that no rule knows stays, in lower case as all are."""
    named = {resource for found, resource in _named(objects) if found == group}
    plural = next((each for each in _spellings(name) if each in named), None)
    if plural is None:
        near = difflib.get_close_matches(name.lower(), named - {"*"}, n=1)
        notice = f"no rule names {name.lower()}.{group}; did you mean {near[0]}.{group}?" if near else ""
        return Custom(group, name.lower(), (notice,) if notice else ())
    return Custom(group, plural, () if plural == name else (_taken(name, plural, group),))


def find_by_name(name: str, objects: RbacObjects) -> Custom | None:
    """Find the one group whose rules name a resource so; None where none do.

    Raises:
        Refused: several groups have it.
    """
    everything = _named(objects)
    for plural in _spellings(name):
        groups = sorted({group for group, resource in everything if resource == plural and group})
        if len(groups) > 1:
            names = ", ".join(f"{plural}.{group}" for group in groups)
            raise Refused([Problem(value=name, rule=f"several API groups have {plural}", fix=f"name one of {names}")])
        if groups:
            return Custom(groups[0], plural, (_taken(name, plural, groups[0]),))
    return None


def _spellings(name: str) -> Iterator[str]:
    """Yield the name as written, as plurals are, and as the plural of a kind."""
    lower = name.lower()
    yield from dict.fromkeys((name, lower))
    yield f"{lower}es" if lower.endswith("s") else f"{lower[:-1]}ies" if lower.endswith("y") else f"{lower}s"


def _named(objects: RbacObjects) -> set[tuple[str, str]]:
    return {
        (group, resource.partition("/")[0])
        for role in objects.roles
        for rule in role.rules
        for group in rule.api_groups
        for resource in rule.resources
        if group != "*"
    }


def _taken(name: str, plural: str, group: str) -> str:
    return f"{name} is taken for {plural}.{group}, as rules name it"
