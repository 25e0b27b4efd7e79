"""How long the command line takes to start, beside the bare interpreter."""

from __future__ import annotations

from .rows import Row, Table, seconds, times
from .timing import EKS_ACCESS, PYTHON, whole_processes

REPETITIONS = 15
MOST = 3.0


def measure() -> Table:
    """Time `eks-access --help` against an interpreter that does nothing."""
    taken = whole_processes(
        {"ours": (EKS_ACCESS, "--help"), "python": (PYTHON, "-c", "pass")}, REPETITIONS, answers=(0,)
    )
    ratio = taken["ours"] / taken["python"]
    row = Row(
        what="eks-access --help",
        ours=seconds(taken["ours"]),
        reference=f"python -c pass {seconds(taken['python'])}",
        ratio=times(ratio),
        target=f"≤ {MOST:g}x",
        met=ratio <= MOST,
    )
    return Table(title="Start", rows=[row], notes=[f"whole processes, medians of {REPETITIONS}"])
