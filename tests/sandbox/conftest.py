"""One sandbox for all tests that need no more of it than that: the real engine, API server and authenticator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.environment import Sandbox


@contextmanager
def started(home: Path) -> Iterator[Sandbox]:
    """Start a sandbox; stop it at the end by process id."""
    sandbox = Sandbox(home)
    try:
        sandbox.up()
        yield sandbox
    finally:
        sandbox.down()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Started once on each worker. What a test leaves in its account must not matter to another."""
    with started(tmp_path_factory.mktemp("sandbox") / "home") as sandbox:
        yield sandbox
