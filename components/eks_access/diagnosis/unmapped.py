"""Why a cluster that runs refuses somebody, or sees less in them than a line of it says: by its aws-auth and entries.

Rules: aws-iam-authenticator pkg/mapper and pkg/server (roles of sessions have no path there, user ARNs have theirs; the
last of two lines counts; a broken section is lost as a whole);
https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html (role ARNs with their path, matched by the
principal's unique id), migrating-access-entries.html (an entry overrides the ConfigMap).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..authn.authenticating import Authenticator
from ..authn.aws_auth_reading import MappingLine
from ..authn.model import Authentication, Principal, PrincipalKind
from ..authz.model import AUTHENTICATED
from ..iam.arns import account_of, permission_set_of
from ..review.state import AccessState
from .model import Finding, Remedy, Wall

Cause = tuple[str, str, str]
"""Stable name, what is wrong, what to do."""


def unmapped(state: AccessState, principal: Principal) -> Finding:
    """Say why somebody is Unauthorized there.

    Args:
        state: what maps people in the cluster that runs.
        principal: who AWS says they are; with the unique id and, of a role, the ARN with its path, where known.
    """
    seen = _authenticator(state).authenticate(principal)
    cause, said, fix = next(found for each in _CAUSES if (found := each(state, principal, seen)) is not None)
    evidence = tuple(f"{step.where}: {step.said}" for step in seen.steps)
    return Finding(wall=Wall.MAPPING, cause=cause, said=said, evidence=evidence, remedies=(Remedy(say=fix),))


def shadowed(state: AccessState, principal: Principal) -> Iterator[str]:
    """Tell which lines of aws-auth name somebody and don't count, since an entry or a later line does."""
    authenticator = _authenticator(state)
    seen = authenticator.authenticate(principal)
    source, lines = seen.source, _lines(state, principal)
    if source == "access entry":
        same = {*seen.identity.groups} - {AUTHENTICATED} if seen.identity else set()
        for line in lines if state.mode.uses_aws_auth else ():
            if {*line.groups} == same:
                continue  # one that was migrated and left
            groups = ", ".join(line.groups) or "no groups"
            yield f"aws-auth {line.section}[{line.index}] ({groups}) does not count: the access entry overrides it"
    elif len(lines) > 1 and source.startswith("aws-auth"):
        for line in lines:
            if f"{line.section}[{line.index}]" not in source:
                groups = ", ".join(line.groups) or "no groups"
                yield f"aws-auth {line.section}[{line.index}] ({groups}) does not count: {source} stands for the same"


def _authenticator(state: AccessState) -> Authenticator:
    return Authenticator(state.mode, aws_auth=state.aws_auth, entries=state.entries, creator_arn=state.creator_arn)


def _lines(state: AccessState, principal: Principal) -> list[MappingLine]:
    parsed = _authenticator(state).aws_auth
    wanted = principal.canonical_arn.lower()
    return [line for line in (*parsed.roles, *parsed.users) if line.arn.lower() == wanted]


def _mapped_all_the_same(state: AccessState, principal: Principal, seen: Authentication) -> Cause | None:
    if seen.identity is None:
        return None
    if seen.source == "access entry":
        said = f"an access entry names {_name(principal)}, and is for a principal that is gone: one made again since"
        return "entry-of-a-re-created-principal", said, "delete the entry and make it again: EKS matches by unique id"
    if seen.ambiguous:
        said = f"two lines of aws-auth spell {_name(principal)} differently, and chance decides which one counts"
        return "shadowed-by-a-duplicate", said, "leave one of the two lines"
    said = f"{seen.source} maps {_name(principal)}, and the API server does not know yet, or it is another cluster's"
    return "not-arrived", said, "wait half a minute, and see that endpoint and cluster name belong together"


def _template(state: AccessState, principal: Principal, seen: Authentication) -> Cause | None:
    if not seen.source:
        return None
    said = f"{seen.source} maps {_name(principal)}, and its template can't be filled in: {seen.refusal}"
    return "template", said, "give people a line of their own: {{EC2PrivateDNSName}} is for the sessions of instances"


def _role_with_path(state: AccessState, principal: Principal, seen: Authentication) -> Cause | None:
    """Find the line that has the role's path, which sessions never show."""
    if principal.kind is not PrincipalKind.ROLE_SESSION or not state.mode.uses_aws_auth:
        return None
    for line in _all_lines(state):
        if line.arn.lower() != principal.canonical_arn.lower() and _is_role(line.arn):
            head, _, path = line.arn.partition(":role/")
            if f"{head}:role/{path.rpartition('/')[2]}".lower() == principal.canonical_arn.lower():
                said = f"aws-auth {line.section}[{line.index}] has {line.arn}, with its path: such a line never matches"
                return "path-in-role-arn", said, f"write {principal.canonical_arn} there"
    return None


def _session_in_line(state: AccessState, principal: Principal, seen: Authentication) -> Cause | None:
    """Find a line with the ARN of a session or an instance profile, where the role's is wanted."""
    if principal.kind is not PrincipalKind.ROLE_SESSION or not state.mode.uses_aws_auth:
        return None
    role = principal.canonical_arn.rpartition("/")[2].lower()
    for line in _all_lines(state):
        kind, _, rest = line.arn.rpartition(":")[2].partition("/")
        name = rest.partition("/")[0] if kind == "assumed-role" else _last(rest)
        if kind in ("assumed-role", "instance-profile") and name.lower() == role:
            said = f"aws-auth {line.section}[{line.index}] has an {kind} ARN, which never matches: {line.arn}"
            return "session-in-aws-auth", said, f"write the role there, without its path: {principal.canonical_arn}"
    return None


