"""The tour that `make tour` plays, and the transcript of it in the README."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from sandbox.tour import play

from ..plans import ROOT

pytestmark = pytest.mark.sandbox


def transcript() -> list[str]:
    (block,) = re.findall(r"^```text\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    return [line.strip() for line in block.splitlines() if line]


def test_the_tour_plays_to_the_end_and_the_readme_shows_what_it_says() -> None:
    said = io.StringIO()

    play(Console(file=said, width=100))

    lines = {line.strip() for line in said.getvalue().splitlines()}
    assert [line for line in transcript() if line not in lines] == []
