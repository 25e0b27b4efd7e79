"""``diff`` of two declarations against what there was before it: two matrices as JSON, and a diff of their lines."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from .components import declaration
from .rows import Row, Table, seconds, times
from .timing import EKS_ACCESS, run, whole_processes

SIZES = ((200, 25, 50), (1000, 100, 200))
"""People, teams, namespaces."""
REPETITIONS = 5
LEAST = 1.0
"""How many times faster than two matrices and a diff, at least."""


def measure() -> Table:
    """Compare both on declarations of which a few lines changed."""
    notes = (
        f"of one declaration a grant and a member change; whole processes in turn, medians of {REPETITIONS}; "
        "whose roles differ is the same in both; what a role allows, the matrices don't say",
    )
    headings = ("What", "Ours", "Two matrices and diff", "Ratio", "Target", "")
    return Table(title="diff", headings=headings, rows=[_row(*size) for size in SIZES], notes=notes)


def _row(people: int, teams: int, namespaces: int) -> Row:
    old = declaration(people, teams, namespaces)
    with tempfile.TemporaryDirectory(prefix="eks-access-bench-") as folder:
        files = [Path(folder) / name for name in ("old.yaml", "new.yaml")]
        for file, content in zip(files, (old, _edited(old)), strict=True):
            file.write_text(yaml.safe_dump(content, sort_keys=False))
        sides = list(map(str, files))
        _compare(sides)
        each = [f"{EKS_ACCESS} matrix --format json --stack {side} > {side}.json" for side in sides]
        by_hand = " && ".join([*each, f"diff {sides[0]}.json {sides[1]}.json"])
        taken = whole_processes(
            {"ours": (EKS_ACCESS, "diff", *sides), "theirs": ("sh", "-c", by_hand)}, REPETITIONS, answers=(1,)
        )
    ratio = taken["theirs"] / taken["ours"]
    return Row(
        what=f"{people:,} people in {teams} teams, {namespaces} namespaces",
        ours=seconds(taken["ours"]),
        reference=seconds(taken["theirs"]),
        ratio=times(ratio),
        target=f"≥ {LEAST:g}x",
        met=ratio >= LEAST,
    )


def _edited(old: dict[str, Any]) -> dict[str, Any]:
    """Let a team without admins edit, and move somebody from one team to another."""
    new = copy.deepcopy(old)
    grant = next(grant for grant in new["grants"] if grant["team"] == "team-02")
    grant["role"] = "edit"
    new["teams"]["team-04"]["members"].append(new["teams"]["team-03"]["members"].pop())
    return new


def _compare(sides: Sequence[str]) -> None:
    """Hold the people whose rights change against the rows of the matrices that differ.

    Raises:
        RuntimeError: they are not the same.
    """
    rows = []
    for side in sides:
        matrix = json.loads(run((EKS_ACCESS, "matrix", "--format", "json", "--stack", side)))
        rows.append({each["person"]: each for each in matrix["people"]})
    differing = {name for name in {*rows[0], *rows[1]} if rows[0].get(name) != rows[1].get(name)}
    (found,) = json.loads(run((EKS_ACCESS, "diff", *sides, "--format", "json"), answers=(1,)))["environments"]
    told = {each["name"] for each in found["changes"] if each["kind"] == "person" and each["effective"]}
    if told != differing:
        raise RuntimeError(f"diff tells of {sorted(told)}, the matrices of {sorted(differing)}")