def _other_path(state: AccessState, principal: Principal, seen: Authentication) -> Cause | None:
    """Find what names a user or an entry's role by another path."""
    kind = {PrincipalKind.ROLE_SESSION: ":role/", PrincipalKind.IAM_USER: ":user/"}.get(principal.kind)
    for arn in _asked(state) if kind else ():
        if str(kind) not in arn or _last(arn) != _last(principal.canonical_arn) or not account_of(arn):
            continue
        if account_of(arn) != principal.account:
            said = f"what is mapped is {arn}, of another account than {_name(principal)}"
            return "another-account", said, "come in with a principal of that account, or have this one mapped"
        said = f"what is mapped is {arn}, and this is {_name(principal)}: another path is another principal"
        return "another-path", said, f"map {principal.iam_arn or principal.canonical_arn}"
    return None


def _rotated(state: AccessState, principal: Principal, seen: Authentication) -> Cause | None:
    mine = permission_set_of(principal.canonical_arn)
    if mine is None:
        return None
    for arn in _asked(state):
        theirs = permission_set_of(arn)
        if theirs and theirs != mine and theirs.name == mine.name and account_of(arn) == principal.account:
            said = f"mapped is {arn}, with another suffix: Identity Center made the permission set's role anew"
            return "rotated-permission-set", said, "`eks-access sso --write` puts the new suffix into the declaration"
    return None


def _blanks(state: AccessState, principal: Principal, seen: Authentication) -> Cause | None:
    """Find a line that would name them, but for what stands before or behind the ARN."""
    for line in _all_lines(state) if state.mode.uses_aws_auth else ():
        if line.arn.strip().lower() == principal.canonical_arn.lower():
            said = f"aws-auth {line.section}[{line.index}] has blanks or a line end around {line.arn.strip()}"
            return "blanks-in-aws-auth", said, "write the ARN alone: it is compared letter by letter"
    return None


def _root_line(state: AccessState, principal: Principal, seen: Authentication) -> Cause | None:
    """Find the account's root, which people write for everybody in the account."""
    for line in _all_lines(state) if state.mode.uses_aws_auth else ():
        head, _, last = line.arn.rpartition(":")
        if last.lower() == "root" and principal.account and account_of(line.arn) == principal.account:
            said = f"aws-auth {line.section}[{line.index}] has {head}:root, which is that one user and no one else"
            return "root-in-aws-auth", said, f"write {principal.canonical_arn} there, and a line for each of the others"
    return None


def _broken(state: AccessState, principal: Principal, seen: Authentication) -> Cause | None:
    """Find the section of aws-auth that is lost or passed over, or the item in it, and names them."""
    if not state.mode.uses_aws_auth:
        return None
    said: dict[tuple[str, int | None], list[str]] = {}
    parsed = _authenticator(state).aws_auth
    # what is lost with a whole section comes first
    for loss in sorted(parsed.losses, key=lambda loss: loss.index is not None):
        said.setdefault((loss.section, loss.index), []).append(loss.said)
    for miss in parsed.misspelt:
        if miss.index is None or (miss.section, miss.index) in said:
            said.setdefault((miss.section, miss.index), []).insert(0, miss.said)
    named = re.compile(rf"{re.escape(principal.canonical_arn)}(?![\w+=,.@/-])", re.IGNORECASE)
    for (section, index), why in said.items():
        if named.search((state.aws_auth or {}).get(section, "")):
            where = section if index is None else f"{section}[{index}]"
            text = f"aws-auth {where} names {_name(principal)}, and the authenticator can't read it: {'; '.join(why)}"
            return "broken-aws-auth", text, "mend that text; `kubectl get configmap aws-auth -n kube-system -o yaml`"
    return None


def _ignored(state: AccessState, principal: Principal, seen: Authentication) -> Cause | None:
    lines = _lines(state, principal)
    if state.mode.uses_aws_auth or not lines:
        return None
    said = f"aws-auth names {_name(principal)}, and nobody looks there in mode {state.mode}"
    return "ignored-by-the-mode", said, "make an access entry"


def _nothing(state: AccessState, principal: Principal, seen: Authentication) -> Cause:
    asked = ["no access entry"] if state.mode.uses_entries else []
    asked += ["no line of aws-auth"] if state.mode.uses_aws_auth else []
    return (
        "not-mapped",
        f"nothing maps {_name(principal)}: {' and '.join(asked)} names it",
        "have it mapped; what IAM allows does not count here",
    )


_CAUSES: tuple[Callable[[AccessState, Principal, Authentication], Cause | None], ...] = (
    _mapped_all_the_same,
    _template,
    _role_with_path,
    _session_in_line,
    _blanks,
    _broken,
    _ignored,
    _rotated,
    _other_path,
    _root_line,
    _nothing,
)


def _all_lines(state: AccessState) -> tuple[MappingLine, ...]:
    parsed = _authenticator(state).aws_auth
    return (*parsed.roles, *parsed.users)


def _asked(state: AccessState) -> list[str]:
    """List whom entries and lines name, as far as they are asked in the mode."""
    entries = [entry.principal_arn for entry in state.entries] if state.mode.uses_entries else []
    return entries + ([line.arn for line in _all_lines(state)] if state.mode.uses_aws_auth else [])


def _is_role(arn: str) -> bool:
    return ":role/" in arn


def _last(arn: str) -> str:
    return arn.rpartition("/")[2].lower()


def _name(principal: Principal) -> str:
    return principal.iam_arn or principal.canonical_arn or principal.arn
