"""What the reference rules share: a finding, the declared names, and the two rules that every list of names has."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ...errors import Problem
from ..models import Declaration
from ..nodes import Location, render

BUILTIN_ROLES = ("admin", "edit", "view", "cluster-admin")
"""ClusterRoles for users that every API server makes."""
_MOST_SLIPS = 3
_MOST_COMPARED = 1000
EXISTING_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
"""Namespaces that every cluster has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that is broken at a location of the declaration."""

    at: Location
    rule: str
    fix: str
    value: str | None = None
    check: str | None = None
    """Id in the catalogue of checks, where the rule has one."""

    def problem(self) -> Problem:
        """Return it as a problem that knows of no file."""
        return Problem(path=render(self.at), value=self.value, rule=self.rule, fix=self.fix, check=self.check)


@dataclass(frozen=True, slots=True)
class Names:
    """Names that may be referred to."""

    section: str
    """Where they are declared, for the remedy."""
    listed: frozenset[str]
    open: bool = False
    """The section can't be read: any name may be in it."""

    def __contains__(self, name: str) -> bool:
        return self.open or name in self.listed

    def plus(self, name: str) -> Names:
        """Return these names and one more."""
        return Names(self.section, self.listed | {name}, self.open)


@dataclass(frozen=True, slots=True)
class Known:
    """All names that are declared, those of broken pieces too: an error of form must not look like a missing name."""

    people: Names
    teams: Names
    roles: Names
    namespaces: Names
    cluster: bool

    @classmethod
    def of(cls, declaration: Declaration, broken: Iterable[Location] = ()) -> Known:
        """Collect the names of `declaration` and of the pieces that were left out of it."""
        names = {
            "people": Names("people", frozenset(declaration.people)),
            "teams": Names("teams", frozenset(declaration.teams)),
            "roles": Names("roles", frozenset({*declaration.roles, *BUILTIN_ROLES, *declaration.external_roles})),
            "namespaces": Names("namespaces", frozenset({*declaration.namespaces, *EXISTING_NAMESPACES})),
        }
        cluster = declaration.cluster is not None
        for piece in broken:
            section = "roles" if piece[:1] == ("externalRoles",) else str(piece[0]) if piece else ""
            cluster = cluster or section == "cluster"
            if section not in names:
                continue
            name = piece[1] if len(piece) > 1 else None
            known = names[section]
            names[section] = known.plus(name) if isinstance(name, str) else Names(section, known.listed, open=True)
        return cls(**names, cluster=cluster)


def unknown(kind: str, name: str, names: Names, at: Location, check: str | None = None) -> Iterator[Finding]:
    """Refuse a name that nothing declares."""
    if name in names:
        return
    close = _nearest(name, names.listed)
    hint = (
        f"did you mean `{close}`?"
        if close
        else f"declare it under `{names.section}:`; declared are: {_some(names.listed)}"
    )
    yield Finding(at=at, value=name, rule=f"the {kind} `{name}` is not declared", fix=hint, check=check)


@lru_cache(maxsize=8)
def _some(listed: frozenset[str]) -> str:
    names = sorted(listed)
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if names[10:] else "") or "none so far"


@lru_cache(maxsize=1024)
def _nearest(name: str, listed: frozenset[str]) -> str | None:
    """Return the name that was probably meant.

    Comparing is slow, so only names of about its length are tried, and of very long lists only other spellings of it.
    """
    if len(listed) > _MOST_COMPARED:
        return min((known for known in listed if known.lower() == name.lower()), default=None)
    folded = {known.lower(): known for known in sorted(listed) if abs(len(known) - len(name)) <= _MOST_SLIPS}
    close = difflib.get_close_matches(name.lower(), folded, n=1)
    return folded[close[0]] if close else None


def duplicates(values: Sequence[str], at: Location) -> Iterator[Finding]:
    """Refuse the second mention of a value in a list: whoever removes one of the two would miss the other."""
    seen: dict[str, int] = {}
    for index, value in enumerate(values):
        if value in seen:
            rule = f"`{value}` is in this list already, at position {seen[value] + 1}"
            yield Finding(at=(*at, index), value=value, rule=rule, fix="remove one of the two")
        seen.setdefault(value, index)
