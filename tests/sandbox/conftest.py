"""One sandbox for all tests that need one: the real engine, the real API server, the real authenticator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.environment import Sandbox

from .engine import Changes, Environment

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep on one worker, and in order, what follows each other: the stories of an environment, and each file."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    if item.path.parent == HERE and "environment" in getattr(item, "fixturenames", ()):
        return "the environment"
    parameters = getattr(item, "callspec", None)
    story = parameters.id if parameters and "life" in parameters.params else ""
    return f"{item.path.relative_to(HERE)} {story}"


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Started once, stopped at the end by process id."""
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox") / "home")
    try:
        sandbox.up()
        yield sandbox
    finally:
        sandbox.down()


@pytest.fixture(scope="session")
def environment(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A copy of the project in which declarations can be edited."""
    return Environment.copy(sandbox, tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def previewed(environment: Environment) -> list[dict[str, Any]]:
    """The steps of the first preview of `dev`; of its objects nothing exists, `people` is there."""
    environment.up("people")
    return environment.preview_steps("dev")


@pytest.fixture(scope="session")
def deployed(environment: Environment, previewed: object) -> Changes:
    """What the first update of `dev` did; the creator's kubeconfig is in place."""
    done = environment.up("dev")
    environment.aws("eks", "update-kubeconfig", "--name", "dev")
    return done
