"""Resources of a policy pack → the access that they make → what the catalogue finds in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eks_access.checks import Check, Needs
from eks_access.checks.view import ClusterView
from eks_access.errors import Problem, Refused
from eks_access.review.documents import Document
from eks_access.review.engine_reading import Resource, Resources
from eks_access.review.engine_state import EngineReading, read_clusters
from pulumi_policy import PolicyResource, ResourceValidationArgs, StackValidationArgs

_ABOUT_ACCESS = ("aws:eks/", "aws-native:eks:", "kubernetes:core/", "kubernetes:rbac.authorization.k8s.io/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found, and in which resource."""

    problem: Problem
    urn: str | None


class Access:
    """What some resources say about access, for all rules."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.unreadable: tuple[Problem, ...] = ()
        self._clusters: list[tuple[EngineReading, ClusterView]] = []
        try:
            placed = {each.urn: each for each in resources}
            read = read_clusters(Resources(document=Document(content=None), by_urn=placed, preview=True))
            self._clusters = [(reading, ClusterView(reading.state)) for reading in read]
        except Refused as refusal:
            self.unreadable = refusal.problems
        except RecursionError:
            rule = "values are nested too deeply to be read"
            self.unreadable = (Problem(rule=rule, fix="a few levels are plenty"),)

    def findings(self, check: Check) -> Iterator[Finding]:
        """Hold it against a rule."""
        for reading, view in self._clusters:
            if reading.whole or check.needs is not Needs.ALL:
                for problem in check(view):
                    yield Finding(problem=problem, urn=_place(problem.path, reading.places))


class Requests:
    """What the engine asks about, read once for all policies of a request."""

    def __init__(self) -> None:
        self._inputs: dict[str, Mapping[str, Any]] = {}
        self._of_resource, self._of_stack = _Turn(), _Turn()

    def of_resource(self, policy: str, args: ResourceValidationArgs) -> Access:
        """Return what one resource says by itself."""
        return self._of_resource.of(policy, (args.urn,), lambda: self._alone(args))

    def of_stack(self, policy: str, args: StackValidationArgs) -> Access:
        """Return what all resources of a stack say."""
        urns = tuple(each.urn for each in args.resources)
        return self._of_stack.of(policy, urns, lambda: [self._resource(each) for each in args.resources])

    def _alone(self, args: ResourceValidationArgs) -> Sequence[Resource]:
        if not args.resource_type.startswith(_ABOUT_ACCESS):
            return ()
        values = self._inputs[args.urn] = plain(args.props)
        return (Resource(urn=args.urn, type=args.resource_type, values=values, inputs=values),)

    def _resource(self, given: PolicyResource) -> Resource:
        """Read a resource with the inputs that were seen before: of a stack the engine shows outputs.

        In a preview these lack what AWS chooses, and everything where the provider isn't configured before the cluster
        is there.
        """
        needs = [
            given.parent,
            *given.dependencies,
            *(each for all_ in given.property_dependencies.values() for each in all_),
        ]
        outputs = plain(given.props)
        inputs = self._inputs.get(given.urn, outputs)
        return Resource(
            urn=given.urn,
            type=given.resource_type,
            values={**outputs, **inputs},
            inputs=inputs,
            provider=given.provider.urn if given.provider else "",
            parent=given.parent.urn if given.parent else "",
            custom=given.provider is not None,
            needs=tuple(dict.fromkeys(each.urn for each in needs if each)),
        )


class _Turn(threading.local):
    """The request at hand: the SDK asks policy after policy, each once, on the thread of the request.

    It decodes the resources anew for each of them, so nothing but the turn of a policy tells one request from the next.
    """

    def __init__(self) -> None:
        self._access = Access(())
        self._asked: set[str] = set()
        self._urns: tuple[str, ...] | None = None

    def of(self, policy: str, urns: tuple[str, ...], read: Callable[[], Sequence[Resource]]) -> Access:
        if policy in self._asked or urns != self._urns:
            self._asked, self._urns, self._access = set(), urns, Access(read())
        self._asked.add(policy)
        return self._access


def _place(path: str, places: Mapping[str, str]) -> str | None:
    """Find the resource: by its name, or by the one that it is a part of; else the cluster."""
    found = [name for name in places if path == name or path.startswith((f"{name} ", f"{name}:", f"{name}["))]
    return places[max(found, key=len)] if found else places.get("")


def plain(value: Any) -> Any:
    """Take off the SDK's wrapping, which raises on what is unknown; the reading knows unknowns by their signs."""
    if isinstance(value, Mapping):
        target = _target(value)
        return {key: plain(target[key]) for key in target}
    if isinstance(value, list) or type(value).__name__ == "_ListProxy":
        return [plain(each) for each in _target(value)]
    return value


def _target(value: Any) -> Any:
    return value["__target"] if type(value).__name__ in ("_DictProxy", "_ListProxy") else value
