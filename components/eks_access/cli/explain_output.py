"""Explanations of one cell as text, Markdown and JSON: person → principal → mapping → groups → bindings → rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from ..authz.messages import compact
from ..authz.model import Decision
from ..authz.node import is_node
from ..authz.rbac import describe
from ..plan.model import RbacRule
from ..review.asking import describe as describe_request
from ..review.explaining import Explanation, Holding, WayIn
from .answers_output import asker_data, decision_data, ground_text, identity_data, request_data, way_of
from .matrix_output import ESCALATION
from .output import Format, Line, code, markdown, printable, say, say_json

_MOST_RULES = 6
_SUPERUSER = "group system:masters may do everything, whatever is bound"


def show(answer: Explanation, label: str, format: Format) -> None:
    """Print an explanation."""
    match format:
        case Format.JSON:
            say_json(_data(answer, label))
        case Format.MD:
            say(("", line) for line in _markdown(answer, label))
        case Format.TEXT:
            say(_text(answer, label))


def _text(answer: Explanation, label: str) -> Iterator[Line]:
    style = "bold green" if answer.allowed else "bold red"
    yield style, printable(f"{_headline(answer)} ({label})")
    for way in answer.ways:
        yield "bold", printable(f"  {_way(way)}")
        for name, value in _facts(way):
            yield "", printable(f"    {name:<10} {value}")
        for style, depth, text in _ends(way):
            yield style, printable(f"    {'  ' * depth}{text}")
    yield from (("dim", printable(f"note: {notice}")) for notice in answer.notices)


def _markdown(answer: Explanation, label: str) -> Iterator[str]:
    mark = "✅" if answer.allowed else "❌"
    yield f"### {mark} {code(_headline(answer))} ({code(label)})"
    yield ""
    for way in answer.ways:
        yield f"#### {code(_way(way))}"
        yield ""
        yield from (f"- {name}: {code(value)}" for name, value in _facts(way))
        yield from (f"{'  ' * depth}- {code(text)}" for _, depth, text in _ends(way))
        yield ""
    yield from (f"- {markdown(notice)}" for notice in answer.notices)


def _headline(answer: Explanation) -> str:
    where = f"in {answer.namespace}" if answer.namespace else "in the whole cluster"
    if answer.request is None:
        number = len(answer.ways)
        ways = "no way in" if not answer.allowed else f"{number} way{'s' if number != 1 else ''} in"
        return f"{answer.who} {where}: {ways}"
    return f"{'yes' if answer.allowed else 'no'}: {answer.who}, {describe_request(answer.request)}"


def _way(way: WayIn) -> str:
    return f"{way.asker.name} → {way_of(way.asker)}" if way.asker.way else way.asker.name


def _facts(way: WayIn) -> Iterator[tuple[str, str]]:
    """Say how somebody gets there: principal, mapping, user name, groups."""
    asker, authentication = way.asker, way.asker.authentication
    if asker.way:
        own = asker.way.own_arn
        if own and own != asker.way.principal_arn:
            needs = " with MFA" if asker.way.mfa else ""
            yield "assumes", f"{asker.way.principal_arn}{needs}, as {own}"
        else:
            yield "principal", asker.way.principal_arn
    for step in authentication.steps:
        yield "looked at", f"{step.where}: {step.said}"
    if authentication.identity is None:
        yield "401", f"Unauthorized: {authentication.refusal}"
        return
    yield "mapped by", authentication.source
    for identity in authentication.alternatives or (authentication.identity,):
        yield "user name", identity.username or '""'
        yield "groups", ", ".join(identity.groups) or "none"
    if authentication.ambiguous:
        yield "ambiguous", "which of these it is, is chance"


def _ends(way: WayIn) -> Iterator[tuple[str, int, str]]:
    """Say what it comes to: style, depth and text."""
    if not way.asker.usable:
        yield "red", 0, "MFA is asked for, and they can't give it: nobody gets in this way"
        return
    if way.verdict is not None:
        yield from _decision(way)
        return
    identity = way.asker.authentication.identity
    if identity is None:
        return
    for holding in (each for each in way.holdings if not each.everybodys):
        yield _style(holding), 0, _holding(holding)
        if holding.lacks:
            yield "yellow", 1, holding.lacks
        yield from (("", 1, compact(rule)) for rule in holding.rules[:_MOST_RULES])
        if (more := len(holding.rules) - _MOST_RULES) > 0:
            yield "dim", 1, f"and {more} more rule{'s' if more != 1 else ''}"
    if is_node(identity):
        yield "green", 0, "the Node authorizer: what this node's own kubelet needs, decided request by request"
    elif all(holding.everybodys for holding in way.holdings):
        yield "yellow", 0, "nothing is bound here"
    if shared := [holding.label for holding in way.holdings if holding.everybodys]:
        yield "dim", 0, f"and what everybody has: {', '.join(dict.fromkeys(shared))}"


def _decision(way: WayIn) -> Iterator[tuple[str, int, str]]:
    verdict = way.verdict
    assert verdict is not None
    decision = verdict.decision
    if verdict.ambiguous:
        yield "yellow", 0, "by chance: two lines of aws-auth name this principal, and they decide differently"
    if decision is None:
        yield "red", 0, verdict.said
        return
    for ground in decision.grounds:
        yield "green", 0, ground_text(ground)
        if ground.rule is not None:
            yield "", 1, compact(ground.rule)
    if not decision.allowed:
        yield "red", 0, verdict.said
    yield from (("yellow", 0, error) for error in decision.untold)
    if decision.allowed:
        return
    if way.other_verbs:
        yield "", 0, f"allowed on it here: {', '.join(way.other_verbs)}"
    held = [holding.label for holding in way.holdings if not holding.everybodys]
    yield "", 0, f"lacks a rule for it; held here: {', '.join(dict.fromkeys(held)) or 'nothing'}"


def _holding(holding: Holding) -> str:
    if holding.binding is not None and holding.subject is not None:
        return describe(holding.binding, holding.subject)
    if holding.policy is None:
        return _SUPERUSER
    where = ", ".join(holding.policy.namespaces) or "the whole cluster"
    return f"access policy {holding.label} in {where}"


def _style(holding: Holding) -> str:
    if holding.lacks:
        return "yellow"
    return "bold red" if holding.label in ESCALATION else "green"


def _data(answer: Explanation, label: str) -> dict[str, object]:
    return {
        "source": label,
        "principal": answer.who,
        "namespace": answer.namespace,
        "request": request_data(answer.request) if answer.request else None,
        "allowed": answer.allowed,
        "ways": [_way_data(way) for way in answer.ways],
        "notices": list(answer.notices),
    }


def _way_data(way: WayIn) -> dict[str, object]:
    verdict = way.verdict
    return {
        **asker_data(way.asker),
        "assumedBy": (way.asker.way.own_arn or None) if way.asker.way else None,
        "identity": identity_data(way.asker.authentication.identity) if way.asker.authentication.identity else None,
        "holds": [_holding_data(holding) for holding in way.holdings],
        "allowed": verdict.allowed if verdict else None,
        "decision": _decision_data(verdict.decision) if verdict and verdict.decision else None,
        "kubectl": (verdict.said or None) if verdict else None,
        "otherVerbs": list(way.other_verbs),
    }


def _decision_data(decision: Decision) -> dict[str, object]:
    grounds = [
        {"authorizer": each.authorizer, "reason": ground_text(each), "rule": _rule(each.rule) if each.rule else None}
        for each in decision.grounds
    ]
    return {**decision_data(decision), "grounds": grounds}


def _holding_data(holding: Holding) -> dict[str, object]:
    binding, subject, policy = holding.binding, holding.subject, holding.policy
    return {
        "label": holding.label,
        "binding": {
            "name": binding.name,
            "namespace": binding.namespace,
            "roleKind": binding.role_kind,
            "roleName": binding.role_name,
        }
        if binding
        else None,
        "subject": asdict(subject) if subject else None,
        "policy": {"name": policy.policy, "namespaces": list(policy.namespaces)} if policy else None,
        "everybodys": holding.everybodys,
        "lacks": holding.lacks or None,
        "rules": [_rule(rule) for rule in holding.rules],
    }


def _rule(rule: RbacRule) -> dict[str, list[str]]:
    """Return a rule as a manifest has it."""
    parts = {
        "apiGroups": rule.api_groups,
        "resources": rule.resources,
        "resourceNames": rule.resource_names,
        "nonResourceURLs": rule.non_resource_urls,
        "verbs": rule.verbs,
    }
    return {key: list(values) for key, values in parts.items() if values}
