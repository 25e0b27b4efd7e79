"""The stacks `people` and `dev`, deployed once for the tests of this folder, which follow each other on one worker.

They have an account of their own: audits and the removal count what is in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.environment import Sandbox

from ..conftest import started
from ..engine import Changes, Environment


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Started once, stopped at the end by process id."""
    with started(tmp_path_factory.mktemp("deployed") / "home") as sandbox:
        yield sandbox


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
