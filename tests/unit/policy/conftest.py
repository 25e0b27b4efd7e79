"""The pack, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .pack import Pack, running


@pytest.fixture(scope="session")
def pack() -> Iterator[Pack]:
    with running() as started:
        yield started
