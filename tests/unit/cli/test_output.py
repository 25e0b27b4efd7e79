"""Sentences in Markdown: what is code stays code, and no name in them becomes anything else than text."""

from __future__ import annotations

import pytest
from eks_access.cli.output import markdown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("write `kind: Role` here", "write `kind: Role` here"),
        ("a lone ` and **bold** text", "a lone \\` and \\*\\*bold\\*\\* text"),
        ("`code` and a lone ` at [x](y)", "`code` and a lone \\` at \\[x\\]\\(y)"),
        ("ends with `", "ends with \\`"),
    ],
)
def test_only_what_stands_between_two_backticks_is_code(text: str, shown: str) -> None:
    assert markdown(text) == shown
