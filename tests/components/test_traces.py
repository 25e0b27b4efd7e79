"""The calls that led to a resource, which the engine keeps in the state."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any

import pytest
from eks_access import ClusterAccess, Developers, TeamRbac
from eks_access.traces import short_traces

from ..mock_engine import Recorder
from ..plans import small
from .conftest import Run

RAW: dict[str, Any] = small(
    namespaces={"east": {}},
    teams={"t": {"members": ["chie"]}},
    grants=[{"team": "t", "role": "view", "namespaces": ["east"]}],
)
COMPONENTS = {
    "team_rbac.py": lambda: TeamRbac("made", {"access": RAW}),
    "developers.py": lambda: Developers("made", {"access": RAW, "create_users": True}),
    "cluster_access.py": lambda: ClusterAccess("made", {"access": RAW}),
}


def files(recorder: Recorder) -> dict[str, list[str]]:
    """Resource → files of the calls that led to it, its own line's first."""
    return {
        name: [Path(frame.pc.uri).name for frame in request.stackTrace.frames]
        for (_, name), request in recorder.requests.items()
    }


@pytest.mark.parametrize("file", COMPONENTS)
def test_a_resource_says_its_line_in_the_component_and_who_called_that(file: str, run: Run) -> None:
    traces = files(run(COMPONENTS[file]))

    component = traces.pop("made")
    assert component[0] == "test_traces.py"
    assert traces
    for trace in traces.values():
        assert trace[0] == file
        assert "test_traces.py" in trace
        assert len(trace) <= 5


def test_the_program_keeps_whole_traces_before_and_after_a_component(run: Run) -> None:
    def program() -> None:
        for name in ("before", "after"):
            TeamRbac(name, {"access": RAW})

    traces = files(run(program))

    assert len(traces["before"]) == len(traces["after"]) > 5


@pytest.mark.parametrize("limit", [None, 3, 500])
def test_the_interpreters_limit_is_as_before_whatever_happens(limit: int | None, monkeypatch: Any) -> None:
    monkeypatch.delattr(sys, "tracebacklimit", raising=False)
    if limit is not None:
        monkeypatch.setattr(sys, "tracebacklimit", limit, raising=False)

    with contextlib.suppress(KeyError), short_traces():
        assert sys.tracebacklimit <= 11
        raise KeyError

    assert getattr(sys, "tracebacklimit", None) == limit


def test_programs_that_register_side_by_side_leave_no_limit_behind(monkeypatch: Any) -> None:
    monkeypatch.delattr(sys, "tracebacklimit", raising=False)
    one, other = short_traces(), short_traces()

    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)
    assert sys.tracebacklimit == 11
    other.__exit__(None, None, None)

    assert not hasattr(sys, "tracebacklimit")
