"""One sandbox for all tests that need one: the real engine, the real API server, the real authenticator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.environment import Sandbox

from .engine import Changes, Environment


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
def previewed(environment: Environment) -> dict[str, Changes]:
    """The first previews of both stacks, before anything exists."""
    people = environment.preview("people")
    environment.up("people")
    return {"people": people, "dev": environment.preview("dev")}


@pytest.fixture(scope="session")
def deployed(environment: Environment, previewed: dict[str, Changes]) -> dict[str, Changes]:
    """What the first updates of `people` and `dev` did; the creator's kubeconfig is in place."""
    done = {"people": previewed["people"], "dev": environment.up("dev")}
    environment.aws("eks", "update-kubeconfig", "--name", "dev")
    return done
