"""A preview's comment is written once and updated from then on; a script plays `gh` and notes what it is asked."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "post_comment.sh"
MARKED = "<!-- eks-access preview: dev -->\n\nsomething\n"
GH = """#!/bin/sh
echo "$*" >> "$CALLS"
case "$*" in *--paginate*) printf "$THERE" ;; esac
"""


def posted(folder: Path, text: str, there: str = "") -> tuple[int, list[str]]:
    (folder / "gh").write_text(GH)
    (folder / "gh").chmod(0o755)
    (folder / "comment.md").write_text(text)
    calls = folder / "calls"
    environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}", "CALLS": str(calls), "THERE": there}
    done = subprocess.run(
        ["bash", SCRIPT, "o/r", "7", folder / "comment.md"],
        env=environment,
        capture_output=True,
        check=False,
        timeout=30,
    )
    return done.returncode, calls.read_text().splitlines() if calls.exists() else []


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ("", "--method POST repos/o/r/issues/7/comments"),
        ("41\\n42\\n", "--method PATCH repos/o/r/issues/comments/41"),
    ],
)
def test_the_first_preview_posts_and_the_next_ones_update(tmp_path: Path, there: str, expected: str) -> None:
    code, calls = posted(tmp_path, MARKED, there)

    assert code == 0
    assert expected in calls[-1]
    assert calls[-1].endswith(f"--field body=@{tmp_path / 'comment.md'}")


def test_what_is_no_preview_is_not_posted(tmp_path: Path) -> None:
    code, calls = posted(tmp_path, "hello\n")

    assert (code, calls) == (2, [])
