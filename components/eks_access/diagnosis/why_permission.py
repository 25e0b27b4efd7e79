"""403 of the authorizers: who wanted what, whether the declaration allows it, and what they have instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..authz.model import ANONYMOUS, Identity, Request
from ..authz.resources import VERBS
from ..plan.naming import own_role
from ..review.answers import Asker
from ..review.asking import describe
from .model import Finding, Remedy, Wall
from .symptoms_model import Forbidden
from .why_anonymous import anonymous
from .why_known import (
    WITH_A_DECLARATION,
    Known,
    Named,
    by,
    command,
    compare,
    deploy,
    named,
    near_names,
    profiles,
    quoted,
)
from .why_mapping import admit
from .why_nodes import node_forbidden

_MOST = 6


def permission(symptom: Forbidden, known: Known | None) -> Finding:
    """Answer a Forbidden."""
    request, user = symptom.request, symptom.user
    if request is None:
        whoami = Remedy(
            say="see who you are there, then ask again for the whole message", command="kubectl auth whoami"
        )
        said = (
            "whoever asked is known to the cluster, and nothing allows what they asked for; the text does not say what"
        )
        return _finding("forbidden", said, (), (whoami,))
    if user == ANONYMOUS:
        return anonymous(request, known)
    if finding := node_forbidden(symptom, request, known):
        return finding
    if known is None:
        who = quoted(user) if user else "whoever asked"
        said = f"{who} is known to the cluster, and no binding or access policy allows: {describe(request)}"
        return _finding("no-binding", said, (*_reason(symptom), WITH_A_DECLARATION), (_can_i(request),))
    somebody = named(known, user) if user else None
    if somebody is None:
        return _stranger(symptom, request, known)
    if somebody.identity is None:
        return _called_otherwise(symptom, somebody, request, known)
    if known.review.authorizer.allows(somebody.identity, request):
        return _declared(symptom, somebody, somebody.identity, request, known)
    return _not_declared(symptom, somebody, somebody.identity, request, known)


def _declared(symptom: Forbidden, somebody: Named, who: Identity, request: Request, known: Known) -> Finding:
    decision = known.review.authorizer.decide(who, request)
    said = f"the declaration lets {somebody.who} do this ({describe(request)}): what runs there is not what is declared"
    grounds = tuple(f"declared: {ground.reason}" for ground in decision.grounds if ground.reason)[:_MOST]
    another = f"it is not deployed yet, something else maps them there, or the cluster is not {known.cluster.name}"
    return _finding(
        "not-deployed",
        said,
        (*_reason(symptom), *grounds, f"{another} ({known.cluster.arn})"),
        (compare(known, "can", somebody.person or f"user:{who.username}", *_words(request)), deploy(known)),
        known.ask(somebody.person),
    )


def _not_declared(symptom: Forbidden, somebody: Named, who: Identity, request: Request, known: Known) -> Finding:
    other = tuple(_other_ways(somebody, request, known))
    remedies = [profiles(known, somebody.person, (asker.way.via for asker in other if asker.way))] if other else []
    _, places = known.review.where(who, request)
    if places and request.verb in ("get", "list", "watch"):
        words = ("kubectl", "get", _resource(request), *([request.name] if request.name else []), "-n", places[0])
        remedies.append(Remedy(say=f"ask in a namespace where they may: {_some(places)}", command=command(*words)))
    remedies += _grants(somebody, request, known)
    if not remedies:
        remedies = [Remedy(say="no line is proposed for this: it is as good as everything; a cluster admin can do it")]
    via = f" {by(somebody.via)}" if somebody.via else ""
    said = f"nothing that is declared lets {somebody.who} do this{via}: {describe(request)}"
    cause = "wrong-way" if other else "no-binding"
    if other:
        ways = " or ".join(by(asker.way.via) for asker in other if asker.way)
        said = f"{somebody.who} came in{via}, which does not allow it; {ways} it is allowed: {describe(request)}"
    evidence = (
        *_reason(symptom),
        *_place(symptom),
        *_has(who, request, places, known),
        *_ended(somebody.person, known),
    )
    return _finding(cause, said, evidence, tuple(remedies), known.ask(somebody.person))


def _grants(somebody: Named, request: Request, known: Known) -> tuple[Remedy, ...]:
    """Propose grants; only to a team where it is not known which of its members it is."""
    proposed = known.to_allow(somebody.person, request) if somebody.person else ()
    return tuple(remedy for remedy in proposed if somebody.sure or "{team: " in remedy.lines)


def _called_otherwise(symptom: Forbidden, somebody: Named, request: Request, known: Known) -> Finding:
    calls = f"calls them {somebody.instead}" if somebody.instead else "gives them no way in"
    said = (
        f"{quoted(symptom.user or '')} is {somebody.who}, and the declaration {calls}: something else maps them there"
    )
    evidence = (
        "an access entry or a line of aws-auth that is not of this declaration, one from before, or another cluster",
    )
    remedies = [compare(known, "whoami", somebody.person), deploy(known)]
    if not known.review.can(somebody.person, request).allowed:
        remedies += known.to_allow(somebody.person, request)
    return _finding("other-user-name", said, evidence, tuple(remedies), known.ask(somebody.person))


def _stranger(symptom: Forbidden, request: Request, known: Known) -> Finding:
    can = sorted({holder.asker.name for holder in known.review.who_can(request).people})
    may = (f"declared to be allowed this are {_some(tuple(can))}",) if can else ("nobody declared is allowed this",)
    if symptom.user is None:
        said = f"the text does not say who asked; nothing allowed them: {describe(request)}"
        return _finding("no-binding", said, may, (_can_i(request),), known.ask())
    near = near_names(known, symptom.user)
    hint = (f"written almost like it: {', '.join(near)}",) if near else ()
    said = f"nobody who is declared for {known.cluster.name} has the user name {quoted(symptom.user)}"
    foreign = "who maps it is not this declaration: a foreign line or entry, one from before, or another cluster"
    remedy = Remedy(say="see who you are there", command=command("kubectl", "auth", "whoami"))
    return _finding(
        "unknown-user", said, (*hint, foreign, *may), (remedy, *_admit(symptom.user, request, known)), known.ask()
    )


def _admit(user: str, request: Request, known: Known) -> tuple[Remedy, ...]:
    return () if ":" in user and not user.startswith("arn:") else admit(user, request, known)


def _other_ways(somebody: Named, request: Request, known: Known) -> Iterator[Asker]:
    if somebody.person in known.plan.people:
        for verdict in known.review.can(somebody.person, request).verdicts:
            if verdict.allowed and verdict.asker.way:
                yield verdict.asker


def _has(who: Identity, request: Request, places: tuple[str, ...], known: Known) -> Iterator[str]:
    if places:
        yield f"they may do it in {_some(places)}"
    if request.path is None:
        verbs = [
            v for v in VERBS if known.review.authorizer.allows(who, replace(request, verb=v)) and v != request.verb
        ]
        if verbs:
            yield f"allowed there on {_resource(request)}: {', '.join(verbs)}"
    bindings = [binding for binding, _, _ in known.review.authorizer.rbac.all_held_by(who)]
    held = {
        (b.namespace, b.role_name.removeprefix(own_role(""))) for b in bindings if not b.role_name.startswith("system:")
    }
    words = sorted(f"{role} in {namespace}" if namespace else f"{role} everywhere" for namespace, role in held)
    entries = (e for e in known.review.state.entries if e.principal_arn == who.principal_arn)
    words += [
        f"{p.policy} in {_some(p.namespaces) if p.namespaces else 'the cluster'}" for e in entries for p in e.policies
    ]
    yield f"they have {_some(tuple(words))}" if words else "they are let in, and have no role at all"


def _ended(person: str, known: Known) -> Iterator[str]:
    teams = {way.via for way in known.plan.entrances if way.person == person}
    for notice in known.plan.notices:
        of_them = f"person {person}:" in notice or any(f" {team}:" in notice for team in teams if team != "direct")
        if person and of_them and notice.startswith("grant ended"):
            yield notice


def _reason(symptom: Forbidden) -> tuple[str, ...]:
    return (f"the API server adds: {symptom.reason}",) if symptom.reason else ()


def _place(symptom: Forbidden) -> tuple[str, ...]:
    return () if symptom.whole else ("the text does not say in which namespace; taken for the whole cluster",)


def _words(request: Request) -> tuple[str, ...]:
    if request.path is not None:
        return (request.verb, request.path)
    where = ("-n", request.namespace) if request.namespace else ("-A",)
    return (request.verb, _resource(request), *((request.name,) if request.name else ()), *where)


def _resource(request: Request) -> str:
    group = f".{request.api_group}" if request.api_group else ""
    return f"{request.resource}{group}" + (f"/{request.subresource}" if request.subresource else "")


def _can_i(request: Request) -> Remedy:
    say = "see what you may do there, and ask a cluster admin for a binding"
    return Remedy(say=say, command=command("kubectl", "auth", "can-i", *_words(request)))


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:_MOST]) + (f" and {len(names) - _MOST} more" if names[_MOST:] else "")


def _finding(
    cause: str,
    said: str,
    evidence: tuple[str, ...],
    remedies: tuple[Remedy, ...] = (),
    ask: tuple[str, ...] = (),
) -> Finding:
    return Finding(wall=Wall.PERMISSION, cause=cause, said=said, evidence=evidence, remedies=remedies, ask=ask)
