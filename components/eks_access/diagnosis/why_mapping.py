"""401: which principal knocked, whether the declaration maps it, and if not, what is nearest to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ..authz.model import Request
from ..iam.arns import identity, permission_set_of
from ..plan.model import MappedPrincipal
from .grant_lines import scalar
from .grants import to_admit
from .model import Finding, Remedy, Wall
from .symptoms_model import Unauthorized
from .why_known import (
    WITH_A_DECLARATION,
    Known,
    authenticated,
    command,
    compare,
    deploy,
    owners,
    profiles,
    quoted,
    role_of,
)
from .why_nodes import is_node_role

_MOST = 3
_WHO = Remedy(
    say="see who AWS takes you for, with the profile that kubectl uses", command="aws sts get-caller-identity"
)
_PERSON = r"[A-Za-z0-9][A-Za-z0-9+=,.@_-]{0,63}"
_SAID = "AWS knows who asked, and the cluster does not: nothing maps this IAM principal, whatever IAM allows it"


def mapping(symptom: Unauthorized, known: Known | None) -> tuple[Finding, ...]:
    """Answer an Unauthorized, principal by principal where the text names some."""
    if known is None:
        arns = (f"the text names {', '.join(symptom.arns)}",) if symptom.arns else ()
        return (_finding("not-mapped", _SAID, (*arns, WITH_A_DECLARATION), (_WHO,)),)
    if not symptom.arns:
        return (_nobody_named(known),)
    return tuple(_principal(arn, known) for arn in symptom.arns[:_MOST])


def _principal(arn: str, known: Known) -> Finding:
    asker = authenticated(known, arn)
    if asker is None:
        said = f"{arn} is no IAM user, role or session, so nothing can map it"
        return _finding("no-principal", said, (), (_WHO,), known.ask())
    authentication = asker.authentication
    if authentication.identity is not None:
        return _declared(arn, authentication.identity.username, authentication.source, known)
    if is_node_role(arn, known):
        said = f"{arn} is the role of nodes, and only instances get in with it: {authentication.refusal}"
        return _finding("role-of-nodes", said, (), (_WHO, *_own_profiles(known)), known.ask())
    people = owners(known, arn)
    if people and not any(way.person == people[0] and way.via == "direct" for way in known.plan.entrances):
        return _own_principal(arn, people[0], known)
    return _stranger(arn, known)


def _declared(arn: str, username: str, source: str, known: Known) -> Finding:
    said = f"the declaration maps {arn} (user name {quoted(username)}): what runs there is not what is declared"
    evidence = [
        f"by {source}, mode {known.cluster.mode}, in {known.cluster.arn}",
        "or it is not deployed yet, or another cluster answered, or the user or role was deleted and made again: "
        "an access entry is for the old one then, though it looks the same",
    ]
    look = Remedy(say="see which cluster kubectl asks", command="kubectl config view --minify")
    return _finding(
        "not-deployed", said, tuple(evidence), (compare(known, "whoami", arn), look, deploy(known)), known.ask()
    )


def _own_principal(arn: str, person: str, known: Known) -> Finding:
    ways = [way for way in known.plan.entrances if way.person == person and way.usable]
    if ways:
        words = ", ".join(f"{way.via} ({way.enters_as}{', with MFA' if way.mfa else ''})" for way in ways)
        said = f"{arn} is {person}, who has no way in as themselves, only by another role"
        use = profiles(known, person, [way.via for way in ways])
        return _finding("own-principal", said, (f"ways in: {words}",), (use,), known.ask(person))
    said = f"{arn} is {person}, who is declared and has no way into {known.cluster.name}"
    unusable = [
        f"{way.via} asks for MFA, which they can't give" for way in known.plan.entrances if way.person == person
    ]
    why = "a person is let in by a grant of their own, one of a team, or as an admin"
    remedies = known.to_allow(person, _pods(known))
    return _finding("no-way-in", said, (why, *unusable), remedies[:2], known.ask(person))


def _stranger(arn: str, known: Known) -> Finding:
    near = [principal for principal in known.plan.principals if _last(principal.arn) == _last(arn)]
    if near:
        evidence, cause = _differs(arn, near[0])
        said = f"{arn} is not mapped; declared is {near[0].arn} ({near[0].source})"
        remedies = (_WHO, compare(known, "whoami", near[0].arn), *_own_profiles(known))
        return _finding(cause, said, (evidence,), remedies, known.ask())
    if sso := permission_set_of(_name(arn)):
        declared = ((each.arn, permission_set_of(each.arn)) for each in known.plan.principals)
        same = [each for each, its in declared if its and its.name == sso.name]
        if same:
            said = f"{arn} is the permission set {sso.name} with another suffix than is declared ({_name(same[0])})"
            why = "AWS chooses the suffix anew whenever the permission set is provisioned anew"
            words = ("eks-access", "sso", "--stack", known.source, "--write")
            fix = Remedy(say="write the suffix that the account has", command=command(*words))
            return _finding("suffix", said, (why,), (fix, deploy(known)), known.ask())
    said = f"nobody who is declared for {known.cluster.name} is {arn}"
    account = f"the cluster's account is {known.cluster.account.id}"
    other = () if f":{known.cluster.account.id}:" in arn else (account,)
    return _finding("not-mapped", said, other, (_WHO, *admit(arn, _pods(known), known)), known.ask())


def _differs(arn: str, declared: MappedPrincipal) -> tuple[str, str]:
    mine, theirs = role_of(arn), declared.arn
    if mine.split(":")[4] != theirs.split(":")[4]:
        return f"the accounts differ: {mine.split(':')[4]} and {theirs.split(':')[4]}", "another-account"
    if (":user/" in mine) != (":user/" in theirs):
        return "one is a user, the other a role of the same name", "another-kind"
    kind = "user" if ":user/" in mine else "role"
    rule = (
        "a user's ARN is compared with its path, so a moved user is another principal"
        if kind == "user"
        else "access entries want a role's ARN with its path and aws-auth without it; logs and sessions never show it, "
        "so if this is from one of them it may be that role, mapped there in the wrong one of the two forms"
    )
    return f"the paths differ; {rule}", f"path-in-{kind}-arn"


def admit(arn: str, request: Request, known: Known) -> tuple[Remedy, ...]:
    """Propose to declare whose principal it is, and to grant them what they need to begin with."""
    name, principal = as_person(arn)
    found = to_admit(known.review.state, known.plan, name, principal, request, file=known.file)
    return tuple(replace(remedy, say=f"{remedy.say}{_path_note(arn)}") for remedy in found)


def as_person(arn: str) -> tuple[str, str]:
    """Name whose principal it is, and write it as the declaration has it: ``{iamUser: {path: /developers/}}``."""
    name = arn if re.fullmatch(_PERSON, arn) else _name(arn)
    path = f"/{arn.partition(':user/')[2].rpartition('/')[0]}/".replace("//", "/")
    is_user = ":role/" not in role_of(arn)
    user = "{iamUser: {}}" if path == "/" else f"{{iamUser: {{path: {path}}}}}"
    principal = user if is_user else f"{{iamRole: {scalar(role_of(arn))}}}"
    return (name if re.fullmatch(_PERSON, name) else "NAME"), principal


def to_be_declared(arn: str) -> Remedy:
    """Propose what to send to whoever keeps the declaration, where that isn't at hand."""
    name, principal = as_person(arn)
    say = f"send this to an admin of the cluster, with what you need to do there{_path_note(arn)}"
    return Remedy(say=say, path="people", lines=f"{name}: {principal}")


