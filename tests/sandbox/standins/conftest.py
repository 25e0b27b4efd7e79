"""The aws stand-in on the sandbox's account."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.environment import Sandbox
from sandbox.standins.aws import configure
from sandbox.standins.resource import Diff, Instance, ResourceHandler, State

from .aws_life import checked

Make = Callable[..., State]


@pytest.fixture(scope="module")
def account(sandbox: Sandbox) -> Iterator[str]:
    """The account's id, with the deployer's credentials in the environment."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in sandbox.variables().items():
            if name.startswith("AWS_"):
                environment.setenv(name, value)
        yield sandbox.state().account


@pytest.fixture(scope="module")
def aws(account: str) -> Instance:
    """A configured provider that tags everything."""
    tags = json.dumps({"tags": {"owner": "platform"}})
    return configure({"allowedAccountIds": json.dumps([account]), "defaultTags": tags})


class Made:
    """Resources that a test made, to be removed after it, last first."""

    def __init__(self, aws: Instance) -> None:
        self._aws = aws
        self._made: list[tuple[ResourceHandler, State]] = []

    def make(self, type_: str, /, **inputs: Any) -> State:
        """Make a resource, hold it against its preview and against a second look."""
        handler = self._aws.resources(type_)
        wanted = checked(handler, inputs)
        foreseen = handler.create("urn", wanted, True).outputs
        state = handler.create("urn", wanted, False)
        self._made.append((handler, state))
        assert foreseen.keys() == state.outputs.keys()
        seen = handler.read(state.id, wanted)
        assert seen is not None
        assert handler.diff(state.id, seen.inputs or {}, seen.outputs, wanted) == Diff()
        kept: tuple[str, ...] = getattr(handler, "kept_outputs", ())
        assert {k: v for k, v in state.outputs.items() if k not in kept} == {
            k: v for k, v in seen.outputs.items() if k not in kept
        }
        return State(state.id, state.outputs, wanted)

    def remove(self) -> None:
        """Remove everything; twice is no failure."""
        for handler, state in reversed(self._made):
            handler.delete(state.id, state.outputs)
            assert handler.read(state.id, {**state.outputs}) is None
            handler.delete(state.id, state.outputs)


@pytest.fixture
def make(aws: Instance) -> Iterator[Make]:
    """Make resources that live as long as the test."""
    made = Made(aws)
    yield made.make
    made.remove()
