"""Answers to ``can`` and ``whoami`` as text, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..authz.model import Decision, Ground, Identity, Request
from ..review.answers import Asker, Can, Verdict
from ..review.askers import OWNER
from ..review.asking import describe
from .output import Format, Line, code, markdown, printable, say, say_json

if TYPE_CHECKING:
    from ..diagnosis.model import Finding


def show_can(who: str, answer: Can, label: str, format: Format, notices: Sequence[str] = ()) -> None:
    """Print whether somebody may; notices are part of what is read without a terminal."""
    if format is Format.JSON:
        say_json(
            {
                "source": label,
                "principal": who,
                "request": request_data(answer.request),
                "allowed": answer.allowed,
                "ways": [_verdict_data(verdict) for verdict in answer.verdicts],
                "notices": list(notices),
            }
        )
        return
    word = "yes" if answer.allowed else "no"
    asked = describe(answer.request)
    if format is Format.MD:
        mark = "✅" if answer.allowed else "❌"
        lines = [f"{mark} **{word}**: {code(who)}, {code(asked)} ({code(label)})", ""]
        lines += [f"- {code(way_of(v.asker))}: {code(text)}" for v in answer.verdicts for text in _explained(v)]
        lines += told_markdown(notices)
        say(("", line) for line in lines)
        return
    style = "bold green" if answer.allowed else "bold red"
    say([(style, printable(f"{word}: {who}, {asked} ({label})")), *_ways(answer.verdicts)])


def show_whoami(
    askers: Sequence[Asker],
    causes: Sequence[Finding | None],
    label: str,
    format: Format,
    notices: Sequence[str] = (),
) -> None:
    """Print who somebody is.

    Args:
        askers: each way in.
        causes: of each in turn, why it is Unauthorized, where that can be told.
        label: what the answer was read from.
        format: for whom.
        notices: what is to know beside it; part of what is read without a terminal.
    """
    each = list(zip(askers, causes, strict=True))
    if format is Format.JSON:
        ways = [{**asker_data(asker), "cause": _cause_data(cause)} for asker, cause in each]
        say_json({"source": label, "ways": ways, "notices": list(notices)})
    elif format is Format.MD:
        lines = [line for asker, cause in each for line in _whoami_markdown(asker, cause)]
        say(("", line) for line in (*lines, *told_markdown(notices)))
    else:
        say(line for asker, cause in each for line in _whoami(asker, cause))


def told_markdown(notices: Sequence[str]) -> Iterator[str]:
    """Write notices as a list of its own, below an answer."""
    if notices:
        yield ""
    yield from (f"- {markdown(notice)}" for notice in notices)


def way_of(asker: Asker) -> str:
    """Name a way in: ``team payments (MFA)``."""
    if asker.way is None:
        return asker.name
    unusable = ", which they can't give" if not asker.way.usable else ""
    return asker.way.via + (f" (MFA{unusable})" if asker.way.mfa else "")


def _ways(verdicts: Sequence[Verdict]) -> Iterator[Line]:
    for verdict in verdicts:
        style = "green" if verdict.allowed else "red"
        for text in _explained(verdict):
            yield style, printable(f"  {way_of(verdict.asker)}: {text}")


def _explained(verdict: Verdict) -> Iterator[str]:
    authentication = verdict.asker.authentication
    if verdict.decision is None:
        turned_away = (f"{step.where} {step.said}" for step in authentication.steps)
        yield f"{verdict.said}; {authentication.refusal or '; '.join(turned_away)}"
        yield from (step.said for step in authentication.steps if step.where == OWNER)
        return
    if verdict.ambiguous:
        yield "by chance: two lines of aws-auth name this principal, and which one counts changes"
    if verdict.impersonation and verdict.impersonation.allowed:
        yield f"impersonates ({verdict.impersonation.mode})"
    if verdict.decision.allowed:
        yield from (ground_text(ground) for ground in verdict.decision.grounds)
    else:
        yield verdict.said
    yield from verdict.decision.untold


def ground_text(ground: Ground) -> str:
    """Say what allows it."""
    if ground.reason:
        return ground.reason
    return f"{ground.authorizer}: everything" if ground.authorizer == "system:masters" else f"{ground.authorizer} rules"


def _whoami(asker: Asker, cause: Finding | None) -> Iterator[Line]:
    authentication = asker.authentication
    head = f"{asker.name}, {way_of(asker)}" if asker.way else asker.name
    yield ("bold" if authentication.identity else "bold red"), printable(head)
    for name, value in _facts(asker):
        yield "", printable(f"  {name:<10} {value}")
    for step in authentication.steps:
        yield "dim", printable(f"  {step.where}: {step.said}")
    if cause is not None:
        yield "red", printable(f"  {cause.said}")
        for remedy in cause.remedies:
            yield "green", printable(f"  → {remedy.say}")


def _facts(asker: Asker) -> Iterator[tuple[str, str]]:
    authentication = asker.authentication
    if asker.way:
        yield "principal", asker.way.principal_arn
    if authentication.identity is None:
        yield "401", f"Unauthorized: {authentication.refusal}"
        return
    for identity in authentication.alternatives or (authentication.identity,):
        yield "user name", identity.username or '""'
        yield "groups", ", ".join(identity.groups) or "none"
    if authentication.ambiguous:
        yield "ambiguous", "which of these it is, is chance"
    yield "mapped by", authentication.source


def _whoami_markdown(asker: Asker, cause: Finding | None) -> Iterator[str]:
    yield f"#### {code(asker.name)}" + (f", {code(way_of(asker))}" if asker.way else "")
    yield ""
    yield from (f"- {name}: {code(value)}" for name, value in _facts(asker))
    if cause is not None:
        yield f"- {markdown(cause.said)}"
        yield from (f"- → {markdown(remedy.say)}" for remedy in cause.remedies)
    yield ""


def _cause_data(cause: Finding | None) -> dict[str, object] | None:
    if cause is None:
        return None
    return {"name": cause.cause, "said": cause.said, "fix": [remedy.say for remedy in cause.remedies]}


def asker_data(asker: Asker) -> dict[str, object]:
    """Return somebody with stable keys."""
    authentication = asker.authentication
    way = asker.way
    return {
        "name": asker.name,
        "via": way.via if way else None,
        "principal": way.principal_arn if way else None,
        "mfa": way.mfa if way else False,
        "usable": asker.usable,
        "identity": identity_data(authentication.identity) if authentication.identity else None,
        "refusal": authentication.refusal,
        "alternatives": [identity_data(each) for each in authentication.alternatives],
        "mappedBy": authentication.source,
        "steps": [{"where": step.where, "said": step.said} for step in authentication.steps],
    }


def identity_data(identity: Identity) -> dict[str, object]:
    """Return an identity with stable keys."""
    return {"username": identity.username, "groups": list(identity.groups)}


def request_data(request: Request) -> dict[str, object]:
    """Return a request with stable keys, as a SubjectAccessReview has them."""
    if request.path is not None:
        return {"verb": request.verb, "path": request.path}
    return {
        "verb": request.verb,
        "group": request.api_group,
        "resource": request.resource,
        "subresource": request.subresource,
        "name": request.name,
        "namespace": request.namespace,
    }


def decision_data(decision: Decision) -> dict[str, object]:
    """Return a decision with stable keys."""
    return {
        "allowed": decision.allowed,
        "reason": decision.reason,
        "grounds": [{"authorizer": each.authorizer, "reason": ground_text(each)} for each in decision.grounds],
        "errors": list(decision.errors),
    }


def _verdict_data(verdict: Verdict) -> dict[str, object]:
    return {
        **asker_data(verdict.asker),
        "allowed": verdict.allowed,
        "ambiguous": verdict.ambiguous,
        "decision": decision_data(verdict.decision) if verdict.decision else None,
        "kubectl": verdict.said or None,
        "impersonation": verdict.impersonation.mode if verdict.impersonation else None,
    }
