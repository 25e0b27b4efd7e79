"""The matrix as coloured text, as Markdown and as JSON; columns in which nobody has anything are folded."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..authz.resources import VERBS
from ..errors import Problem, Refused
from ..review.matrix import Labels, Matrix, Row
from .matrix import MatrixFormat
from .output import code, markdown, printable

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from ..authz.model import Request
    from ..review.access_review import AccessReview

ESCALATION = frozenset({"cluster-admin", "admin", "system:masters", "AmazonEKSClusterAdminPolicy"})
"""Roles that lead to everything, or to everything in a namespace, the right to give rights included."""
CLUSTER, ALL, READ = "cluster", "all", "read"
NOBODY = "nobody is known here who could have anything; who-can tells of groups and ServiceAccounts"
_READ = frozenset({"get", "list", "watch"})
_INHERITED = "←"
_PIPED_WIDTH = 120
_MOST_COLUMNS = 8
"""Of a Markdown table; with more, each person gets one line."""


def write(
    review: AccessReview,
    matrix: Matrix,
    request: Request | None,
    *,
    label: str,
    format: MatrixFormat,
    output: Path | None,
) -> None:
    """Print the matrix, or write it to a file."""
    match format:
        case MatrixFormat.TEXT:
            if output is None:
                _print(matrix, label)
                return
            text = as_text(matrix, label, width=_PIPED_WIDTH)
        case MatrixFormat.MD:
            text = "\n".join(as_markdown(matrix, label)) + "\n"
        case MatrixFormat.JSON:
            text = json.dumps(as_json(matrix, label), indent=2) + "\n"
        case MatrixFormat.HTML:
            from .matrix_html import as_html

            text = as_html(review, matrix, request, label)
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        rule, fix = f"it can't be written: {error.strerror}", "name a file in a folder that exists and is yours"
        raise Refused([Problem(path="--output", value=str(output), rule=rule, fix=fix)]) from error
    typer.echo(f"written: {printable(str(output))}", err=True)


def shortened(labels: Labels, *, verbs: bool) -> tuple[str, ...]:
    """Put labels in the order in which they are read, verbs that belong together as one word."""
    if not verbs:
        return tuple(sorted(labels, key=lambda label: (label not in ESCALATION, label)))
    if labels.issuperset(VERBS):
        return (ALL,)
    rest = [verb for verb in VERBS if verb in labels and not (labels >= _READ and verb in _READ)]
    return ((READ,) if labels >= _READ else ()) + tuple(rest)


def escalates(label: str) -> bool:
    """Tell whether a label is one to look at twice."""
    return label in ESCALATION or label == ALL


def as_text(matrix: Matrix, label: str, *, width: int) -> str:
    """Return the matrix as plain text."""
    buffer = io.StringIO()
    _print(matrix, label, file=buffer, width=width)
    return buffer.getvalue()


def as_markdown(matrix: Matrix, label: str) -> Iterator[str]:
    """Write the matrix as a table for a pull request."""
    yield f"### {_md(_title(matrix))} ({_md(label)})"
    yield ""
    columns = _telling(matrix)
    verbs = _of_verbs(matrix)
    if not matrix.rows:
        yield NOBODY
    elif len(columns) > _MOST_COLUMNS:
        yield from (f"| Person | {_cluster(matrix)} | namespaces |", "|---|---|---|")
        for row in matrix.rows:
            places = "; ".join(
                f"{', '.join(map(_md, names))}: {_md_labels(labels, verbs)}" for labels, names in _grouped(row)
            )
            yield f"| {_md(row.person)} | {_md_labels(row.everywhere, verbs)} | {places} |"
    else:
        yield f"| {' | '.join(['Person', _cluster(matrix), *map(_md, columns)])} |"
        yield "|---" * (len(columns) + 2) + "|"
        for row in matrix.rows:
            cells = [_md_cell(row, column, verbs) for column in columns]
            yield f"| {' | '.join([_md(row.person), _md_labels(row.everywhere, verbs), *cells])} |"
    yield ""
    as_table = len(columns) <= _MOST_COLUMNS
    yield from (markdown(line) + "  " for line in _legend(matrix, columns, as_table=as_table))
    yield from (f"- {markdown(notice)}" for notice in matrix.notices)


def as_json(matrix: Matrix, label: str) -> dict[str, object]:
    """Return the matrix with stable keys.

    What somebody has in a namespace is `everywhere` and, of `namespaces`, what that namespace adds.
    """
    order = {name: index for index, name in enumerate(matrix.labels)}

    def listed(labels: Labels) -> list[str]:
        return sorted(labels, key=order.__getitem__)

    return {
        "source": label,
        "cluster": matrix.cluster,
        "subject": matrix.subject,
        "labels": list(matrix.labels),
        "escalation": [name for name in matrix.labels if name in ESCALATION],
        "namespaces": list(matrix.namespaces),
        "people": [
            {
                "person": row.person,
                "ways": list(row.ways),
                "everywhere": listed(row.everywhere),
                "namespaces": {name: listed(labels) for name, labels in row.namespaces.items()},
            }
            for row in matrix.rows
        ],
        "notices": list(matrix.notices),
    }


def _print(matrix: Matrix, label: str, *, file: io.StringIO | None = None, width: int | None = None) -> None:
    from rich.console import Console
    from rich.text import Text

    terminal = file is None and sys.stdout.isatty()
    if width is None:
        width = shutil.get_terminal_size((_PIPED_WIDTH, 24)).columns if terminal else _PIPED_WIDTH
    columns = _telling(matrix)
    console = Console(file=file or sys.stdout, width=width, highlight=False)
    head = printable(f"{_title(matrix)} ({label})")
    as_table = _width(matrix, columns) <= width
    legend = _legend(matrix, columns, as_table=as_table)
    foot = map(printable, (*legend, *(f"note: {notice}" for notice in matrix.notices)))
    if not matrix.rows:
        body: Iterable[Text] = [Text(NOBODY, style="yellow")]
    elif as_table:
        with console.capture() as table:
            console.print(_table(matrix, columns))
        body = map(Text.from_ansi, (line.rstrip() for line in table.get().splitlines()))
    else:
        body = _folded(matrix)
    for text in (Text(head, style="bold"), *body, *(Text(line, style="dim") for line in foot)):
        if terminal:
            console.print(text, soft_wrap=True)
        else:
            typer.echo(text.plain, file=file)


def _table(matrix: Matrix, columns: tuple[str, ...]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_lines=False)
    for name in ("", _cluster(matrix), *columns):
        table.add_column(Text(printable(name)), no_wrap=True)
    verbs = _of_verbs(matrix)
    for row in matrix.rows:
        cells = [_cell(row, column, verbs) for column in columns]
        table.add_row(Text(printable(row.person), style="bold"), _styled(row.everywhere, verbs, "\n"), *cells)
    return table


def _cell(row: Row, column: str, verbs: bool) -> Text:
    from rich.text import Text

    more = row.namespaces.get(column)
    if more:
        return _styled(more, verbs, "\n")
    return Text(_INHERITED if row.everywhere else "", style="dim")


def _folded(matrix: Matrix) -> Iterator[Text]:
    """List a person's places one under the other, where they have no room side by side."""
    from rich.text import Text

    verbs = _of_verbs(matrix)
    known: dict[Labels, Text] = {}
    for row in matrix.rows:
        nothing = "" if row.everywhere or row.namespaces else ": nothing"
        yield Text.assemble((printable(row.person), "bold"), (nothing, "dim"))
        everywhere = [(row.everywhere, [_cluster(matrix)])] if row.everywhere else []
        for labels, names in (*everywhere, *_grouped(row)):
            if labels not in known:
                known[labels] = _styled(labels, verbs, ", ")
            yield Text(f"  {printable(', '.join(names))}: ").append_text(known[labels])


