"""The engine dies after a provider did what it was asked for, and before it hears so."""

from __future__ import annotations

import pytest

from sandbox.faults import AFTER

from .conftest import Show
from .killing import killed_at_points
from .stage import Stage

pytestmark = pytest.mark.sandbox


def test_no_admin_is_locked_out_and_the_next_update_leaves_no_orphan(stage: Stage, show: Show) -> None:
    done, calls = killed_at_points(stage, AFTER)

    show("killed after the effect of a call", kill_points=len(done), calls=calls, at="; ".join(done))
    assert done
