"""Whatever somebody means by an edit, the checks judge it; nothing is raised, and nothing that is printed acts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from eks_access.checks import find_state_problems, known
from eks_access.errors import Refused
from eks_access.review.dumps import state_of_documents
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from ..cli.conftest import run
from .cluster_edits import edited_clusters
from .edits import Raw, edited_declarations

MANY = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    max_examples=max(100, 6 * settings.default.max_examples - 200),  # type: ignore[union-attr]  # 11,800 in the long run
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("edited") / "main.yaml"


@MANY
@given(raw=edited_declarations(), format=st.sampled_from(["text", "md", "json"]))
def test_an_edited_declaration_is_judged_and_reported(raw: Raw, format: str, file: Path) -> None:
    file.write_text(yaml.safe_dump(raw, sort_keys=False))

    result = run("check", str(file), "--format", format)

    event("reaches the checks" if result.exit_code != 2 else "refused when read")
    assert all(line.isprintable() for line in result.output.splitlines())
    if format == "json":
        (judged,) = json.loads(result.output)["stacks"]
        for finding in (*judged["problems"], *judged["warnings"]):
            event(f"finds {finding['check']}")
            assert finding["rule"]
            assert finding["fix"]


@MANY
@given(documents=edited_clusters())
def test_an_edited_cluster_is_judged(documents: list[Any]) -> None:
    try:
        state = state_of_documents(documents)
    except Refused:
        event("refused when read")
        return
    event("reaches the checks")
    for problem in find_state_problems(state):
        event(f"finds {problem.check}")
        assert known(str(problem.check))
        assert problem.path
        assert problem.rule
        assert problem.fix
