"""What a source cannot answer: roles that are bound and whose rules are elsewhere."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

from ..authz.model import RbacObjects, RoleBinding

_MOST_NAMED = 5


def missing_roles(objects: RbacObjects) -> Iterator[str]:
    """Say which roles are bound and neither there nor refused; what they would allow is not counted."""
    there = {(role.namespace, role.name) for role in (*objects.roles, *objects.refused_roles)}
    missing: dict[tuple[str, str | None, str], list[RoleBinding]] = {}
    for binding in objects.bindings:
        namespace = binding.namespace if binding.role_kind == "Role" else None
        if (namespace, binding.role_name) not in there:
            missing.setdefault((binding.role_kind, namespace, binding.role_name), []).append(binding)
    for (kind, namespace, name), bindings in missing.items():
        where = f" in {namespace}" if namespace else ""
        subjects = [f"{subject.kind} {subject.name}" for binding in bindings for subject in binding.subjects]
        yield (
            f"the rules of {kind} {name}{where} are not known here, so what it gives {listed(subjects)} is not "
            "counted: add its manifest with -f, or ask --live"
        )


def unknown_namespace(name: str, known: Sequence[str]) -> tuple[str, ...]:
    """Say of a namespace that isn't known that it isn't, and which one may be meant."""
    if not name or name in known:
        return ()
    near = misspelt(name, known)
    meant = f"; did you mean {near}?" if near else ""
    return (f"no namespace {name} is known here, and what would apply if there were one is told{meant}",)


def misspelt(name: str, known: Sequence[str]) -> str:
    """Find the name that is meant by one that isn't known; empty where none is near."""
    return "" if name in known else next(iter(difflib.get_close_matches(name, known, n=1)), "")


def listed(names: Iterable[str]) -> str:
    """Name some, and count the rest."""
    distinct = list(dict.fromkeys(names))
    rest = len(distinct) - _MOST_NAMED
    return ", ".join(distinct[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "") or "nobody"
