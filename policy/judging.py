"""Resources of a policy pack → the access that they make → what the catalogue finds in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eks_access.checks import Check
from eks_access.checks.view import ClusterView
from eks_access.errors import Problem, Refused
from eks_access.review.documents import Document
from eks_access.review.engine_reading import Resource, Resources
from eks_access.review.engine_state import EngineReading, read_clusters
from pulumi_policy import PolicyResource, ResourceValidationArgs, StackValidationArgs

ABSENCE = frozenset({"EA109", "EA201", "EA301", "EA305", "EA601"})
"""Rules about what is missing: only a stack that has the whole cluster, with nothing unknown, can break them."""
_TOGETHER = frozenset(
    {"EA104", "EA108", "EA202", "EA203", "EA204", "EA302", "EA303", "EA311", "EA502", "EA503", "EA505", "EA506"}
    | {"EA508", "EA613", "EA616", "EA617"}
)
"""Rules that compare resources with each other, or with the cluster that they are in."""
_ABOUT_ACCESS = ("aws:eks/", "kubernetes:core/", "kubernetes:rbac.authorization.k8s.io/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found, and in which resource."""

    problem: Problem
    urn: str | None


def is_alone(check: Check) -> bool:
    """Tell a rule that one resource by itself breaks: it runs before that is made, in previews and in updates."""
    return check.id not in ABSENCE | _TOGETHER


def findings_of_resource(check: Check, args: ResourceValidationArgs) -> Iterator[Finding]:
    """Judge a resource by itself."""
    if args.resource_type.startswith(_ABOUT_ACCESS):
        values = _plain(args.props)
        resource = Resource(urn=args.urn, type=args.resource_type, values=values, inputs=values)
        # what can't be read is told about the whole stack
        with contextlib.suppress(Refused, RecursionError):
            yield from _judge(check, _readings((resource,)))


def findings_of_stack(check: Check, args: StackValidationArgs) -> Iterator[Finding]:
    """Judge all resources of a stack."""
    with contextlib.suppress(Refused, RecursionError):
        yield from _judge(check, _readings(tuple(map(_resource, args.resources))))


def unreadable(args: StackValidationArgs) -> tuple[Problem, ...]:
    """Say why a stack can't be judged."""
    try:
        _readings(tuple(map(_resource, args.resources)))
    except Refused as refusal:
        return refusal.problems
    except RecursionError:
        return (Problem(rule="values are nested too deeply to be read", fix="a few levels are plenty"),)
    return ()


def _judge(check: Check, readings: Iterable[EngineReading]) -> Iterator[Finding]:
    for reading in readings:
        if reading.whole or check.id not in ABSENCE:
            for problem in check(ClusterView(reading.state)):
                yield Finding(problem=problem, urn=_place(problem.path, reading.places))


class _Last:
    """The readings of the resources that were asked about last: each rule asks about the same ones."""

    def __init__(self) -> None:
        self._last: tuple[tuple[Resource, ...], tuple[EngineReading, ...]] | None = None

    def __call__(self, resources: tuple[Resource, ...]) -> tuple[EngineReading, ...]:
        last = self._last
        if last is None or last[0] != resources:
            placed = {each.urn: each for each in resources}
            last = (resources, read_clusters(Resources(document=Document(content=None), by_urn=placed, preview=True)))
            self._last = last
        return last[1]


_readings = _Last()


def _place(path: str, places: Mapping[str, str]) -> str | None:
    """Find the resource: by its name, or by the one that it is a part of; else the cluster."""
    found = [name for name in places if path == name or path.startswith((f"{name} ", f"{name}:", f"{name}["))]
    return places[max(found, key=len)] if found else places.get("")


def _resource(given: PolicyResource) -> Resource:
    needs = [
        given.parent,
        *given.dependencies,
        *(each for all_ in given.property_dependencies.values() for each in all_),
    ]
    values = _plain(given.props)
    return Resource(
        urn=given.urn,
        type=given.resource_type,
        values=values,
        inputs=values,
        provider=given.provider.urn if given.provider else "",
        needs=tuple(dict.fromkeys(each.urn for each in needs if each)),
    )


def _plain(value: Any) -> Any:
    """Take off the SDK's wrapping, which raises on what is unknown; the reading knows unknowns by their signs."""
    if isinstance(value, Mapping) or hasattr(value, "keys"):
        target = _target(value)
        return {key: _plain(target[key]) for key in target}
    if isinstance(value, list) or type(value).__name__ == "_ListProxy":
        return [_plain(each) for each in _target(value)]
    return value


def _target(value: Any) -> Any:
    return value["__target"] if type(value).__name__ in ("_DictProxy", "_ListProxy") else value
