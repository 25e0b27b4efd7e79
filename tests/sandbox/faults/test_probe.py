"""Whoever's rights an update doesn't change never notices it: everybody logs in all the time while it runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import yaml
from eks_access.declaration.kinds import AuthenticationMode

from ...conformance.figures import SEED, SOAK
from ..lifecycle.life import put_into
from ..lifecycle.test_mode_steps import step
from .conftest import Show
from .edits import Editor
from .probing import Judged, Watchers, watchers
from .stage import Raw, Stage, declaration, staged

pytestmark = pytest.mark.sandbox

EDITS = int(os.environ.get("FAULTS_EDITS", "100" if SOAK else "10"))
"""Edits of a run, mode steps included."""
CONFIG_MAP, BOTH, API = AuthenticationMode
BY_EKS = ["entry/node-managed"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The environment as it would have been made years ago: aws-auth alone. The API server caches no login."""
    raw = declaration("edge")
    put_into(raw, CONFIG_MAP)
    with staged(tmp_path_factory.mktemp("probe"), "edge", cache_seconds=0, raw=raw) as stage:
        yield stage


@dataclass
class Run:
    """All edits so far, and what came of them."""

    everybody: Watchers
    raw: Raw
    judged: dict[str, Judged] = field(default_factory=dict)

    def apply(self, told: str, draft: Raw, update: Callable[[], object]) -> None:
        stage = self.everybody.stage
        before = stage.plan
        after = stage.declare(draft)
        self.judged[f"{len(self.judged) + 1}: {told}"] = self.everybody.during(update, before, after)
        self.raw = draft


def forward(run: Run, mode: AuthenticationMode, taken_over: list[str], *options: str) -> None:
    """Go to the next mode as docs/operations.md says."""
    stage = run.everybody.stage
    draft = yaml.safe_load(yaml.safe_dump(run.raw))
    put_into(draft, mode)

    def update() -> None:
        if mode is BOTH:
            step(stage.life, BOTH)
        stage.adopt(taken_over)
        stage.up(*options)
        stage.adopt([])
        stage.up()

    run.apply(f"on to {mode}", draft, update)


def test_nobody_whose_rights_stay_is_refused_and_changed_rights_arrive(stage: Stage, show: Show) -> None:
    editor = Editor(f"{SEED} edits")
    with watchers(stage) as everybody:
        run = Run(everybody, declaration("edge"))
        put_into(run.raw, CONFIG_MAP)
        forward(run, BOTH, BY_EKS, "--refresh")
        while len(run.judged) < EDITS:
            if len(run.judged) == EDITS - max(3, EDITS // 10):
                forward(run, API, ["entry/person-ci"])
            run.apply(*editor.edit(run.raw), stage.up)

    unexpected = {told: judged.unexpected for told, judged in run.judged.items() if judged.unexpected}
    late = {told: judged.late for told, judged in run.judged.items() if judged.late}
    show(
        "probe while declarations are edited",
        edits=len(run.judged),
        probes=sum(judged.probes for judged in run.judged.values()),
        answers_that_changed=sum(judged.changed for judged in run.judged.values()),
        unexpected_refusals=sum(map(len, unexpected.values())),
        rights_that_did_not_arrive=sum(map(len, late.values())),
    )
    assert unexpected == {}
    assert late == {}
