"""Changes in sentences. The exact sets stay in the `Right`s; what is read is folded and bounded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ...authz.resources import VERBS
from .boxes import EVERY, Box, Part, Paths, Texts, joined, subtract
from .marks import marks_of
from .model import Change, Fact, FactKind, Place, Right, SubjectKind, Through
from .regions import Region
from .things import MOST_LISTED, listed, names_words, things_words

READ, WRITE = "read", "write"
"""Get, list and watch; create, update, patch, delete and deletecollection: all of them, else each is named."""
_OURS = "role eks-access:"
"""How declared roles begin in the cluster; people know them without it."""
_BEFORE, _KEPT = ", as far as it wasn't so before", ", as far as it isn't kept"
_ORDER = {verb: at for at, verb in enumerate(VERBS)}
_NOBODYS = {
    SubjectKind.PERSON: "",
    SubjectKind.PRINCIPAL: "",
    SubjectKind.NODE: "node role ",
    SubjectKind.SERVICE_ACCOUNT: "service account ",
    SubjectKind.USER: "user ",
    SubjectKind.GROUP: "group ",
    SubjectKind.ACCOUNT: "everybody of account ",
}
_FLAGS = {
    (FactKind.ENTERS, True): "can enter now",
    (FactKind.ENTERS, False): "can no longer enter",
    (FactKind.ADMIN, True): "becomes cluster admin",
    (FactKind.ADMIN, False): "is no longer cluster admin",
    (FactKind.BREAK_GLASS, True): "may use break-glass now",
    (FactKind.BREAK_GLASS, False): "may no longer use break-glass",
}
_CHANGED = {
    FactKind.PRINCIPAL: "is another principal",
    FactKind.NODE_NAME: "nodes get another user name",
    FactKind.CALLED: "is called otherwise",
    FactKind.WAYS: "enters by another way",
    FactKind.USERNAMES: "has another user name",
    FactKind.GROUPS: "has other groups",
}
_EVERYBODY = {
    "system:authenticated": "everybody who is logged in",
    "system:unauthenticated": "everybody, without login",
}


def subject_words(kind: SubjectKind, name: str) -> str:
    """Name somebody: ``hanako``, ``node role general``, ``everybody who is logged in (group system:authenticated)``."""
    words = f"{_NOBODYS[kind]}{name}"
    return f"{_EVERYBODY[name]} ({words})" if kind is SubjectKind.GROUP and name in _EVERYBODY else words


def fact_words(fact: Fact, kind: SubjectKind) -> str:
    """Say a fact, such as ``can enter now``."""
    if fact.kind is FactKind.ENTERS and kind is SubjectKind.NODE:
        return "can join now" if fact.new == ("yes",) else "can no longer join"
    if (fact.kind, True) in _FLAGS:
        return _FLAGS[fact.kind, fact.new == ("yes",)]
    if fact.kind is FactKind.MFA:
        return "MFA is asked now" if fact.new == ("needed",) else "MFA is no longer asked"
    if fact.kind is FactKind.CHANCE:
        whom = " or ".join(fact.new or fact.old)
        return f"chance decides who they are: {whom}" if fact.new else f"chance no longer decides: it was {whom}"
    return f"{_CHANGED[fact.kind]}: {listed(fact.old) or 'none'} → {listed(fact.new) or 'none'}"


def right_words(right: Right, *, lost: bool = False) -> str:
    """Say a right whole: what, where, through what.

    Args:
        right: what is gained, or lost.
        lost: it is lost.
    """
    through = through_words(right.through)
    parts = (what_words(right, lost=lost), where_words(right), f"({through})" if through else "")
    return " ".join(part for part in parts if part)


def what_words(right: Right, *, lost: bool = False) -> str:
    """Say what may be done: ``delete pods; get secrets``. Of a long list that which leads to more, and a few others."""
    if right.unknown:
        return f"what can't be told: {right.unknown}"
    if right.as_node:
        return "what kubelets do"
    said = list(_statements(right.parts, _KEPT if lost else _BEFORE, inside=not right.everywhere))
    if len(said) > MOST_LISTED:
        marked = [words for words, is_marked in said if is_marked][:MOST_LISTED]
        few = [words for words, is_marked in said if not is_marked][: max(1, MOST_LISTED // 2 - len(marked))]
        return "; ".join([*marked, *few, f"and {len(said) - len(marked) - len(few)} more"])
    return "; ".join(words for words, _ in said)


def _statements(parts: Iterable[Part], partly: str, *, inside: bool) -> Iterator[tuple[str, bool]]:
    """Say parts one by one, those to look at twice first and marked so.

    What is left of a star once something is taken away is a heap of exceptions; it is said as the star, with words
    that it is not all of it.
    """
    widened = [(_widened(part), part) for part in parts]
    whole = joined(wide for wide, _ in widened)
    shown = [each for each in whole if not any(other != each and _within(each, other) for other in whole)]
    marked = [(each, bool(marks_of([each]))) for each in shown]
    for each, is_marked in sorted(marked, key=lambda pair: not pair[1]):
        is_part = any(wide != part and _within(wide, each) for wide, part in widened)
        yield _part_words(each, inside=inside) + (partly if is_part else ""), is_marked


def where_words(right: Right) -> str:
    """Say where: ``in payments``, ``in the whole cluster but payments``."""
    if not right.everywhere:
        return f"in {_places(right.places)}"
    if all(isinstance(part, Paths) for part in right.parts) and right.parts:
        return ""
    return "in the whole cluster" + (f" but {_places(right.apart)}" if right.apart else "")


def through_words(through: Sequence[Through]) -> str:
    """Say through what: ``through team payments, role releaser``."""
    ways: dict[str, list[str]] = {}
    for each in through:
        ways.setdefault(each.via, []).append(each.by.replace(_OURS, "role ", 1))
    said = []
    for via, roles in ways.items():
        way = {"": "", "direct": "directly", "node": "", "creator": "as the creator"}.get(via, f"through {via}")
        said.append(", ".join(part for part in (way, listed(sorted(set(roles)))) if part))
    return "; ".join(said)


def shown_rights(change: Change, rights: Sequence[Right]) -> list[Right]:
    """Choose what is read of somebody's rights, those to look at twice first.

    What everybody who is logged in has is told once, of the group; paths go without saying beside everything else; and
    where somebody had a part of it before, that place is not told apart.
    """
    told = [right for right in rights if not right.everybodys] if change.kind is not SubjectKind.GROUP else [*rights]
    shown: list[Right] = []
    for right in sorted(told, key=lambda right: (not right.everywhere, not (right.marks or right.unknown))):
        for at, other in enumerate(shown):
            if _says(other, right):
                apart = tuple(place for place in other.apart if place not in right.places)
                shown[at] = replace(other, apart=apart)
                break
        else:
            shown.append(right)
    return sorted(shown, key=lambda right: not (right.marks or right.unknown))


def _says(other: Right, right: Right) -> bool:
    """Tell whether another right, told whole, says one as well."""
    if right.as_node and other.as_node:
        return True
    if not right.parts or not other.parts or set(other.through) != set(right.through):
        return False
    if all(isinstance(part, Paths) for part in right.parts):
        return any(_widened(part) == Box() for part in other.parts)
    wide = [_widened(part) for part in other.parts]
    return set(right.places) <= {*other.places, *other.apart} and not subtract(right.parts, wide)


def _places(places: Iterable[Place]) -> str:
    return listed([f"namespaces {each.label}" if isinstance(each, Region) else each for each in places], "namespaces")


def _part_words(part: Part, *, inside: bool) -> str:
    if isinstance(part, Paths):
        path = "every path" if part.pattern == "*" else part.pattern
        but = f" but {listed(sorted(part.but))}" if part.but else ""
        return f"{_verbs(part.verbs)}{path}{but}" if not part.verbs.everything else f"everything on {path}{but}"
    if part == Box():
        return "everything"
    verbs = "everything with " if part.verbs.everything else _verbs(part.verbs)
    return f"{verbs}{things_words(part, inside=inside)}{names_words(part.names)}"


def _verbs(verbs: Texts) -> str:
    named = set(verbs.named)
    short = [(word, of) for word, of in ((READ, VERBS[:3]), (WRITE, VERBS[3:])) if named >= set(of)]
    rest = named - {verb for _, of in short for verb in of}
    words = [word for word, _ in short] + sorted(rest, key=lambda verb: (_ORDER.get(verb, len(_ORDER)), verb))
    said = listed(words, most=len(VERBS))
    return f"everything but {said} on " if verbs.others else f"{said} "


def _widened(part: Part) -> Part:
    if isinstance(part, Paths):
        return replace(part, but=frozenset(), verbs=EVERY if part.verbs.others else part.verbs)
    verbs, groups, resources, subresources, names = (EVERY if side.others else side for side in part.sides)
    return Box(verbs=verbs, groups=groups, resources=resources, subresources=subresources, names=names)


def _within(part: Part, other: Part) -> bool:
    return not part.minus(other)
