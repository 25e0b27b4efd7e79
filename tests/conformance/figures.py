"""The seed that repeats the long runs, whether they are to be longest, and what they measured."""

from __future__ import annotations

import os

SEED = int(os.environ.get("CONFORMANCE_SEED", "20261126"))
"""Everything generated follows from it."""
SOAK = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
"""Whether the full counts are wanted (`make soak`)."""


def line(title: str, **figures: object) -> str:
    """Write a measurement as one line."""
    said = ", ".join(f"{name.replace('_', ' ')} {_text(value)}" for name, value in figures.items())
    return f"\n[conformance] {title}: {said}, seed {SEED}"


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
