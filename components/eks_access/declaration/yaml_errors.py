"""The YAML parser's errors in words that help somebody who writes a declaration."""

from __future__ import annotations

import re

import yaml

from ..errors import Problem


def syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """Tell a parser's error with the line it is on and what usually causes it."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        position = getattr(error, "position", 0)
        line = text.count("\n", 0, position) + 1
        reason = str(getattr(error, "reason", error)).splitlines()[0]
    else:
        line = min(mark.line, text.count("\n")) + 1
        reason = ", ".join(part for part in (getattr(error, "context", None), getattr(error, "problem", None)) if part)
    lines = text.splitlines()
    content = lines[line - 1] if line <= len(lines) else ""
    return Problem(
        file=file,
        line=line,
        value=content.strip()[:80] or None,
        rule=f"the file must be valid YAML: {reason}",
        fix=_syntax_fix(content, reason),
    )


def _syntax_fix(content: str, reason: str) -> str:
    if "\t" in content:
        return "indent with spaces; YAML does not allow tabs"
    if re.search(r"[:\[,-]\s*\*", content):
        return 'quote a text that starts with *, like "*"'
    if "{{" in content or re.search(r":\s+[@`%|>&!]", content):
        return "put the value in quotes"
    if "mapping values are not allowed" in reason:
        return "put a value that contains `: ` in quotes, or correct the indentation"
    if not content.isprintable():
        return "remove the control character"
    return "correct this line or the one above: indentation, brackets, quotes, a colon with a space after it"
