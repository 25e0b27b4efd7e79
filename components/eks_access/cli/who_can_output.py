"""Answers to ``who-can`` as text, Markdown and JSON: people first, through which team, mapping, group and binding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..authz.messages import compact
from ..authz.model import Ground
from ..review.answers import Holder, OtherSubject, WhoCan
from ..review.asking import describe
from .answers_output import asker_data, decision_data, ground_text, request_data, way_of
from .output import Format, Line, code, printable, say, say_json

_MOST_NAMESPACES = 8


def show_who_can(answer: WhoCan, label: str, format: Format) -> None:
    """Print who may."""
    match format:
        case Format.JSON:
            say_json(_data(answer, label))
        case Format.MD:
            say(("", line) for line in _markdown(answer, label))
        case Format.TEXT:
            say(_text(answer, label))


def _asked(answer: WhoCan) -> str:
    asked = describe(answer.request)
    return asked.replace("in the whole cluster", "somewhere") if answer.anywhere else asked


def _text(answer: WhoCan, label: str) -> Iterator[Line]:
    yield "bold", printable(f"who can {_asked(answer)} ({label})")
    for title, holders in (("people", answer.people), ("nodes", answer.nodes)):
        if holders:
            yield "bold", f"{title}:"
        for holder in holders:
            yield "green", printable(f"  {_holder(holder, anywhere=answer.anywhere)}")
            for chain in _chains(holder):
                yield "", printable(f"      {chain}")
    if not answer.people:
        yield "yellow", "people: nobody"
    if answer.others:
        yield "bold", "also, by their subjects:"
    for other in (each for each in answer.others if not each.built_in):
        yield "", printable(f"  {_other(other)}")
        for binding in other.bindings[:3]:
            kind = "RoleBinding" if binding.namespace else "ClusterRoleBinding"
            place = f"{binding.namespace}/" if binding.namespace else ""
            yield "dim", printable(f"      {kind} {place}{binding.name} → {binding.role_kind} {binding.role_name}")
    if built_in := [other.subject.name for other in answer.others if other.built_in]:
        yield "dim", printable(f"  Kubernetes' own: {', '.join(built_in)}")
    for error in answer.errors:
        yield "yellow", printable(f"not counted: {error}")


def _holder(holder: Holder, *, anywhere: bool) -> str:
    name = holder.asker.name
    via = f" through {way_of(holder.asker)}" if holder.asker.way else ""
    return f"{name}{via}{_where(holder.everywhere, holder.namespaces) if anywhere else ''}"


def _where(everywhere: bool, namespaces: Sequence[str]) -> str:
    if everywhere:
        return ": everywhere"
    more = f" and {len(namespaces) - _MOST_NAMESPACES} more" if len(namespaces) > _MOST_NAMESPACES else ""
    return f": in {', '.join(namespaces[:_MOST_NAMESPACES])}{more}" if namespaces else ""


def _chains(holder: Holder) -> Iterator[str]:
    """Say the whole way from the mapping to the rule, once a ground."""
    for ground in holder.decision.grounds:
        yield f"{holder.asker.authentication.source} → {holder.identity.username} → {_through(ground)}"


def _through(ground: Ground) -> str:
    if ground.policy is not None:
        return f"access policy {ground.policy}"
    if ground.binding is None or ground.subject is None or ground.rule is None:
        return ground_text(ground)
    kind = "RoleBinding" if ground.binding.namespace else "ClusterRoleBinding"
    place = f"{ground.binding.namespace}/" if ground.binding.namespace else ""
    return (
        f"{ground.subject.kind} {ground.subject.name} → {kind} {place}{ground.binding.name} → "
        f"{ground.binding.role_kind} {ground.binding.role_name} → {compact(ground.rule)}"
    )


def _other(other: OtherSubject) -> str:
    namespace = f"{other.subject.namespace}/" if other.subject.namespace else ""
    remark = f" ({other.remark})" if other.remark else ""
    return f"{other.subject.kind} {namespace}{other.subject.name}{remark}{_where(other.everywhere, other.namespaces)}"


def _markdown(answer: WhoCan, label: str) -> Iterator[str]:
    yield f"### who can {code(_asked(answer))} ({code(label)})"
    yield ""
    yield "| Who | Through | Where | Because |"
    yield "|---|---|---|---|"
    for holder in (*answer.people, *answer.nodes):
        where = _where(holder.everywhere, holder.namespaces).removeprefix(": ") or "as asked"
        because = "; ".join(_cell(chain) for chain in _chains(holder))
        yield f"| {_cell(holder.asker.name)} | {_cell(way_of(holder.asker))} | {where} | {because} |"
    for other in answer.others:
        names = ", ".join(_cell(binding.name) for binding in other.bindings[:3])
        where = _where(other.everywhere, other.namespaces).removeprefix(": ")
        yield f"| {_cell(f'{other.subject.kind} {other.subject.name}')} | {other.remark} | {where} | {names} |"
    for error in answer.errors:
        yield ""
        yield f"not counted: {code(error)}"


def _cell(text: str) -> str:
    return code(text).replace("|", "\\|")


def _data(answer: WhoCan, label: str) -> dict[str, object]:
    return {
        "source": label,
        "request": request_data(answer.request),
        "anywhere": answer.anywhere,
        "people": [_holder_data(holder) for holder in answer.people],
        "nodes": [_holder_data(holder) for holder in answer.nodes],
        "others": [
            {
                "kind": other.subject.kind,
                "name": other.subject.name,
                "namespace": other.subject.namespace,
                "everywhere": other.everywhere,
                "namespaces": list(other.namespaces),
                "bindings": [{"name": each.name, "namespace": each.namespace} for each in other.bindings],
                "remark": other.remark,
            }
            for other in answer.others
        ],
        "errors": list(answer.errors),
    }


def _holder_data(holder: Holder) -> dict[str, object]:
    return {
        **asker_data(holder.asker),
        "everywhere": holder.everywhere,
        "namespaces": list(holder.namespaces),
        "because": decision_data(holder.decision),
    }
