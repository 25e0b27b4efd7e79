"""Sets of requests as boxes: exact to subtract, whatever the rules on the two sides are.

A rule allows each combination of its verbs, API groups, resources and names: a box. A side of a box is a finite set of
texts, or all texts but a finite set; so what one rule allows beyond others is again some boxes, and nothing has to be
tried out. What counts as covered is what `authz.rules.rule_allows` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ...authz.model import Request
from ...authz.rules import ALL, url_covers
from ...plan.model import RbacRule


@dataclass(frozen=True, slots=True)
class Texts:
    """A finite set of texts, or (`others`) every text that is not among them."""

    named: frozenset[str] = frozenset()
    others: bool = False

    def __contains__(self, text: str) -> bool:
        return (text in self.named) is not self.others

    def __bool__(self) -> bool:
        return self.others or bool(self.named)

    def __and__(self, other: Texts) -> Texts:
        match self.others, other.others:
            case False, False:
                return Texts(self.named & other.named)
            case True, True:
                return Texts(self.named | other.named, others=True)
            case False, True:
                return Texts(self.named - other.named)
        return Texts(other.named - self.named)

    def __sub__(self, other: Texts) -> Texts:
        return self & Texts(other.named, others=not other.others)

    def __or__(self, other: Texts) -> Texts:
        neither = Texts(self.named, others=not self.others) & Texts(other.named, others=not other.others)
        return Texts(neither.named, others=not neither.others)

    @property
    def everything(self) -> bool:
        """Whether no text is left out."""
        return self.others and not self.named


EVERY = Texts(others=True)


def only(*texts: str) -> Texts:
    """Return the set of these texts."""
    return Texts(frozenset(texts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Requests about resources: every combination of its five sides."""

    verbs: Texts = EVERY
    groups: Texts = EVERY
    resources: Texts = EVERY
    subresources: Texts = EVERY
    """The empty text is the resource itself."""
    names: Texts = EVERY
    """The empty text is a request that names no object."""

    def allows(self, request: Request) -> bool:
        """Tell whether a request is in it."""
        return (
            request.path is None
            and request.verb in self.verbs
            and request.api_group in self.groups
            and request.resource in self.resources
            and request.subresource in self.subresources
            and request.name in self.names
        )

    @property
    def sides(self) -> tuple[Texts, Texts, Texts, Texts, Texts]:
        """Verbs, groups, resources, subresources, names."""
        return self.verbs, self.groups, self.resources, self.subresources, self.names

    def minus(self, other: Box | Paths) -> list[Box]:
        """Return what is in it and not in another, as boxes that don't overlap."""
        if isinstance(other, Paths) or not all(
            mine & theirs for mine, theirs in zip(self.sides, other.sides, strict=True)
        ):
            return [self]
        rest, left = [], list(self.sides)
        for at, theirs in enumerate(other.sides):
            if outside := left[at] - theirs:
                rest.append(_box([*left[:at], outside, *left[at + 1 :]]))
            left[at] = left[at] & theirs
        return rest

    def meets(self, other: Box | Paths) -> bool:
        """Tell whether some request is in both."""
        return isinstance(other, Box) and all(
            mine & theirs for mine, theirs in zip(self.sides, other.sides, strict=True)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Requests on paths that are no resources."""

    verbs: Texts = EVERY
    pattern: str = ALL
    """As a rule has it: a path, or the beginning of one with a star at the end."""
    but: frozenset[str] = frozenset()
    """Patterns of paths that are left out."""

    def allows(self, request: Request) -> bool:
        """Tell whether a request is in it."""
        path = request.path
        if path is None or request.verb not in self.verbs or not url_covers(self.pattern, path):
            return False
        return not any(url_covers(pattern, path) for pattern in self.but)

    def minus(self, other: Box | Paths) -> list[Paths]:
        """Return what is in it and not in another, of which nothing may be left out: a rule never does."""
        if not self.meets(other):
            return [self]
        assert isinstance(other, Paths)
        rest = [replace(self, verbs=outside)] if (outside := self.verbs - other.verbs) else []
        if not _within(self.pattern, other.pattern):
            rest.append(replace(self, verbs=self.verbs & other.verbs, but=self.but | {other.pattern}))
        return rest

    def meets(self, other: Box | Paths) -> bool:
        """Tell whether some request is in both; of the other nothing may be left out."""
        if isinstance(other, Box) or not self.verbs & other.verbs:
            return False
        narrower = self.pattern if _within(self.pattern, other.pattern) else other.pattern
        return _within(narrower, self.pattern) and not any(_within(narrower, pattern) for pattern in self.but)


Part = Box | Paths
"""Some requests, all about resources or all on paths."""

EVERYTHING: tuple[Part, ...] = (Box(), Paths())
"""What `system:masters` may do."""


def _box(sides: list[Texts]) -> Box:
    verbs, groups, resources, subresources, names = sides
    return Box(verbs=verbs, groups=groups, resources=resources, subresources=subresources, names=names)


def _within(pattern: str, other: str) -> bool:
    """Tell whether every path of one pattern is one of the other; a pattern with a star stands for endlessly many."""
    if pattern.endswith(ALL):
        return other.endswith(ALL) and pattern.rstrip(ALL).startswith(other.rstrip(ALL))
    return url_covers(other, pattern)


def parts_of(rules: Iterable[RbacRule]) -> tuple[Part, ...]:
    """Return all that rules allow, rule by rule."""
    return tuple(part for rule in rules for part in _parts_of(rule))


def _parts_of(rule: RbacRule) -> Iterator[Part]:
    verbs = _texts(rule.verbs)
    groups = _texts(rule.api_groups)
    names = only(*rule.resource_names) if rule.resource_names else EVERY
    if verbs and groups:
        for resources, subresources in _resources(rule.resources):
            yield Box(verbs=verbs, groups=groups, resources=resources, subresources=subresources, names=names)
    for url in rule.non_resource_urls if verbs else ():
        yield Paths(verbs=verbs, pattern=url)


def _texts(listed: Iterable[str]) -> Texts:
    found = frozenset(listed)
    return EVERY if ALL in found else Texts(found)


def _resources(listed: Iterable[str]) -> Iterator[tuple[Texts, Texts]]:
    """Group what a rule lists by subresource; ``pods`` is no subresource, ``*`` all, ``*/log`` that of every one."""
    by_subresource: dict[str, set[str]] = {}
    for text in listed:
        if text == ALL:
            yield EVERY, EVERY
            return
        resource, _, subresource = text.partition("/")
        by_subresource.setdefault(subresource, set()).add(resource if subresource else text)
    for subresource, resources in by_subresource.items():
        every = ALL in resources and subresource
        yield EVERY if every else Texts(frozenset(resources)), only(subresource)


def subtract(parts: Iterable[Part], others: Iterable[Part]) -> tuple[Part, ...]:
    """Return what is in one set of requests and not in another."""
    left: list[Part] = list(parts)
    for other in others:
        if not left:
            break
        left = [rest for part in left for rest in part.minus(other)]
    return tuple(left)


def joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Put together what differs on one side only, so that few parts are left to read, in the order of first use."""
    left = tuple(dict.fromkeys(parts))
    while True:
        before = len(left)
        for side in range(len(Box().sides)):
            left = _joined_on(left, side)
        if len(left) == before:
            return left


def _joined_on(parts: tuple[Part, ...], side: int) -> tuple[Part, ...]:
    found: dict[tuple[object, ...], Part] = {}
    for part in parts:
        if isinstance(part, Paths):
            key: tuple[object, ...] = (part.pattern, part.but)
            other = found.get(key)
            found[key] = replace(part, verbs=part.verbs | other.verbs) if isinstance(other, Paths) else part
        else:
            sides = list(part.sides)
            key = (*sides[:side], None, *sides[side + 1 :])
            if isinstance(other := found.get(key), Box):
                sides[side] |= other.sides[side]
                found[key] = _box(sides)
            else:
                found[key] = part
    return tuple(found.values())
