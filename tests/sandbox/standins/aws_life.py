"""The life of one AWS resource behind the stand-in's handler: made, looked at again, changed, imported."""

from __future__ import annotations

from typing import Any

from sandbox.standins.resource import Diff, Instance, ResourceHandler, State


def policy(action: str) -> dict[str, Any]:
    """A policy document that allows one action on everything."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}],
}


def checked(handler: ResourceHandler, inputs: dict[str, Any], olds: dict[str, Any] | None = None) -> dict[str, Any]:
    """The inputs as the engine gets them back from Check."""
    return handler.check("urn:pulumi:dev::eks-access::x::lifecycle", inputs, olds or {})


def change(aws: Instance, type_: str, state: State, inputs: dict[str, Any]) -> dict[str, Any]:
    """Update in place; a second look finds nothing more to do."""
    handler = aws.resources(type_)
    wanted = checked(handler, inputs, state.inputs)
    found = handler.diff(state.id, state.inputs or {}, state.outputs, wanted)
    assert found.changed
    assert not found.replaces
    outputs = handler.update(state.id, state.outputs, wanted, False)
    seen = handler.read(state.id, wanted)
    assert seen is not None
    assert handler.diff(state.id, seen.inputs or {}, seen.outputs, wanted) == Diff()
    return outputs


def imported(aws: Instance, type_: str, id: str) -> State:
    """What an import finds; a program that writes just that has nothing to change."""
    handler = aws.resources(type_)
    seen = handler.read(id, {})
    assert seen is not None
    assert seen.inputs is not None
    assert handler.diff(seen.id, seen.inputs, seen.outputs, checked(handler, seen.inputs)) == Diff()
    return seen
