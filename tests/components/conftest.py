"""Every test of a component runs in preview and in up."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest
from eks_access import Platform

from .. import plans
from ..mock_engine import Recorder, run_program

Run = Callable[[Callable[[], object]], Recorder]


@pytest.fixture(params=["preview", "up"])
def phase(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def run_in() -> Callable[[str], Run]:
    """Give the mock engine of a phase."""
    return lambda phase: lambda program: run_program(program, preview=phase == "preview")


@pytest.fixture
def run(run_in: Callable[[str], Run], phase: str) -> Run:
    return run_in(phase)


@pytest.fixture(scope="session")
def dev() -> dict[str, Any]:
    return plans.as_data(plans.dev())


@pytest.fixture(scope="session")
def people() -> dict[str, Any]:
    return plans.as_data(plans.people())


@pytest.fixture(scope="session")
def platforms(dev: dict[str, Any]) -> Callable[[str], Recorder]:
    """What the platform of the stack `dev` registers in a phase; made once, to be read only."""
    return functools.cache(
        lambda phase: run_program(lambda: Platform("platform", {"access": dev}), preview=phase == "preview")
    )


@pytest.fixture
def recorder(platforms: Callable[[str], Recorder], phase: str) -> Recorder:
    return platforms(phase)
