"""Generated clusters: adopted or migrated, nobody gains or loses anything that isn't told."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from eks_access import compile_plan
from eks_access.checks import judge
from eks_access.declaration import from_dict, load
from eks_access.migration.actions import CreateEntry
from eks_access.migration.evidence import evidence
from eks_access.migration.planning import plan_migration
from eks_access.review.declared import state_of_plan
from eks_access.review.diff import diff_access
from eks_access.takeover.declaring import take_over

from .clusters import generated
from .messy import read

CASES = 30


@pytest.mark.parametrize("mode", ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"])
def test_what_is_adopted_is_what_was_there(mode: str, tmp_path: Path) -> None:
    file = tmp_path / "old.yaml"
    for seed in range(CASES):
        cluster = generated(Random(seed), mode)
        state, known = read(cluster.documents)

        taken = take_over(state, known, cluster.creator)

        file.write_text(taken.text)
        assert load(file) == from_dict(dict(taken.declaration)), seed
        plan = compile_plan(load(file))
        gone = {said.split(" ")[1].rstrip(":") for said in taken.left_out}
        told = " ".join(taken.decisions).lower()
        for change in diff_access(state, state_of_plan(plan, state.rbac)).effective:
            # of the creator only the declaration tells, and a line that lets nobody in is nobody's
            names = {cluster.creator, *gone}
            if change.name in names | {name.rpartition("/")[2] for name in names} or change.kind == "account":
                continue
            assert "chance" in told, (seed, change)
            assert change.name.lower() in told, (seed, change)
        for problem in judge(plan).errors:
            assert f"{problem.check} {problem.path}".lower() in told, (seed, problem)


@pytest.mark.parametrize("mode", ["CONFIG_MAP", "API_AND_CONFIG_MAP"])
def test_every_command_that_is_printed_leaves_everybody_as_they_were(mode: str) -> None:
    made = 0
    for seed in range(CASES):
        state, known = read(generated(Random(seed), mode).documents)
        migration = plan_migration(state, known)
        for step in migration.steps:
            if migration.is_blocked(step):
                continue
            after = step.before
            for action in step.actions:
                after = action.applied(after)
                assert evidence(step.before, after).empty, (seed, action)
                made += isinstance(action, CreateEntry)
    assert made > 10, "the generated clusters have hardly anything to move"
