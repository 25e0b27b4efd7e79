"""The same probe on a cluster made the usual way: it sees people refused whose rights nobody touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from sandbox.environment import Sandbox
from sandbox.logins import Door, Keyring, Login
from sandbox.probe import Probe, Question, refusals
from sandbox.state import REGION
from sandbox.walls import DEVELOPER, Program, Walls

from .conftest import Show

pytestmark = pytest.mark.sandbox

MOST_EDITS = 8
PODS = "/api/v1/namespaces/sample-namespace/pods"


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Program]]:
    """Plain pulumi-eks with its defaults, and a developer who is mapped and bound."""
    sandbox = Sandbox(tmp_path_factory.mktemp("baseline") / "home", cache_seconds=0)
    try:
        sandbox.up()
        program = Walls(sandbox, "CONFIG_MAP").usual
        program.up(developer="mapped")
        program.up(developer="bound")
        yield sandbox, program
    finally:
        sandbox.down()


def test_mapping_nodes_refuses_a_developer_who_was_not_touched(usual: tuple[Sandbox, Program], show: Show) -> None:
    sandbox, program = usual
    key = Keyring(sandbox.state()).user(DEVELOPER)
    question = Question(DEVELOPER, PODS, Login(program.cluster, REGION, key))
    with closing(Door(sandbox.state(), program.cluster)) as door:
        probe = Probe(door)
        assert probe.ask(question) == 200

        edits = 0
        # aws-auth is gone for a tenth of a second at a time: seldom is nobody there just then
        while edits < MOST_EDITS and not refusals(probe.answers):
            edits += 1
            with probe.watching([question]):
                program.up(nodes=edits % 2 == 1)

        assert probe.ask(question) == 200
    refused = refusals(probe.answers)
    show("probe on plain pulumi-eks", edits=edits, probes=len(probe.answers), unexpected_refusals=refused.total())
    assert refused.total() > 0
