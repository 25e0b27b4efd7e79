"""The engine dies on the way to a provider: what it asked for never happens."""

from __future__ import annotations

import pytest

from sandbox.faults import BEFORE

from .conftest import Show
from .killing import killed_at_points
from .stage import Stage

pytestmark = pytest.mark.sandbox


def test_no_admin_is_locked_out_and_the_next_update_leaves_no_orphan(stage: Stage, show: Show) -> None:
    done, calls = killed_at_points(stage, BEFORE)

    show("killed before the effect of a call", kill_points=len(done), calls=calls, at="; ".join(done))
    assert done
