"""RBAC objects put into a cluster one after the other: what the API server refuses leaves what is there as it is.

Source: k8s.io/kubernetes pkg/apis/rbac/validation/validation.go (an update is held to all that a new object is held to,
and changes no roleRef).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from ..authz.model import RbacObjects, Role, RoleBinding
from ..authz.storable import binding_fault, role_fault
from .gaps import listed

_Each = TypeVar("_Each", Role, RoleBinding)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What came of it."""

    objects: RbacObjects
    """What is there then, not aggregated."""
    notices: tuple[str, ...] = ()
    """What was refused and why, and what took the place of another manifest."""


def applied(manifests: RbacObjects, onto: RbacObjects) -> Applied:
    """Apply manifests, in their order, onto what is stored, which stays whatever its form is."""
    course = _Course()
    roles = course.put(manifests.roles, onto.roles, role_fault)
    bindings = course.put(manifests.bindings, onto.bindings, binding_fault)
    refused = (*onto.refused, *manifests.refused, *course.refused)
    return Applied(
        objects=RbacObjects(roles=roles, bindings=bindings, refused=refused), notices=tuple(course.sentences())
    )


def joined(*parts: RbacObjects) -> RbacObjects:
    """Put parts one after the other, all of each."""
    return RbacObjects(
        roles=tuple(role for part in parts for role in part.roles),
        bindings=tuple(binding for part in parts for binding in part.bindings),
        refused=tuple(each for part in parts for each in part.refused),
    )


@dataclass(slots=True)
class _Course:
    """What happens while objects are applied."""

    refused: list[Role | RoleBinding] = field(default_factory=list)
    why: dict[tuple[bool, str], list[str]] = field(default_factory=dict)
    """Whether one of the name was there, and why another is refused → the objects."""
    twice: dict[str, None] = field(default_factory=dict)
    """Objects of which there are manifests with different contents."""

    def put(
        self, manifests: Iterable[_Each], onto: Iterable[_Each], fault: Callable[[_Each], str]
    ) -> tuple[_Each, ...]:
        """Put objects of one kind onto others; what takes another's place comes where that was."""
        there = {(each.namespace, each.name): each for each in onto}
        given: set[tuple[str | None, str]] = set()
        for each in manifests:
            key = each.namespace, each.name
            before = there.get(key)
            if why := fault(each) or _changed_role(before, each):
                self.refused.append(each)
                self.why.setdefault((before is not None, why), []).append(_named(each))
                continue
            if key in given and each != before:
                self.twice[_named(each)] = None
            given.add(key)
            there[key] = each
        return tuple(there.values())

    def sentences(self) -> Iterator[str]:
        """Say all of it."""
        for (changes, why), names in self.why.items():
            if changes:
                yield f"the API server refuses a change of {listed(names)}, so what was there before counts: {why}"
            else:
                them = "they do not count" if len(names) > 1 else "it does not count"
                yield f"the API server refuses {listed(names)}, so {them}: {why}"
        if self.twice:
            yield f"here more than once, not always the same, so that the last counts: {listed(self.twice)}"


def _changed_role(before: Role | RoleBinding | None, now: Role | RoleBinding) -> str:
    if not isinstance(before, RoleBinding) or not isinstance(now, RoleBinding):
        return ""
    if (before.role_kind, before.role_name) == (now.role_kind, now.role_name):
        return ""
    return f"roleRef: a binding keeps the role that it was made with, here {before.role_kind} {before.role_name}"


def _named(of: Role | RoleBinding) -> str:
    return of.place if of.name else f"{of.place}without a name"
