"""What is another on the two sides beside rights: who enters, by which ways, as what principal, under which names."""

from __future__ import annotations

from collections.abc import Iterator

from ...authz.model import AUTHENTICATED
from ...iam.arns import identity as same_principal
from ..answers import Asker
from .model import Fact, FactKind, SubjectKind
from .subjects import Subject

BREAK_GLASS = "break-glass"
YES, NO = ("yes",), ("no",)


def facts_of(kind: SubjectKind, old: Subject | None, new: Subject | None) -> Iterator[Fact]:
    """List what is another, apart from rights; MFA and cluster admin follow from rights and are told elsewhere."""
    pairs = [
        (FactKind.ENTERS, _enters(kind, old), _enters(kind, new)),
        (FactKind.BREAK_GLASS, _break_glass(old), _break_glass(new)),
        (FactKind.CHANCE, _chance(old), _chance(new)),
    ]
    if old and new:
        pairs.append((FactKind.CALLED, (old.name,), (new.name,)))
        if all(_own(each) for each in (old, new)) and _keys(_own(old)) != _keys(_own(new)):
            pairs.append((FactKind.PRINCIPAL, _own(old), _own(new)))
        if old.usable and new.usable:
            name = FactKind.NODE_NAME if kind is SubjectKind.NODE else FactKind.USERNAMES
            pairs += [
                (FactKind.WAYS, _ways(old), _ways(new)),
                (name, _usernames(old), _usernames(new)),
                (FactKind.GROUPS, _groups(old), _groups(new)),
            ]
    for which, before, after in pairs:
        if before != after:
            yield Fact(kind=which, old=before, new=after)


def described(way: Asker) -> str:
    """Name a way in, with the MFA that it takes."""
    assert way.way is not None
    return f"{way.way.via} (MFA)" if way.way.mfa else way.way.via


def _enters(kind: SubjectKind, subject: Subject | None) -> tuple[str, ...]:
    if kind in (SubjectKind.SERVICE_ACCOUNT, SubjectKind.USER, SubjectKind.GROUP):
        return ()
    if kind is SubjectKind.ACCOUNT:
        return YES if subject else NO
    return YES if subject and subject.usable else NO


def _break_glass(subject: Subject | None) -> tuple[str, ...]:
    there = subject is not None and any(way.way and way.way.via == BREAK_GLASS for way in subject.usable)
    return YES if there else NO


def _chance(subject: Subject | None) -> tuple[str, ...]:
    """Tell between whom chance decides."""
    if subject is None:
        return ()
    found = set()
    for way in subject.usable:
        known = way.authentication
        if known.ambiguous:
            found |= {f"{each.username} ({', '.join(_ours(each.groups))})" for each in known.alternatives}
            found |= {"Unauthorized"} if known.refusal is not None else set()
    return tuple(sorted(found))


def _own(subject: Subject) -> tuple[str, ...]:
    arns = (way.way.own_arn for way in subject.ways if way.way and way.way.own_arn)
    return tuple(sorted({same_principal(arn): arn for arn in sorted(arns)}.values()))


def _keys(arns: tuple[str, ...]) -> list[str]:
    return [same_principal(arn) for arn in arns]


def _ways(subject: Subject) -> tuple[str, ...]:
    return tuple(sorted({described(way) for way in subject.usable}))


def _usernames(subject: Subject) -> tuple[str, ...]:
    return tuple(sorted({each.username for each, _ in subject.identities}))


def _groups(subject: Subject) -> tuple[str, ...]:
    return tuple(sorted({group for each, _ in subject.identities for group in _ours(each.groups)}))


def _ours(groups: tuple[str, ...]) -> list[str]:
    return [group for group in groups if group != AUTHENTICATED]
