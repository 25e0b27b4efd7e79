"""Each module has an account of its own: what happens here is not for others to find."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ...conformance.conftest import Show, show
from .stage import Stage, staged

__all__ = ["Show", "show", "stage"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The environment, deployed."""
    with staged(tmp_path_factory.mktemp("faults"), "edge") as stage:
        yield stage
