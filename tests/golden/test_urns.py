"""Names are forever: a changed URN is a deletion and a creation in somebody's account."""

from __future__ import annotations

import pytest
from eks_access import Declaration, Platform
from syrupy.assertion import SnapshotAssertion

from ..mock_engine import run_program
from ..plans import as_data, stack

# Files are named after what they show, not after the test; syrupy warns of that when it writes them.
pytestmark = pytest.mark.filterwarnings(r"ignore:\s*Can not relate snapshot name")
STACKS = ("dev", "people", "prod", "staging")


@pytest.mark.parametrize("declaration", [stack(name) for name in STACKS], ids=STACKS)
def test_a_stack_keeps_the_names_of_its_resources(declaration: Declaration, golden: SnapshotAssertion) -> None:
    recorder = run_program(lambda: Platform("platform", {"access": as_data(declaration)}))

    assert sorted(urn.split("::", 2)[2] for urn in recorder.urns) == golden
