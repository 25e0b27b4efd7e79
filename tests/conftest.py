"""Hypothesis: the same examples everywhere, and more of them where there is time (HYPOTHESIS_PROFILE=soak).

And which tests stay together where several workers share them.
"""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True, max_examples=50)
settings.register_profile("soak", deadline=None, print_blob=True, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


class Groups(LoadScopeScheduling):
    """Keeps on one worker, and in order, what follows each other: each story of an environment, and each file.

    Walls and tour start sandboxes of their own, one for each mode.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        if file in ("tests/sandbox/test_walls.py", "tests/sandbox/test_tour.py"):
            return nodeid.rpartition("::")[0]
        if re.fullmatch(r"tests/sandbox/test_\w+\.py", file):
            return "the environment"
        story = test.partition("[")[2] if file.startswith("tests/sandbox/lifecycle/") else ""
        return f"{file} {story}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Groups:
    """Give groups to workers; xdist's own groups need a part of pytest that version 9 no longer has."""
    return Groups(config, log)
