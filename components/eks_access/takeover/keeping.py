"""What is in aws-auth and among the access entries → what a declaration keeps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..authn.access_entries import AccessEntry
from ..authn.aws_auth_reading import AwsAuth, MappingLine, parse_aws_auth
from ..authn.salvage import salvage
from ..migration.lines import Home, fates
from ..migration.model import Fate, LineFate
from ..migration.planning import home_of
from ..migration.surroundings import Surroundings
from ..plan.model import EntryType
from ..review.state import AccessState
from .model import Kept

_NO_EFFECT = (Fate.SHADOWED, Fate.DEAD)


def keep(state: AccessState, known: Surroundings) -> Kept:
    """Sort out what counts: a line that gives nobody anything is left out, one that can't be read is handed back."""
    entries = tuple(_entry(each) for each in state.entries) if state.mode.uses_entries else ()
    if not state.mode.uses_aws_auth or not state.aws_auth:
        return Kept(entries=entries)
    read = parse_aws_auth(state.aws_auth)
    home = home_of(state, known)
    known.learn_from(state.entries)
    sound = fates(read, home, known)
    lines = [each.line for each in sound if each.fate not in _NO_EFFECT]
    salvaged, decisions = _salvaged(state.aws_auth, read, home, known)
    lines += salvaged
    chance = [each for each in sound if each.fate is Fate.STUCK and "chance" in each.why]
    kept = [line for line in lines if all(line is not each.line for each in chance)]
    return Kept(
        roles=tuple(_line(line, "rolearn") for line in kept if line.section == "mapRoles"),
        users=tuple(_line(line, "userarn") for line in kept if line.section == "mapUsers"),
        entries=entries,
        left_out=tuple(_left_out(sound, read)),
        decisions=(*decisions, *_chance(chance), *_accounts(read)),
    )


def _line(line: MappingLine, key: str) -> dict[str, Any]:
    return {key: line.arn, "username": line.username, "groups": list(line.groups)}


def _entry(entry: AccessEntry) -> dict[str, Any]:
    found: dict[str, Any] = {"principalArn": entry.principal_arn, "type": str(entry.type)}
    if entry.type is EntryType.STANDARD:
        found |= {"username": entry.username} if entry.username else {}
        found |= {"groups": list(entry.groups)} if entry.groups else {}
    policies = [
        {"policy": scope.policy, **({"namespaces": list(scope.namespaces)} if scope.namespaces else {})}
        for scope in entry.policies
    ]
    return {**found, **({"policies": policies} if policies else {})}


def _left_out(sound: Sequence[LineFate], read: AwsAuth) -> Iterator[str]:
    for each in sound:
        if each.fate in _NO_EFFECT:
            yield f"{each.place} {each.line.arn}: {each.fate}, {each.why}"
    for loss in read.losses:
        if loss.index is not None:
            yield f"{loss.section}[{loss.index}]: {loss.said}"


def _salvaged(data: object, read: AwsAuth, home: Home, known: Surroundings) -> tuple[list[MappingLine], list[str]]:
    """Read a broken section item by item; nobody in it is let in today, which is for a human to put right."""
    lines: list[MappingLine] = []
    decisions: list[str] = []
    assert isinstance(data, dict)
    for loss in read.faults:
        if loss.index is not None:
            continue
        if loss.section not in ("mapRoles", "mapUsers"):
            decisions.append(f"aws-auth {loss.section} is broken ({loss.said}): repair or remove it")
            continue
        found = salvage(data[loss.section], loss.section)
        read_again = AwsAuth(roles=found.lines) if loss.section == "mapRoles" else AwsAuth(users=found.lines)
        lines += [each.line for each in fates(read_again, home, known) if each.fate not in _NO_EFFECT]
        decisions.append(
            f"aws-auth {loss.section} is broken ({loss.said}), so nobody in it is let in today: {len(found.lines)} of "
            "its lines could be read and are under `keep`; write them into aws-auth, or take them out of `keep`"
        )
        decisions += [f"line {part.line} of {loss.section} says nothing: {part.text}" for part in found.unreadable]
    return lines, decisions


def _chance(chance: Sequence[LineFate]) -> Iterator[str]:
    for each in chance:
        why, _, fix = each.why.partition("\n")
        yield f"{each.place} {each.line.arn} is not kept: {why}; {fix}, then adopt again"


def _accounts(read: AwsAuth) -> Iterator[str]:
    for account in read.accounts:
        yield (
            f"mapAccounts lets in everybody of account {account}, without a group; a declaration names who enters, so "
            "it is not kept: give those who come a line, and take the account out"
        )