def _path_note(arn: str) -> str:
    return "; a session's ARN lacks the role's path, which `aws iam get-role` shows" if ":assumed-role/" in arn else ""


def _pods(known: Known) -> Request:
    """Return what somebody who is let in wants to begin with."""
    namespaces = [namespace.name for namespace in known.plan.rbac.namespaces]
    return Request(verb="list", resource="pods", namespace=namespaces[0] if namespaces else "default")


def _nobody_named(known: Known) -> Finding:
    people = sorted({way.person for way in known.plan.entrances if way.usable})
    outside = sorted({*known.plan.people} - {*people} - {known.cluster.creator})
    evidence = [f"into {known.cluster.name} are let: {', '.join(people) or 'nobody'}"]
    if outside:
        evidence.append(f"declared, and without a way in: {', '.join(outside)}")
    roles = sorted({f"{way.person} by {way.via}" for way in known.plan.entrances if way.via != "direct" and way.usable})
    if roles:
        evidence.append(f"only by a role that is assumed, not as themselves: {', '.join(roles)}")
    say = "then ask what the declaration makes of that ARN"
    whoami = Remedy(say=say, command=command("eks-access", "whoami", "ARN", "--stack", known.source))
    return _finding("not-mapped", _SAID, tuple(evidence), (_WHO, whoami, *_own_profiles(known)), known.ask())


def _own_profiles(known: Known) -> Iterator[Remedy]:
    stack = ("--stack", known.stack) if known.stack else ()
    say = "use the profile and context that the stack has for you"
    yield Remedy(say=say, command=command("pulumi", "stack", "output", "aws_profiles", *stack))


def _name(arn: str) -> str:
    return role_of(arn).rpartition("/")[2]


def _last(arn: str) -> str:
    return identity(role_of(arn)).rpartition("/")[2]


def _finding(
    cause: str,
    said: str,
    evidence: tuple[str, ...],
    remedies: tuple[Remedy, ...] = (),
    ask: tuple[str, ...] = (),
) -> Finding:
    return Finding(wall=Wall.MAPPING, cause=cause, said=said, evidence=evidence, remedies=remedies, ask=ask)