def _styled(labels: Labels, verbs: bool, separator: str) -> Text:
    from rich.text import Text

    parts = [(printable(label), _style(label)) for label in shortened(labels, verbs=verbs)]
    return Text(separator).join(Text(text, style=style) for text, style in parts)


def _style(label: str) -> str:
    if escalates(label):
        return "bold red"
    return "yellow" if label.endswith("(missing)") else "green" if label in (READ, "view") else "cyan"


def _width(matrix: Matrix, columns: tuple[str, ...]) -> int:
    """Measure the table: the widest label of each column, and what stands between columns."""
    verbs = _of_verbs(matrix)
    widths = {CLUSTER: len(_cluster(matrix)), **{f"/{name}": len(printable(name)) for name in columns}}
    person = 0
    for row in matrix.rows:
        person = max(person, len(printable(row.person)))
        for column, labels in ((CLUSTER, row.everywhere), *((f"/{name}", has) for name, has in row.namespaces.items())):
            widths[column] = max(widths[column], _widest(labels, verbs))
    return person + sum(widths.values()) + 2 * (len(widths) + 1)


def _widest(labels: Labels, verbs: bool) -> int:
    return max((len(printable(label)) for label in shortened(labels, verbs=verbs)), default=0)


def _telling(matrix: Matrix) -> tuple[str, ...]:
    """Keep the columns in which somebody has something of their own."""
    telling = {name for row in matrix.rows for name in row.namespaces}
    return tuple(name for name in matrix.namespaces if name in telling)


def _grouped(row: Row) -> Iterable[tuple[Labels, list[str]]]:
    groups: dict[Labels, list[str]] = {}
    for name, labels in row.namespaces.items():
        groups.setdefault(labels, []).append(name)
    return groups.items()


def _cluster(matrix: Matrix) -> str:
    """Call the whole cluster so that it can't be taken for a namespace."""
    return f"whole {CLUSTER}" if CLUSTER in matrix.namespaces else CLUSTER


def _of_verbs(matrix: Matrix) -> bool:
    return matrix.subject != "roles"


def _title(matrix: Matrix) -> str:
    what = f"verbs on {matrix.subject}" if _of_verbs(matrix) else "roles and access policies"
    return f"{what} in {matrix.cluster}" if matrix.cluster else what


def _legend(matrix: Matrix, columns: tuple[str, ...], *, as_table: bool) -> Iterator[str]:
    if any(row.everywhere for row in matrix.rows) and columns:
        inherited = f"; {_INHERITED} nothing beyond that" if as_table else ""
        yield f"{_cluster(matrix)}: in every namespace, and for what is in none{inherited}"
    if _of_verbs(matrix):
        yield f"{READ}: get, list and watch; {ALL}: {', '.join(VERBS)}"
    rest = [name for name in matrix.namespaces if name not in columns]
    if rest and matrix.rows:
        names = ", ".join(rest) if len(rest) <= _MOST_COLUMNS else f"{len(rest)} namespaces"
        yield f"nobody has anything of their own in {names}"


def _md(text: str) -> str:
    return code(text).replace("|", "\\|")


def _md_labels(labels: Labels, verbs: bool) -> str:
    parts = shortened(labels, verbs=verbs)
    return ", ".join(f"**{_md(label)}**" if escalates(label) else _md(label) for label in parts)


def _md_cell(row: Row, column: str, verbs: bool) -> str:
    more = row.namespaces.get(column)
    if more:
        return _md_labels(more, verbs)
    return _INHERITED if row.everywhere else ""
