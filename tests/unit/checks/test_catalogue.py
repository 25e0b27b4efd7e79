"""The catalogue keeps ids apart."""

from __future__ import annotations

import pytest
from eks_access.checks import Over
from eks_access.checks import catalogue as listed
from eks_access.checks.catalogue import check


def test_two_checks_cannot_share_an_id() -> None:
    taken = listed()[0].id

    with pytest.raises(RuntimeError, match=taken):
        check(taken, "title", over=Over.PLAN, why="why", fix="fix")(lambda plan: [])
