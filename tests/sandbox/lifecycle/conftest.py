"""A sandbox of the stories' own: they make and remove the stacks that other tests keep."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.environment import Sandbox

from ..engine import Environment


@pytest.fixture(scope="session")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """An account with the stack `people`, for environments that come and go."""
    sandbox = Sandbox(tmp_path_factory.mktemp("lives") / "home")
    try:
        sandbox.up()
        environment = Environment.copy(sandbox, tmp_path_factory.mktemp("project"))
        environment.up("people")
        yield environment
    finally:
        sandbox.down()
