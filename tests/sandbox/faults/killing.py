"""An update that adds and removes people, killed at one of its calls; and what must be true then."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from sandbox.faults import BEFORE, Call, listening

from ...conformance.figures import SEED, SOAK
from .stage import Raw, Stage, declaration

SAMPLED = 4
"""Points of each phase in a normal run; all of them in `make soak`."""
AT_LEAST = [30, 30]
"""Calls of the update in each direction, from which a normal run chooses; a soak counts them."""


def joined(cluster: str) -> Raw:
    """The declaration after people came and went, and everything with them."""
    raw = copy.deepcopy(declaration(cluster))
    del raw["people"]["taro"]
    raw["people"] |= {"kenji": {"iamUser": {"path": "/developers/"}}, "rin": {"iamUser": {}}}
    raw["teams"] = {
        "operators": {"members": ["hanako"], "assumeRole": {"mfa": True}},
        "payments": {"members": ["yuki", "kenji"]},
        "search": {"members": ["rin"], "assumeRole": {"mfa": True}},
    }
    raw["namespaces"] |= {"ledger": {"labels": {"team": "payments"}}}
    del raw["roles"]["node-viewer"]
    raw["roles"]["shipper"] = raw["roles"].pop("releaser")
    raw["grants"] = [
        {"team": "payments", "role": "shipper", "namespaces": ["payments", "ledger"]},
        {"team": "payments", "role": "view", "namespaces": ["payments"]},
        {"team": "search", "role": "edit", "namespaces": ["search"]},
        {"person": "kenji", "accessPolicy": "AmazonEKSViewPolicy", "namespaces": ["search"]},
        {"person": "hanako", "role": "view", "clusterWide": True},
    ]
    return raw


@dataclass
class Story:
    """The stage, and the two declarations between which it goes."""

    stage: Stage
    here: int = 0

    @property
    def there(self) -> Raw:
        """What is declared next."""
        return (joined if self.here == 0 else declaration)(self.stage.name)

    def turn(self) -> None:
        """Declare the other one."""
        self.stage.declare(self.there)
        self.here = 1 - self.here

    def calls(self) -> list[int]:
        """Count the calls of the update in each direction, by going there and back in soak."""
        if not SOAK:
            return AT_LEAST
        counts = []
        for _ in range(2):
            self.turn()
            with listening(self.stage.sandbox, lambda call: None) as calls:
                self.stage.up()
            counts.append(sum(call.phase == BEFORE for call in calls.heard))
        return counts


def points(counts: list[int], phase: str) -> Iterator[tuple[int, int]]:
    """Choose direction and number of the calls at which an engine dies: some, from the seed, or all in soak."""
    everything = [(direction, number) for direction in (0, 1) for number in range(1, counts[direction] + 1)]
    if SOAK:
        yield from sorted(everything, key=lambda point: (point[1], point[0]))
        return
    chosen = random.Random(f"{SEED} {phase}")
    for turn in range(SAMPLED):
        yield turn % 2, chosen.randint(1, counts[turn % 2])


def killed_at_points(stage: Stage, phase: str) -> tuple[list[str], int]:
    """Kill an engine at each chosen point; return what was being done each time, and how many calls there are."""
    story = Story(stage)
    counts = story.calls()
    done = []
    for direction, number in points(counts, phase):
        if story.here != direction:
            story.turn()
            stage.up()
        done.append(killed(story, phase, number))
    return done, sum(counts)


def killed(story: Story, phase: str, number: int) -> str:
    """Go over with an engine that dies at a call, recover, and hold what is there against the plan.

    Returns what was being done when it died.
    """
    stage = story.stage
    story.turn()
    heard = stage.killed_up(partial(_is, phase, number)).heard
    at = next(call for call in heard if _is(phase, number, call))
    outside = stage.admins_outside()
    code, said, errors = stage.recover("--yes")
    assert code == 0, f"{at.told}: {said} {errors}"
    finished = stage.update()
    assert finished.returncode == 0, f"{at.told}:\n{finished.stdout}{finished.stderr}"
    assert outside == [], at.told
    assert stage.differences() == [], at.told
    assert stage.rests(), at.told
    return at.told


def _is(phase: str, number: int, call: Call) -> bool:
    return call.phase == phase and call.number == number
