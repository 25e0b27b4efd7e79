"""The matrix as one HTML page: everything inside, nothing fetched, and no name that could do anything but be read.

The page is the template `matrix_page.html` with data put in as JSON, which its script shows as text only. Its policy
allows exactly the style and the script of the template, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Hashable, Iterator
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, Generic, TypeVar

from ..authz.model import Request
from ..authz.rbac import describe
from ..authz.resources import VERBS
from ..review.answers import Asker
from ..review.explaining import Holding, Holdings, verbs_of
from ..review.matrix import Matrix
from .answers_output import way_of
from .matrix_output import ESCALATION
from .output import printable

if TYPE_CHECKING:
    from ..review.access_review import AccessReview

_Key = TypeVar("_Key", bound=Hashable)


def as_html(review: AccessReview, matrix: Matrix, request: Request | None, label: str) -> str:
    """Write the page.

    Args:
        review: of the cluster, for the ways behind each cell.
        matrix: what is shown.
        request: what the verbs are of; None where roles are shown.
        label: the source.
    """
    template = (files(__package__) / "matrix_page.html").read_text(encoding="utf-8")
    style, script = _between(template, "style"), _between(template, "script")
    title = f"{matrix.cluster or 'cluster'}: {matrix.subject}"
    parts = {
        "POLICY": f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        "TITLE": html.escape(printable(title)),
        "DATA": embedded(_Page(review, matrix, request).data(label)),
    }
    return re.sub("@@([A-Z]+)@@", lambda mark: parts[mark[1]], template)


def embedded(data: object) -> str:
    """Write JSON that can stand in a script element, whatever texts it holds."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _between(template: str, tag: str) -> str:
    return template.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


class _Table(Generic[_Key]):
    """Gives every different value one number, so that the page holds it once."""

    def __init__(self) -> None:
        self._numbers: dict[_Key, int] = {}

    def number(self, value: _Key) -> int:
        """Return the number of a value."""
        return self._numbers.setdefault(value, len(self._numbers))

    def __iter__(self) -> Iterator[_Key]:
        return iter(self._numbers)


class _Page:
    """Collects what the page shows; what many people share is held once."""

    def __init__(self, review: AccessReview, matrix: Matrix, request: Request | None) -> None:
        self._review = review
        self._matrix = matrix
        self._request = request
        self._labels = {label: index for index, label in enumerate(matrix.labels)}
        self._names = {name: index for index, name in enumerate(matrix.namespaces)}
        self._holdings = Holdings(review)
        self._sets: _Table[tuple[int, ...]] = _Table()
        self._sets.number(())  # nothing is number 0
        self._shapes: _Table[tuple[int, ...]] = _Table()
        self._texts: _Table[str] = _Table()
        self._things: _Table[tuple[int, tuple[int, ...] | None, int]] = _Table()
        self._held: _Table[tuple[int, ...]] = _Table()
        self._told: dict[Hashable, int] = {}
        self._verbs: dict[int, frozenset[str]] = {}
        self._reach: dict[tuple[str, ...], tuple[int, ...]] = {}

    def data(self, label: str) -> dict[str, object]:
        """Return everything that the page's script reads."""
        shown = {row.person for row in self._matrix.rows}
        ways: dict[str, list[list[object]]] = {}
        for asker in self._review.askers.people():
            if asker.name in shown:
                ways.setdefault(asker.name, []).append(self._way(asker))
        people = []
        for row in self._matrix.rows:
            shape = [
                number for name, has in row.namespaces.items() for number in (self._names[name], self._labelled(has))
            ]
            cells = [self._labelled(row.everywhere), self._shapes.number(tuple(shape))]
            people.append([printable(row.person), *cells, ways.get(row.person, [])])
        marked = ESCALATION if self._request is None else frozenset()
        return {
            "cluster": printable(self._matrix.cluster),
            "subject": printable(self._matrix.subject),
            "source": printable(label),
            "verbs": len(VERBS) if self._request is not None else 0,
            "labels": [printable(name) for name in self._matrix.labels],
            "marked": [self._labels[name] for name in self._matrix.labels if name in marked],
            "namespaces": [printable(name) for name in self._matrix.namespaces],
            "people": people,
            "sets": list(self._sets),
            "shapes": list(self._shapes),
            "held": list(self._held),
            "things": list(self._things),
            "texts": list(self._texts),
            "notices": [printable(notice) for notice in self._matrix.notices],
        }

    def _labelled(self, labels: frozenset[str]) -> int:
        return self._sets.number(tuple(sorted(self._labels[name] for name in labels if name in self._labels)))

    def _way(self, asker: Asker) -> list[object]:
        """Return one way in: what it is called, by which principal, as whom, mapped by what, and what it brings."""
        identity = asker.authentication.identity
        said = way_of(asker), asker.way.principal_arn if asker.way else "", asker.authentication.source
        brought: list[int] = []
        if identity is not None and asker.usable:
            identities = asker.authentication.alternatives or (identity,)
            for holding in chain.from_iterable(map(self._holdings.of, identities)):
                if labels := self._labelled(self._gives(holding)):
                    brought.append(self._thing(holding, labels))
        via, principal, source = (self._texts.number(printable(text)) for text in said)
        name = printable(identity.username) if identity else f"401: {printable(asker.authentication.refusal or '')}"
        chance = 1 if asker.authentication.ambiguous else 0
        return [via, principal, source, self._texts.number(name), self._held.number(tuple(brought)), chance]

    def _thing(self, holding: Holding, labels: int) -> int:
        """Return the number of a thing; it is told once, however many people hold it."""
        key = (holding.binding and id(holding.binding), holding.subject, holding.policy)
        if key not in self._told:
            text = self._texts.number(printable(_told(holding)))
            self._told[key] = self._things.number((labels, self._where(holding), text))
        return self._told[key]

    def _where(self, holding: Holding) -> tuple[int, ...] | None:
        """Say in which columns it counts; None for everywhere."""
        if holding.binding is not None:
            namespace = holding.binding.namespace
            return (
                None if namespace is None else tuple(self._names[name] for name in (namespace,) if name in self._names)
            )
        if holding.policy is None or not holding.policy.namespaces:
            return None
        key = holding.policy.namespaces
        if key not in self._reach:
            self._reach[key] = tuple(number for name, number in self._names.items() if holding.reaches(name))
        return self._reach[key]

    def _gives(self, holding: Holding) -> frozenset[str]:
        """Return the labels that it gives."""
        if self._request is None:
            return frozenset([holding.label])
        if holding.superuser:
            return frozenset(VERBS)
        key = id(holding.rules)  # of the review's own roles and policies, which outlive the page
        if key not in self._verbs:
            self._verbs[key] = frozenset(verbs_of(holding.rules, self._request))
        return self._verbs[key]


def _told(holding: Holding) -> str:
    if holding.binding is not None and holding.subject is not None:
        return describe(holding.binding, holding.subject)
    return f"access policy {holding.label}" if holding.policy else f"group {holding.label}"
