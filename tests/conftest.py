"""Hypothesis: the same examples everywhere, and more of them where there is time (HYPOTHESIS_PROFILE=soak).

And which tests stay together where several workers share them.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True, max_examples=50)
settings.register_profile("soak", deadline=None, print_blob=True, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


LONGEST_FIRST = (
    "sandbox/deployed/",
    "sandbox/test_walls",
    "sandbox/faults/",
    "sandbox/test_examples",
    "sandbox/test_takeover",
    "sandbox/lifecycle/",
    "sandbox/test_fleet",
    "sandbox/test_tour",
    "sandbox/test_migration",
    "sandbox/",
    "conformance/",
)
"""Parts of the names of groups: those that take minutes, then all that start servers. The others fill what is left."""


class Groups(LoadScopeScheduling):
    """Keeps on one worker, and in order, what follows each other; and begins with what takes longest."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        if file.startswith("tests/sandbox/deployed/"):
            return "tests/sandbox/deployed/"
        if file.startswith("tests/sandbox/lifecycle/"):
            return f"{file} {test.partition('[')[2]}"
        if file == "tests/sandbox/test_walls.py":
            return nodeid.rpartition("::")[0]
        return file

    def _assign_work_unit(self, node: WorkerController) -> None:
        """Give out the longest group that is left: a long one that comes last is waited for by idle workers."""
        self.workqueue.move_to_end(min(self.workqueue, key=rank), last=False)
        super()._assign_work_unit(node)


def rank(group: str) -> int:
    """Say how early a group begins; the lower, the earlier."""
    known = (number for number, name in enumerate(LONGEST_FIRST) if name in group)
    return next(known, len(LONGEST_FIRST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Groups:
    """Give groups to workers; xdist's own groups need a part of pytest that version 9 no longer has."""
    return Groups(config, log)
