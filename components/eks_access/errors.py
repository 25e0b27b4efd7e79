"""The exceptions this package raises on purpose.

EksAccessError (a ValueError)
├── Refused        one or more Problems; nothing was registered, nothing was written
└── NoAnswerError  AWS or a cluster didn't answer, or not to this caller
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What a finding does: an error refuses, a warning is said, and things go on."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One reason to refuse: where it is, what is there, which rule it breaks, what to write instead."""

    rule: str
    """The rule that is broken, as a sentence."""
    fix: str
    """What to write or do instead."""
    path: str = ""
    """Where in the declaration or the arguments, e.g. ``grants[2].team``."""
    value: str | None = None
    """The offending value as written; None where something is missing."""
    file: str | None = None
    """The file it was read from; None for plain Python arguments."""
    line: int | None = None
    """1-based line in `file`."""
    check: str | None = None
    """Id of the check that found it, e.g. ``EA101``; None for problems of form that no check is about."""
    severity: Severity = Severity.ERROR

    @property
    def is_error(self) -> bool:
        """True where it refuses; a warning is only said."""
        return self.severity is Severity.ERROR

    @property
    def place(self) -> str:
        """``file:line: path``, as far as it is known."""
        where = f"{self.file}:{self.line}" if self.file and self.line else self.file or ""
        return ": ".join(part for part in (where, self.path) if part)

    def __str__(self) -> str:
        head = ": ".join(part for part in (self.place, self.rule) if part)
        shown = "" if self.value is None else f" (found: {self.value})"
        marks = [mark for mark in (self.check, "" if self.is_error else self.severity) if mark]
        tag = f" [{', '.join(marks)}]" if marks else ""
        return f"{head}{shown}{tag}\n    → {self.fix}"


class EksAccessError(ValueError):
    """Root of everything this package raises on purpose."""


class Refused(EksAccessError):  # noqa: N818, the name says what happened to the input
    """Input that is not acted on. Raised before anything is registered or written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(
            f"refused, {count} problem{'s' if count != 1 else ''}:\n"
            + "\n".join(f"  {problem}" for problem in self.problems)
        )


class NoAnswerError(EksAccessError):
    """AWS or a cluster could not be asked, or did not answer; the text says why and what to do, on one line."""
