"""Which namespaces there can be, as far as access policies' patterns tell them apart.

A pattern such as ``payments-*`` reaches namespaces that nobody has made yet, and several patterns overlap. Walking all
patterns at once, letter by letter, finds every combination of them that some name can match.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ...authz.access_policies import matches_pattern

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_LONGEST = 63
"""Letters of a namespace's name (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/)."""
_Places = frozenset[int]
"""Where in a pattern one can be after some letters."""
_MOST_STEPS = 5_000
"""Of one walk. Patterns of people need some hundreds; who needs more is told that the walk was cut."""


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """Namespaces that match some of the patterns and not the others."""

    matching: tuple[str, ...]
    others: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Say which: ``like payments-*``."""
        but = f" but not like {' or '.join(self.others)}" if self.others else ""
        return f"like {' and '.join(self.matching)}{but}"

    def __contains__(self, namespace: str) -> bool:
        return all(matches_pattern(namespace, pattern) for pattern in self.matching) and not any(
            matches_pattern(namespace, pattern) for pattern in self.others
        )


@dataclass(frozen=True, slots=True)
class Regions:
    """What a walk found."""

    named: Mapping[Region, str]
    """Region → a namespace in it."""
    complete: bool
    """False where the walk was cut, so that there can be regions that it didn't reach."""


@lru_cache(maxsize=1024)
def regions_of(patterns: tuple[str, ...]) -> Regions:
    """Find every region that can have a namespace in it; what matches nothing is none.

    Args:
        patterns: of access policies' scopes, each with a star.
    """
    walked = sorted(set(patterns))
    written = sorted({letter for pattern in walked for letter in pattern if letter in f"{_LETTERS}-"})
    unwritten = [letter for letter in _LETTERS if letter not in written][:1]
    start = tuple(_skipped(pattern, frozenset([0])) for pattern in walked)
    seen: dict[tuple[bool, tuple[_Places, ...]], str] = {(False, start): ""}  # a name never ends with a hyphen
    waiting = deque(seen)
    found: dict[Region, str] = {}
    while waiting and len(seen) < _MOST_STEPS:
        state = waiting.popleft()
        (whole, at), name = state, seen[state]
        if whole and (region := _region(walked, at)).matching:
            found.setdefault(region, name)
        for letter in (*unwritten, *written) if len(name) < _LONGEST else ():
            if letter == "-" and not name:
                continue
            places = tuple(_stepped(*each, letter) for each in zip(walked, at, strict=True))
            to = (letter != "-", places)
            if to not in seen and any(places):
                seen[to] = name + letter
                waiting.append(to)
    if waiting:
        _add_plainest(found, walked, filler=(unwritten or ["x"])[0])
    return Regions(found, complete=not waiting)


def _add_plainest(found: dict[Region, str], patterns: Sequence[str], filler: str) -> None:
    """Add the region of each pattern's plainest name, so that none is left out whole: a walk goes by length."""
    for pattern in patterns:
        name = pattern.replace("*", filler)
        matching = tuple(each for each in patterns if matches_pattern(name, each))
        found.setdefault(Region(matching, tuple(each for each in patterns if each not in matching)), name)


def _stepped(pattern: str, places: _Places, letter: str) -> _Places:
    """Read a letter: a star stays where it is, any other letter must be the pattern's own."""
    after = set()
    for place in places:
        if place < len(pattern):
            if pattern[place] == "*":
                after.add(place)
            elif pattern[place] == letter:
                after.add(place + 1)
    return _skipped(pattern, frozenset(after))


def _skipped(pattern: str, places: _Places) -> _Places:
    """Go past stars, which may stand for nothing."""
    after = set(places)
    for place in places:
        while place < len(pattern) and pattern[place] == "*":
            place += 1
            after.add(place)
    return frozenset(after)


def _region(patterns: Sequence[str], at: Sequence[_Places]) -> Region:
    ended = [len(pattern) in places for pattern, places in zip(patterns, at, strict=True)]
    return Region(
        matching=tuple(pattern for pattern, end in zip(patterns, ended, strict=True) if end),
        others=tuple(pattern for pattern, end in zip(patterns, ended, strict=True) if not end),
    )
