"""Parsed documents with where they come from, and what is said of one that has not the form it should have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..errors import Problem, Refused

MOST_SHOWN = 80
_AS_WRITTEN = "write it as `kubectl get … -o yaml` or the AWS CLI prints it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of a file: a manifest, a List, an answer of the AWS CLI, a stack's state."""

    content: object
    file: str | None = None
    """None where it comes from no file."""
    line: int | None = None
    """1-based line on which it begins."""

    def refused(self, path: str, value: object, rule: str, fix: str = _AS_WRITTEN) -> Refused:
        """Say what is wrong at a place of it; of the value only its beginning and never a whole map is shown."""
        found = None if value is None else shown(value)
        return Refused([Problem(file=self.file, line=self.line, path=path, value=found, rule=rule, fix=fix)])

    def placed(self, refusal: Refused) -> Refused:
        """Add where it is to problems that know only their path."""
        return Refused(
            replace(problem, file=problem.file or self.file, line=problem.line or self.line)
            for problem in refusal.problems
        )

    def mapping(self, value: object, path: str) -> Mapping[str, Any]:
        """Return a map; a missing one is an empty one.

        Raises:
            Refused: it is something else.
        """
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self.refused(path, value, "this is a map")
        return value

    def text(self, value: object, path: str) -> str:
        """Return a text; a missing one is empty.

        Raises:
            Refused: it is something else.
        """
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.refused(path, value, "this is a text; put it in quotes")
        return value

    def texts(self, value: object, path: str) -> tuple[str, ...]:
        """Return a list of texts; a missing one is empty.

        Raises:
            Refused: it is something else.
        """
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.refused(path, value, "this is a list of texts; put each in quotes")
        return tuple(value)

    def maps(self, value: object, path: str) -> list[Mapping[str, Any]]:
        """Return a list of maps; a missing one is empty.

        Raises:
            Refused: it is something else.
        """
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
            raise self.refused(path, value, "this is a list of maps")
        return value


def shown(value: object) -> str:
    """Show the beginning of a scalar; of anything bigger its kind only, since it may hold what is secret."""
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, list):
        return "a list"
    text = repr(value) if not isinstance(value, int) or value.bit_length() < 256 else "a long number"
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"


def as_documents(documents: Iterable[object]) -> Iterator[Document]:
    """Take plain content and documents with a place alike."""
    for each in documents:
        yield each if isinstance(each, Document) else Document(content=each)
