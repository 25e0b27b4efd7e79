"""Both answers to one question against the API server's own: each subject of each binding is asked about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from eks_access.authz.model import BindingSubject, Identity, Request
from eks_access.review.access_review import AccessReview
from eks_access.review.dumps import state_of_documents

from tests.conformance.api_server import in_parallel

from .live_cluster import LiveCluster
from .rbac_cluster import Document
from .timing import run

Subject = tuple[str, str, str]
"""Kind, name, and namespace of a ServiceAccount."""
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question in the words of both."""

    request: Request
    words: Sequence[str]
    theirs: Sequence[str] = ()
    """In kubectl-who-can's words, where they are others."""
    anywhere: bool = False
    """In whichever namespace."""
    repetitions: int = 5

    @property
    def text(self) -> str:
        """As a reader would ask it."""
        return " ".join(self.words) + (" in any namespace" if self.anywhere else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How two answers to one question compare with the truth."""

    question: str
    right: frozenset[Subject]
    theirs: frozenset[Subject]
    ours: frozenset[Subject]

    @property
    def cells(self) -> tuple[str, ...]:
        """As a line of a table."""
        missed, wrong = self.right - self.ours, self.ours - self.right
        return (
            self.question,
            str(len(self.right)),
            _some(self.right - self.theirs),
            _some(self.theirs - self.right),
            f"{len(missed)} / {len(wrong)}" + (f" ({_some(missed | wrong)})" if missed or wrong else ""),
        )


def compared(cluster: LiveCluster, question: Question, their_command: Sequence[str]) -> Finding:
    """Ask both, and the API server about every subject that a binding names."""
    asked = sorted(set(_bound(cluster.documents, question)))
    request = question.request

    def allowed(each: tuple[Subject, str]) -> bool:
        subject, namespace = each
        verdict: bool = cluster.api.review(_identity(subject), replace(request, namespace=namespace))["allowed"]
        return verdict

    answers = in_parallel(allowed, asked)
    known = {subject for subject, _ in asked}
    return Finding(
        question=question.text,
        right=frozenset(subject for (subject, _), yes in zip(asked, answers, strict=True) if yes),
        theirs=frozenset(_named(json.loads(run([*their_command, "-o", "json"])))) & known,
        ours=frozenset(_ours(cluster.documents, question)) & known,
    )


def _bound(documents: Iterable[Document], question: Question) -> Iterator[tuple[Subject, str]]:
    """List whom to ask about, and in which namespace: anywhere means also there where a RoleBinding names them."""
    for document in documents:
        for subject in document.get("subjects") or ():
            yield _subject(subject), question.request.namespace
            if question.anywhere and (namespace := document["metadata"].get("namespace")):
                yield _subject(subject), namespace


def _subject(subject: Document) -> Subject:
    return (subject["kind"], subject["name"], subject.get("namespace", ""))


def _identity(subject: Subject) -> Identity:
    """Be that subject and nothing more, so that no other binding lends it its rights."""
    kind, name, namespace = subject
    if kind == "Group":
        return Identity(username="somebody", groups=(name,))
    return Identity(username=f"system:serviceaccount:{namespace}:{name}" if kind == "ServiceAccount" else name)


def _named(answer: dict[str, list[Document]]) -> Iterator[Subject]:
    for bindings in answer.values():
        for binding in bindings:
            yield from map(_subject, binding["subjects"])


def _ours(documents: list[Document], question: Question) -> Iterator[Subject]:
    """List the subjects in our answer: those beside the people, and those through which people can."""
    review = AccessReview(state_of_documents(documents, complete=True))
    answer = review.who_can(question.request, anywhere=question.anywhere)
    for other in answer.others:
        yield _tuple(other.subject)
    for holder in answer.people:
        # who can everywhere may be bound in single namespaces as well
        more = review.namespaces if question.anywhere and holder.everywhere else holder.namespaces
        for namespace in {question.request.namespace, *more}:
            asked = replace(question.request, namespace=namespace)
            for ground in review.authorizer.decide(holder.identity, asked).grounds:
                if ground.subject is not None:
                    yield _tuple(ground.subject)


def _tuple(subject: BindingSubject) -> Subject:
    return (subject.kind, subject.name, subject.namespace)


def _some(subjects: Iterable[Subject]) -> str:
    """Count subjects and name the first few."""
    names = [f"{kind} {namespace + '/' if namespace else ''}{name}" for kind, name, namespace in sorted(subjects)]
    if not names:
        return "0"
    return f"{len(names)}: {', '.join(names[:_SHOWN])}{', …' if len(names) > _SHOWN else ''}"
