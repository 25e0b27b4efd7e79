"""The whole matrix of a cluster at its quotas, and how it grows towards them."""

from __future__ import annotations

import json
from statistics import median

from .quota_run import QUOTAS
from .rows import Row, Table, seconds
from .timing import PYTHON, run

SHARES = (0.25, 0.5, 1.0)
REPETITIONS = 3
MOST_SECONDS, MOST_MEGABYTES = 5.0, 500
TOLERANCE = 1.25
"""How much over straight proportion still counts as linear, on a machine that does other things too."""


def measure() -> Table:
    """Build the matrices at a quarter, a half and the whole of the quotas, each in a process of its own."""
    found: dict[float, dict[str, float]] = {}
    runs: dict[float, list[dict[str, float]]] = {share: [] for share in SHARES}
    for _ in range(REPETITIONS):
        for share in SHARES:
            runs[share].append(json.loads(run([PYTHON, "-m", "bench.quota_run", str(share)])))
    for share, each in runs.items():
        found[share] = {key: median(one[key] for one in each) for key in each[0]}
    rows = [row for name in ("roles", "verbs") for row in _rows(name, found)]
    notes = (
        f"{QUOTAS.people:,} access entries, {QUOTAS.namespaces:,} namespaces, {QUOTAS.roles:,} roles, "
        f"{QUOTAS.bindings:,} bindings; processor time of one thread; the reference is the size before, "
        f"the ratio the growth, which is called straight up to {TOLERANCE - 1:.0%} over it; memory is the "
        f"process's peak, interpreter and input included; medians of {REPETITIONS} processes",
    )
    return Table(title="Matrix at the quotas", rows=[*rows, _memory(found)], notes=notes)


def _rows(name: str, found: dict[float, dict[str, float]]) -> list[Row]:
    rows, before = [], 0.0
    for share in SHARES:
        taken, last = found[share][name], share == SHARES[-1]
        growth, straight = (taken / found[before][name], share / before) if before else (0.0, 0.0)
        within = (not before or growth <= straight * TOLERANCE) and (not last or taken <= MOST_SECONDS)
        limits = [f"≤ {MOST_SECONDS:g} s"] if last else []
        limits += [f"growth ≈ {straight:g}x"] if before else []
        rows.append(
            Row(
                what=f"{'roles' if name == 'roles' else 'verbs of pods'}, {_share(share)}",
                ours=seconds(taken),
                reference=seconds(found[before][name]) if before else "",
                ratio=f"{growth:.2f}x" if before else "",
                target=", ".join(limits),
                met=within if limits else None,
            )
        )
        before = share
    return rows


def _memory(found: dict[float, dict[str, float]]) -> Row:
    most = found[1.0]["megabytes"]
    return Row(
        what="memory, whole",
        ours=f"{most:.0f} MB",
        reference=", ".join(f"{_share(share)} {found[share]['megabytes']:.0f} MB" for share in SHARES[:-1]),
        target=f"≤ {MOST_MEGABYTES} MB",
        met=most <= MOST_MEGABYTES,
    )


def _share(share: float) -> str:
    return {0.25: "a quarter", 0.5: "a half", 1.0: "whole"}[share]
