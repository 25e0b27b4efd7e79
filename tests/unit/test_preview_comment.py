"""The comment of a pull request: bounded, harmless, and found again by its first line."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
LIMIT = 65_536


@pytest.fixture(scope="module")
def comment() -> ModuleType:
    spec = importlib.util.spec_from_file_location("preview_comment", ROOT / "tools" / "preview_comment.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def step(name: str, op: str = "create") -> dict[str, str]:
    return {"op": op, "urn": f"urn:pulumi:dev::x::kubernetes:core/v1:Namespace::{name}"}


@given(st.integers(0, 4000), st.integers(0, 200_000), st.integers(0, 100_000))
def test_however_much_there_is_to_say_the_comment_fits(steps: int, access: int, check: int) -> None:
    spec = importlib.util.spec_from_file_location("preview_comment", ROOT / "tools" / "preview_comment.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    preview = {"steps": [step(f"namespace-{number}") for number in range(steps)]}

    written = module.compose("dev", preview, "line\n" * (access // 5), "EA1\n" * (check // 4))

    assert len(written) <= LIMIT
    assert written.startswith("<!-- eks-access preview: dev -->\n")
    assert written.count("<details>") == written.count("</details>")


def test_names_of_resources_mention_nobody_and_link_nowhere(comment: ModuleType) -> None:
    names = ["@somebody", "[x](https://example.org)", "`@somebody", "</details>@somebody", "a\n@somebody"]

    written = comment.compose("dev", {"steps": [step(name) for name in names]}, "", "")

    lines = [line for line in written.splitlines() if "somebody" in line or "example.org" in line]
    assert len(lines) == len(names)
    assert all(line.startswith("- `") and line.endswith("`") for line in lines)


def test_what_stays_as_it_is_and_what_only_records_is_no_change(comment: ModuleType) -> None:
    recorded = {"op": "update", "urn": "urn:pulumi:dev::x::eks-access:index:Platform::platform"}

    written = comment.compose("dev", {"steps": [step("a", "same"), recorded]}, "", "")

    assert "nothing changes" in written
    assert "<details>" not in written


def test_a_preview_that_failed_says_why(comment: ModuleType) -> None:
    errors = [{"severity": "error", "message": "error: unknown stack @people"}]

    written = comment.compose("dev", {"steps": [], "diagnostics": errors}, "", "")

    assert "no preview" in written
    assert "`error: unknown stack @people`" in written
