"""A diff as the few things that are read first: who changes, with escalations on top, and what stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .marks import Mark
from .model import WITHOUT_EFFECT, AccessDiff, Change, FactKind, SubjectKind
from .words import fact_words, right_words, shown_rights, subject_words

_MOST_NAMED = 8
_PLURALS = {
    SubjectKind.PERSON: "people",
    SubjectKind.PRINCIPAL: "principals",
    SubjectKind.NODE: "node roles",
    SubjectKind.SERVICE_ACCOUNT: "service accounts",
    SubjectKind.USER: "users",
    SubjectKind.GROUP: "groups",
    SubjectKind.ACCOUNT: "accounts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said of one change."""

    who: str
    marks: tuple[str, ...] = ()
    """Why somebody should look twice; empty where nobody needs to."""
    facts: tuple[str, ...] = ()
    """``can enter now``, ``becomes cluster admin``."""
    gains: tuple[str, ...] = ()
    loses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """What is only called otherwise."""


def told(change: Change) -> Told:
    """Say one change."""
    gains, loses = (shown_rights(change, rights) for rights in (change.gains, change.loses))
    return Told(
        who=subject_words(change.kind, change.name),
        marks=escalations(change),
        facts=tuple(fact_words(f, change.kind) for f in change.facts if f.kind not in WITHOUT_EFFECT),
        gains=tuple(map(right_words, gains)),
        loses=tuple(right_words(right, lost=True) for right in loses),
        names=tuple(fact_words(f, change.kind) for f in change.facts if f.kind in WITHOUT_EFFECT),
    )


def escalations(change: Change) -> tuple[str, ...]:
    """List what is gained that leads to more; what everybody who is logged in has counts once, for all of them."""
    gains = shown_rights(change, change.gains)
    found = {mark for right in gains for mark in right.marks}
    admin = change.fact(FactKind.ADMIN)
    if admin is not None and admin.new == ("yes",):
        found.add(Mark.ADMIN)
    if Mark.ADMIN in found:
        found = {Mark.ADMIN}  # it is all of them
    glass = change.fact(FactKind.BREAK_GLASS)
    more = [str(FactKind.BREAK_GLASS)] if glass is not None and glass.new == ("yes",) else []
    more += ["not known"] if any(right.unknown for right in gains) else []
    return (*(str(mark) for mark in Mark if mark in found), *more)


def ordered(diff: AccessDiff) -> tuple[Change, ...]:
    """List the changes with effect, escalations first; Kubernetes's own components are left to `components_of`."""
    changes = [change for change in diff.effective if not is_component(change)]
    return tuple(sorted(changes, key=lambda change: not escalations(change)))


def components_of(diff: AccessDiff) -> tuple[Change, ...]:
    """List the changes of what is a part of Kubernetes: another version of it brings some."""
    return tuple(change for change in diff.effective if is_component(change))


def is_component(change: Change) -> bool:
    """Tell a part of Kubernetes, bound by Kubernetes itself."""
    named = change.kind is SubjectKind.USER and change.name.startswith("system:kube-")
    named = named or (change.kind is SubjectKind.SERVICE_ACCOUNT and change.name.startswith("kube-system/"))
    rights = (*change.gains, *change.loses)
    return named and all(each.by.startswith("role system:") for right in rights for each in right.through)


def remarks(diff: AccessDiff) -> Iterator[str]:
    """Say what stays as it is, where somebody would want to know: admins and nodes."""
    if not any((fact := change.fact(FactKind.ADMIN)) and fact.new == ("no",) for change in diff.changes):
        yield "nobody loses cluster admin"
    names = [name for kind, name in diff.unchanged if kind is SubjectKind.NODE]
    if names:
        rest = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        yield f"node role{'s' if len(names) > 1 else ''} {', '.join(names[:_MOST_NAMED])}{rest} unchanged"
    if components := components_of(diff):
        yield f"{len(components)} of Kubernetes's own components change with it"


def headline(diff: AccessDiff) -> str:
    """Count it: ``rights of 2 people, 1 node role change``."""
    changes = ordered(diff)
    if diff.empty or not changes:
        return "no effective change" if diff.empty else "only Kubernetes's own components change"
    parts = []
    for kind in SubjectKind:
        mine = [change for change in changes if change.kind is kind]
        if mine:
            parts.append(f"{len(mine)} {kind if len(mine) == 1 else _PLURALS[kind]}")
    found = sum(1 for change in changes if escalations(change))
    more = f", {found} to look at twice" if found else ""
    return f"rights of {', '.join(parts)} change{more}"


def summary_lines(diff: AccessDiff, most: int = 20) -> Iterator[str]:
    """Say a diff in a few lines, for a log; beyond `most` people it is counted."""
    yield headline(diff)
    changes = ordered(diff)
    for change in changes[:most]:
        said = told(change)
        mark = f" [{', '.join(said.marks)}]" if said.marks else ""
        parts = [*said.facts]
        parts += [f"gains: {'; '.join(said.gains)}"] if said.gains else []
        parts += [f"loses: {'; '.join(said.loses)}"] if said.loses else []
        yield f"{said.who}{mark}: {'; '.join(parts)}"
    if len(changes) > most:
        yield f"and {len(changes) - most} more"
    yield from map(str, diff.sessions)
    if not diff.empty:
        yield "; ".join(remarks(diff))
