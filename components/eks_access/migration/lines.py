"""Which line of aws-auth counts for whom, and what becomes of each.

Source: aws-iam-authenticator pkg/mapper/configmap (the last of two role lines counts, roles come before users, no path
is stripped), pkg/arn (what a session is looked up by).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..authn.access_entries import AccessEntry
from ..authn.aws_auth_reading import AwsAuth, AwsAuthMapper, MappingLine
from ..authn.unmatched import plain_arn, why_nobody
from ..authz.model import RoleBinding
from ..iam.sso import SSO_PATH
from .model import Fate, LineFate
from .surroundings import Surroundings, key_of
from .translating import StuckError, Translation, translate

_SERVICE_LINKED, _SSO = "awsservicerolefor", "awsreservedsso_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where the cluster is, and what it has beside aws-auth."""

    account: str
    partition: str
    entries: tuple[AccessEntry, ...]
    creator_arn: str | None
    bindings: tuple[RoleBinding, ...] | None
    """None where only those are known that every cluster has."""
    entries_come: bool
    """Whether the step that makes EKS's own entries is still ahead."""


def fates(aws_auth: AwsAuth, home: Home, known: Surroundings) -> tuple[LineFate, ...]:
    """Say of each line what becomes of it, in the order in which they are written."""
    mapper = AwsAuthMapper(aws_auth)
    return tuple(_fate(line, mapper, home, known) for line in (*aws_auth.roles, *aws_auth.users))


def arn_in_full(line: MappingLine, known: Surroundings) -> str | None:
    """Return the ARN of the line's principal as IAM spells it, with its path; None where that isn't known."""
    plain = plain_arn(line.arn)
    if full := known.full_arn(plain):
        return full
    # a user's path is in its line already; how IAM spells the name may still differ in case
    return re.sub(r"^[^/]*", lambda head: head[0].lower(), line.arn) if ":user/" in plain else None


def _fate(line: MappingLine, mapper: AwsAuthMapper, home: Home, known: Surroundings) -> LineFate:
    if why := _never_matched(line, home, known):
        return LineFate(line=line, fate=Fate.DEAD, why=why)
    found = mapper.find(line.arn)
    if line not in found:
        return LineFate(line=line, fate=Fate.SHADOWED, why=_shadow(line, found))
    try:
        if len(found) > 1:
            others = " and ".join(f"{each.section}[{each.index}]" for each in found)
            why = f"{others} are two spellings of one ARN, and which one counts is chance"
            raise StuckError(why, "remove all but one of them from aws-auth first")
        return _counting(line, home, known)
    except StuckError as stuck:
        return LineFate(line=line, fate=Fate.STUCK, why=f"{stuck.why}\n{stuck.fix}")


def _shadow(line: MappingLine, found: tuple[MappingLine, ...]) -> str:
    by = " and ".join(f"{each.section}[{each.index}]" for each in found)
    if found and found[0].section != line.section:
        return f"{by} is looked at first"
    return f"{by} comes later and counts, nothing is merged"


def _counting(line: MappingLine, home: Home, known: Surroundings) -> LineFate:
    """Say what becomes of the line that counts for its principal."""
    arn = _principal(line, known)
    if home.creator_arn and key_of(home.creator_arn) == key_of(arn):
        return LineFate(line=line, fate=Fate.OVERRIDDEN, why="EKS lets the creator in by itself")
    if any(entry.principal_arn.lower() == arn.lower() for entry in home.entries):
        return LineFate(line=line, fate=Fate.OVERRIDDEN, why=f"{arn} has an access entry already")
    eks_type = known.eks_nodes.get(key_of(arn))
    try:
        made = translate(line, arn, home.bindings, node_type=known.node_type(arn), home=home.account)
    except StuckError as stuck:
        if eks_type is None or not home.entries_come:
            raise
        why = f"EKS makes an entry of type {eks_type} for this role, which then counts instead, and {stuck.why}"
        return LineFate(line=line, fate=Fate.STUCK, why=f"{why}\n{stuck.fix}", entry=_by_eks(arn, known))
    if eks_type is not None and home.entries_come and made.entry.type is not eks_type:
        why = f"EKS makes an entry of type {eks_type} for this role, which then counts instead of the line"
        fix = "give the people who come by it a role of their own"
        return LineFate(line=line, fate=Fate.STUCK, why=f"{why}\n{fix}", entry=_by_eks(arn, known))
    return _translated(line, made, Fate.BY_EKS if eks_type is not None and home.entries_come else Fate.ENTRY)


def _translated(line: MappingLine, made: Translation, fate: Fate) -> LineFate:
    return LineFate(
        line=line,
        fate=fate,
        entry=made.entry,
        bindings=made.bindings,
        differences=made.differences,
        left_out=made.left_out,
    )


def _by_eks(arn: str, known: Surroundings) -> AccessEntry:
    type_ = known.eks_nodes[key_of(arn)]
    return AccessEntry(key=arn, principal_arn=arn, type=type_, username=None, groups=(), policies=(), made_by_eks=True)


def entries_by_eks(known: Surroundings, entries: tuple[AccessEntry, ...]) -> Iterator[AccessEntry]:
    """List what EKS makes at the step that brings entries: for its node groups' roles that have none."""
    there = {key_of(entry.principal_arn) for entry in entries}
    for key in known.eks_nodes:
        if key not in there:
            yield _by_eks(known.principals[key], known)


def _principal(line: MappingLine, known: Surroundings) -> str:
    plain = plain_arn(line.arn)
    if plain.endswith(":root"):
        raise StuckError("EKS takes an entry for root, and it lets nobody in", "let root's users enter as themselves")
    if ":federated-user/" in plain:
        raise StuckError("a federated user has no entry", "let the user or role that federates enter by itself")
    if plain.rpartition("/")[2].startswith(_SERVICE_LINKED):
        why = "EKS takes entries of service-linked roles from their services only"
        raise StuckError(why, "let the service make its own entry (it says how), then remove the line")
    arn = arn_in_full(line, known)
    if plain.rpartition("/")[2].startswith(_SSO) and SSO_PATH not in (arn or ""):
        why = "an entry wants the role's path, and Identity Center's roles always have one"
        raise StuckError(why, "give the answer of `aws iam list-roles`")
    if arn is None:
        why = "an entry wants the role's path, which aws-auth doesn't have"
        fix = f"name it: --role {line.arn} if it has none; or give the answer of `aws iam list-roles`"
        raise StuckError(why, fix)
    if ":aws-service-role/" in arn:
        raise StuckError("EKS takes entries of service-linked roles from their services only", "remove the line")
    return arn


def _never_matched(line: MappingLine, home: Home, known: Surroundings) -> str:
    """Say why nobody can come by a line; nothing where somebody can."""
    why = why_nobody(line, home.partition)
    return why or ("IAM has no such principal" if known.is_gone(plain_arn(line.arn)) else "")
