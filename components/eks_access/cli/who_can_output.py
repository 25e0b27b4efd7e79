"""Answers to ``who-can`` as text, Markdown and JSON: people first, through which team, mapping, group and binding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..authz.messages import compact
from ..authz.model import BindingSubject, Ground
from ..review.answers import Holder, OtherSubject, WhoCan
from ..review.asking import describe
from .answers_output import asker_data, decision_data, ground_text, request_data, told_markdown, way_of
from .output import Format, Line, code, printable, say, say_json

_MOST_NAMESPACES = 8
_CHANCE = "by chance"


def show_who_can(answer: WhoCan, label: str, format: Format, notices: Sequence[str] = ()) -> None:
    """Print who may."""
    match format:
        case Format.JSON:
            say_json({**_data(answer, label), "notices": list(notices)})
        case Format.MD:
            say(("", line) for line in (*_markdown(answer, label), *told_markdown(notices)))
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
            yield "dim", printable(f"      {binding.place} → {binding.role_kind} {binding.role_name}")
    if built_in := _built_in(answer):
        yield "dim", printable(f"  Kubernetes' own: {', '.join(built_in)}")
    for error in answer.errors:
        yield "yellow", printable(f"not counted: {error}")


def _holder(holder: Holder, *, anywhere: bool) -> str:
    name = holder.asker.name
    via = f" through {way_of(holder.asker)}" if holder.asker.way else ""
    chance = f", {_CHANCE}" if holder.ambiguous else ""
    return f"{name}{via}{chance}{_where(holder.everywhere, holder.namespaces) if anywhere else ''}"


def _where(everywhere: bool, namespaces: Sequence[str]) -> str:
    if everywhere:
        return ": everywhere"
    return f": in {', '.join(namespaces[:_MOST_NAMESPACES])}{_more(namespaces)}" if namespaces else ""


def _more(namespaces: Sequence[str]) -> str:
    return f" and {len(namespaces) - _MOST_NAMESPACES} more" if len(namespaces) > _MOST_NAMESPACES else ""


def _chains(holder: Holder) -> Iterator[str]:
    """Say the whole way from the mapping to the rule, once a ground."""
    for ground in holder.decision.grounds:
        username = holder.identity.username or '""'
        yield f"{holder.asker.authentication.source} → {username} → {_through(ground)}"


def _through(ground: Ground) -> str:
    if ground.policy is not None:
        return f"access policy {ground.policy}"
    if ground.binding is None or ground.subject is None or ground.rule is None:
        return ground_text(ground)
    return (
        f"{ground.subject.kind} {ground.subject.name} → {ground.binding.place} → "
        f"{ground.binding.role_kind} {ground.binding.role_name} → {compact(ground.rule)}"
    )


def _other(other: OtherSubject) -> str:
    remark = f" ({other.remark})" if other.remark else ""
    return f"{_subject(other.subject)}{remark}{_where(other.everywhere, other.namespaces)}"


def _subject(subject: BindingSubject) -> str:
    namespace = f"{subject.namespace}/" if subject.namespace else ""
    return f"{subject.kind} {namespace}{subject.name}"


def _built_in(answer: WhoCan) -> list[str]:
    return [other.subject.name for other in answer.others if other.built_in]


def _markdown(answer: WhoCan, label: str) -> Iterator[str]:
    yield f"### who can {code(_asked(answer))} ({code(label)})"
    yield ""
    yield "| Who | Through | Where | Because |"
    yield "|---|---|---|---|"
    for holder in (*answer.people, *answer.nodes):
        through = _cell(way_of(holder.asker)) + (f" {_CHANCE}" if holder.ambiguous else "")
        where = _where_cell(holder.everywhere, holder.namespaces) if answer.anywhere else "as asked"
        because = "; ".join(_cell(chain) for chain in _chains(holder))
        yield f"| {_cell(holder.asker.name)} | {through} | {where} | {because} |"
    for other in (each for each in answer.others if not each.built_in):
        names = ", ".join(_cell(binding.place) for binding in other.bindings[:3])
        where = _where_cell(other.everywhere, other.namespaces)
        yield f"| {_cell(_subject(other.subject))} | {other.remark} | {where} | {names} |"
    yield ""
    if not answer.people:
        yield "people: nobody  "
    if built_in := _built_in(answer):
        yield f"Kubernetes' own: {', '.join(map(code, built_in))}"
    for error in answer.errors:
        yield ""
        yield f"not counted: {code(error)}"


def _where_cell(everywhere: bool, namespaces: Sequence[str]) -> str:
    if everywhere:
        return "everywhere"
    return f"in {', '.join(map(_cell, namespaces[:_MOST_NAMESPACES]))}{_more(namespaces)}" if namespaces else ""


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
        "ambiguous": holder.ambiguous,
        "everywhere": holder.everywhere,
        "namespaces": list(holder.namespaces),
        "because": decision_data(holder.decision),
    }
