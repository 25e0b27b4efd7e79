"""Tables for a terminal, and as Markdown for a pull request."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table as RichTable

from .rows import Table

_STYLES = {"met": "green", "not met": "bold red"}


def as_text(tables: Iterable[Table], busy: float) -> None:
    """Print one table with a section for each measurement, and what was found beside it."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    known = list(tables)
    shown = RichTable(*(known[0].headings if known else ()), title=_machine(busy), title_justify="left")
    for table in known:
        shown.add_row(f"[bold]{table.title}[/bold]")
        for row in table.rows:
            *cells, verdict = row.cells
            style = _STYLES.get(verdict, "")
            shown.add_row(*cells, f"[{style}]{verdict}[/{style}]" if style else verdict)
        shown.add_section()
    console.print(shown)
    for table in known:
        for note in table.notes:
            console.print(f"{table.title}: {note}", markup=False)
        for listing in table.lists:
            more = RichTable(*listing.headings, title=listing.title, title_justify="left")
            for line in listing.rows:
                more.add_row(*line)
            console.print(more)


def as_markdown(tables: Iterable[Table], busy: float) -> None:
    """Print the same as Markdown."""
    out = sys.stdout
    out.write(f"{_machine(busy)}\n")
    for table in tables:
        out.write(f"\n## {table.title}\n\n{_grid(table.headings, [row.cells for row in table.rows])}")
        out.writelines(f"\n{note}\n" for note in table.notes)
        for listing in table.lists:
            out.write(f"\n### {listing.title}\n\n{_grid(listing.headings, listing.rows)}")


def _grid(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _machine(busy: float) -> str:
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} cores of {platform.machine()}; "
        f"load {busy:.1f} before it began"
    )
