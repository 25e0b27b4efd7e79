"""``eks-access matrix``: everybody's roles, or their verbs on one resource, in every namespace."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .asking import takes_source, tell
from .output import refusals
from .sources import SourceOptions, resolve

if TYPE_CHECKING:
    from ..authz.model import Request
    from ..review.access_review import AccessReview
    from ..review.matrix import Matrix
    from ..review.state import AccessState

EXAMPLE = (
    "Examples: eks-access matrix | eks-access matrix secrets -n payments --format md | "
    "eks-access matrix pods/exec --person hanako | eks-access matrix --live --cluster prod --format html -o matrix.html"
)


class MatrixFormat(StrEnum):
    """What the matrix is written as."""

    TEXT = "text"
    MD = "md"
    JSON = "json"
    HTML = "html"


@takes_source
def matrix(
    resource: Annotated[
        str | None,
        typer.Argument(metavar="RESOURCE[/SUB]", help="Show the verbs on it; without one, roles and policies."),
    ] = None,
    namespaces: Annotated[
        list[str] | None, typer.Option("--namespace", "-n", help="Only this column; may be given again.")
    ] = None,
    people: Annotated[list[str] | None, typer.Option("--person", help="Only this row; may be given again.")] = None,
    format: Annotated[
        MatrixFormat,
        typer.Option(help="text, md for a pull request's comment, json for machines, html for one page to look at."),
    ] = MatrixFormat.TEXT,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file rather than print.")
    ] = None,
    *,
    options: SourceOptions,
) -> None:
    """Show who has which role in which namespace, or which verbs on one resource."""
    with refusals():
        from ..review.access_review import AccessReview
        from ..review.gaps import unknown_namespace
        from .matrix_output import write

        source = resolve(options)
        review = AccessReview(source.state)
        known = review.namespaces
        assumed = [said for name in dict.fromkeys(namespaces or ()) for said in unknown_namespace(name, known)]
        if assumed:
            review = AccessReview(_with_namespaces(source.state, namespaces or ()))
        whole, request, notices = _matrix(review, resource)
        shown = narrowed(whole, namespaces=namespaces or (), people=people or ())
        tell((*assumed, *notices))
        write(review, shown, request, label=source.label, format=format, output=output)


def narrowed(matrix: Matrix, *, namespaces: Sequence[str] = (), people: Sequence[str] = ()) -> Matrix:
    """Leave only some columns and some rows; none named means all.

    Raises:
        Refused: a person isn't known.
    """
    rows = matrix.rows
    if people:
        _refuse_unknown(people, [row.person for row in rows])
        rows = tuple(row for row in rows if row.person in people)
    columns = tuple(sorted({*matrix.namespaces, *(name for row in rows for name in row.namespaces)}))
    if namespaces:
        columns = tuple(dict.fromkeys(namespaces))
        rows = tuple(
            replace(row, namespaces={name: labels for name, labels in row.namespaces.items() if name in columns})
            for row in rows
        )
    occurring = {label for row in rows for label in row.everywhere.union(*row.namespaces.values())}
    labels = tuple(label for label in matrix.labels if label in occurring)
    return replace(matrix, namespaces=columns, rows=rows, labels=labels)


def _matrix(review: AccessReview, resource: str | None) -> tuple[Matrix, Request | None, tuple[str, ...]]:
    """Build the matrix that is asked for, with the request that its verbs are of."""
    from ..authz.lookup import find_resource
    from ..authz.model import Request
    from ..errors import Problem, Refused
    from ..review.matrix import matrix_of_roles, matrix_of_verbs

    if resource is None:
        return matrix_of_roles(review), None, ()
    if resource.startswith("/"):
        rule, fix = "a path has no namespaces, so there is no matrix of it", f"ask eks-access who-can get {resource}"
        raise Refused([Problem(value=resource, rule=rule, fix=fix)])
    asked = find_resource(resource, review.state.rbac, review.state.resources)
    found = asked.resource
    request = Request(verb="get", api_group=found.group, resource=found.plural, subresource=asked.subresource)
    more = () if found.grantable_inside("get") else (f"{found} live in no namespace: the column cluster counts",)
    return matrix_of_verbs(review, found, asked.subresource), request, (*asked.notices, *more)


def _with_namespaces(state: AccessState, asked: Sequence[str]) -> AccessState:
    """Let columns that are asked for count: an access policy's pattern may reach a namespace that isn't there yet."""
    return replace(state, namespaces=tuple(dict.fromkeys((*state.namespaces, *asked))))


def _refuse_unknown(asked: Sequence[str], known: Sequence[str]) -> None:
    from ..errors import Problem, Refused

    problems = []
    for name in asked:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            fix = f"did you mean {near[0]}?" if near else "name a person of the matrix"
            problems.append(Problem(path="--person", value=name, rule="nobody here is called so", fix=fix))
    if problems:
        raise Refused(problems)
