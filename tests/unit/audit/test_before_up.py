"""An update stops for what others wrote, and for nothing that this project's own declaration changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eks_access import Declaration, compile_plan
from eks_access.audit.auditing import Subject, audit
from eks_access.audit.before_up import before_up, read_deployed
from eks_access.audit.model import Deployed
from eks_access.errors import Refused
from eks_access.plan.onboarding import access_list
from hypothesis import given

from ..declarations import raw_declarations
from .edits import STRANGER, TODAY, clean, few, items, raw_small, with_items

LINE = {"rolearn": STRANGER, "username": "x", "groups": []}


def state_of(declaration: Declaration) -> dict[str, Any]:
    """What the stack's state says of itself after an update."""
    plan = compile_plan(declaration, today=TODAY)
    outputs = {
        "access": access_list(plan),
        "node_role_arns": {str(role.kind): role.arn for role in plan.node_roles},
    }
    stack = {"urn": "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev", "type": "pulumi:pulumi:Stack", "outputs": outputs}
    return {"deployment": {"resources": [stack]}}


def stops(subject: Subject, *drops: str) -> list[str]:
    return [each.name for each in before_up(audit(subject), drops).stops]


def edited(subject: Subject) -> Subject:
    return with_items(subject, "mapRoles", [*items(subject.state, "mapRoles"), LINE])


def test_a_line_of_others_stops_it_until_it_is_dropped_by_its_name() -> None:
    subject = edited(clean(Declaration.model_validate(raw_small())))
    assert stops(subject) == [STRANGER]
    assert stops(subject, STRANGER.upper()) == []


def test_a_slip_in_a_name_is_refused_and_drops_nothing() -> None:
    subject = edited(clean(Declaration.model_validate(raw_small())))
    with pytest.raises(Refused, match="did you mean"):
        stops(subject, STRANGER + "s")
    with pytest.raises(Refused, match="nothing that is called so"):
        stops(clean(Declaration.model_validate(raw_small())), STRANGER)


@few
@given(raw_declarations(), raw_declarations())
def test_any_change_of_the_declaration_goes_through_where_nobody_else_wrote(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    mode = {"authenticationMode": "API_AND_CONFIG_MAP"}
    was, becomes = (Declaration.model_validate({**raw, "cluster": {**raw["cluster"], **mode}}) for raw in (old, new))
    subject = replace(clean(was), declaration=becomes, deployed=read_deployed(state_of(was)))
    assert stops(subject) == []
    foreign = with_items(subject, "mapRoles", [*items(subject.state, "mapRoles"), LINE])
    if items(clean(becomes).state, "mapRoles") or items(clean(was).state, "mapRoles"):
        assert stops(foreign) == [STRANGER]


def test_without_the_state_whatever_the_declaration_does_not_say_is_of_others() -> None:
    raw = raw_small()
    was = clean(Declaration.model_validate(raw))
    raw["grants"] = raw["grants"][1:]
    left = replace(was, declaration=Declaration.model_validate(raw))
    assert any("demo-team-ants" in name for name in stops(left))
    assert stops(replace(left, deployed=read_deployed(state_of(was.declaration)))) == []


def test_a_section_that_no_update_writes_is_no_reason_to_stop() -> None:
    subject = clean(Declaration.model_validate(raw_small()))
    accounts = {**(subject.state.aws_auth or {}), "mapAccounts": '["444455556666"]'}
    assert stops(replace(subject, state=replace(subject.state, aws_auth=accounts))) == []


@pytest.mark.parametrize(
    "outputs",
    [{}, {"access": "text"}, {"access": [1, {}, {"principal": 3}]}, {"node_role_arns": [1]}, {"access": None}],
)
def test_a_state_that_says_nothing_of_the_kind_makes_nothing_ours(outputs: dict[str, Any]) -> None:
    state = state_of(Declaration.model_validate(raw_small()))
    state["deployment"]["resources"][0]["outputs"] = outputs
    assert read_deployed(state) == Deployed()
