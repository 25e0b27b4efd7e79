"""Many questions of one dump in one program, as tests ask them: ``python -m bench.who_can_many DUMP``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from eks_access.live.files import read_documents
from eks_access.review.access_review import AccessReview
from eks_access.review.asking import question
from eks_access.review.dumps import state_of_documents

VERBS = ("get", "list", "update", "delete")
RESOURCES = ("pods", "secrets", "configmaps", "deployments.apps", "jobs.batch")
SPACES = ("team-003-2", "team-004-1", "team-010-0", "team-020-2", "team-031-1")
Words = tuple[str, str, str]
"""Verb, resource, namespace."""


def questions() -> Iterator[Words]:
    """List them, a hundred; no two are the same."""
    return ((verb, resource, space) for verb in VERBS for resource in RESOURCES for space in SPACES)


def main(dump: str) -> None:
    """Read the dump, ask, and say how many people can something."""
    review = AccessReview(state_of_documents(read_documents([dump])))
    print(sum(_people(review, *words) for words in questions()))  # noqa: T201


def _people(review: AccessReview, verb: str, resource: str, space: str) -> int:
    return len(review.who_can(question(verb, resource, namespace=space).request).people)


def theirs(words: Words) -> Sequence[str]:
    """Put one into kubectl-who-can's words."""
    verb, resource, space = words
    return (verb, resource, "-n", space)


if __name__ == "__main__":
    main(sys.argv[1])
