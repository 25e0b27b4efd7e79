"""Custom resources: without a cluster to ask, the RBAC rules that name them say what there is.

How a kind becomes a plural: k8s.io/apimachinery pkg/api/meta (UnsafeGuessKindToResource).
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Container, Iterator, Sequence
from dataclasses import dataclass

from ..errors import Problem, Refused
from .model import RbacObjects


@dataclass(frozen=True, slots=True)
class Custom:
    """What rules make of a name: its API group, plural, and what was assumed."""

    group: str
    plural: str
    notices: tuple[str, ...] = ()


def find_by_rules(name: str, groups: Sequence[str], objects: RbacObjects, own: Container[str]) -> Custom | None:
    """Find what rules name; None where none do.

    Args:
        name: as somebody wrote it.
        groups: API groups that may be meant, the likeliest first; an empty one where any may be.
        objects: RBAC with the rules.
        own: groups of Kubernetes itself, which are meant where no other has it.

    Raises:
        Refused: several groups have it.
    """
    told = _named(objects)
    if not groups[0]:
        return _in_any_group(name, "", told, own)
    for group in groups:
        if plural := next((each for each in _spellings(name) if (group, each) in told), None):
            return Custom(group, plural, () if plural == name else (_taken(name, plural, group),))
    # others than Kubernetes' own have a dot (k8s.io/apiextensions-apiserver pkg/apis/apiextensions/validation)
    return None if "." in groups[0] else _in_any_group(name, groups[0], told, own)


def as_written(name: str, groups: Sequence[str], objects: RbacObjects) -> Custom:
    """Leave a name that no rule knows, in lower case as all are, and say what may be meant."""
    told, plural = _named(objects), name.lower()
    group = next((each for each in groups if any(each == found for found, _ in told)), groups[0])
    here = {resource for found, resource in told if found == group and resource != "*"}
    near = [f"{each}.{group}" for each in difflib.get_close_matches(plural, here, n=1)]
    near += sorted(f"{plural}.{found}" for found, _ in told if found.startswith(group) and found != group)
    notice = f"no rule names {plural}.{group}; did you mean {near[0]}?" if near else ""
    return Custom(group, plural, (notice,) if notice else ())


def _in_any_group(name: str, begins: str, told: Collection[tuple[str, str]], own: Container[str]) -> Custom | None:
    for plural in _spellings(name):
        every = sorted({group for group, resource in told if resource == plural and group and group.startswith(begins)})
        groups = [group for group in every if group not in own] or every
        if len(groups) > 1:
            names = ", ".join(f"{plural}.{group}" for group in groups)
            raise Refused([Problem(value=name, rule=f"several API groups have {plural}", fix=f"name one of {names}")])
        if groups:
            written = f"{name}.{begins}" if begins else name
            return Custom(groups[0], plural, (_taken(written, plural, groups[0]),))
    return None


def _spellings(name: str) -> Iterator[str]:
    """Yield the name as written, as plurals are, and as the plural of a kind: of ``gateway`` it is ``gateways``."""
    lower = name.lower()
    yield from dict.fromkeys((name, lower))
    yield f"{lower}es" if lower.endswith("s") else f"{lower[:-1]}ies" if lower.endswith("y") else f"{lower}s"
    if lower.endswith("y"):
        yield f"{lower}s"


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
