"""How far each stack is: a live table on a terminal, a line for each step where there is none, as in CI."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

STYLES = {"running": "cyan", "done": "green", "failed": "bold red", "interrupted": "yellow"}
console = Console()


@dataclass
class Progress:
    """One stack. Written by the thread that works on it, read by the one that draws."""

    name: str
    state: str = "waiting"
    changed: int = 0
    """Resources that were made, changed or removed; in a preview, that would be."""
    reason: str = ""
    began: float = 0.0
    ended: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether it went well."""
        return self.state == "done"

    def start(self) -> None:
        """Begin: it is its turn."""
        self.began = time.monotonic()
        self._become("running")

    def end(self, state: str, reason: str = "") -> None:
        """End, for better or worse."""
        self.ended = time.monotonic()
        self.reason = reason
        self._become(state)

    def seconds(self) -> str:
        """How long it takes, or took."""
        return f"{(self.ended or time.monotonic()) - self.began:.0f} s" if self.began else ""

    def _become(self, state: str) -> None:
        self.state = state
        if not console.is_terminal:
            console.print(Text(f"{self.name}: {state} {self.changed or ''} {self.seconds()}".rstrip()), soft_wrap=True)


class _Drawn:
    """The table as it is now, each time it is drawn."""

    def __init__(self, rows: Sequence[Progress]) -> None:
        self._rows = rows

    def __rich__(self) -> Table:
        table = Table("stack", "", "changes", "time", "what is wrong")
        for row in self._rows:
            last = Text(row.reason.strip().split("\n")[0], overflow="ellipsis", no_wrap=True)
            state = Text(row.state, STYLES.get(row.state, ""))
            table.add_row(Text(row.name), state, str(row.changed or ""), row.seconds(), last)
        return table


@contextmanager
def showing(rows: Sequence[Progress]) -> Iterator[None]:
    """Show the table for as long as the work takes; texts are never read as markup."""
    if not console.is_terminal:
        yield
        return
    with Live(_Drawn(rows), console=console, refresh_per_second=4):
        yield


def say_how_it_went(rows: Sequence[Progress]) -> None:
    """Count what is done, and give the whole reason of what isn't."""
    console.print(Text(f"{sum(row.ok for row in rows)} of {len(rows)} done"), soft_wrap=True)
    for row in rows:
        if not row.ok:
            console.print(Text(f"\n{row.name}: {row.state}\n{row.reason}"), soft_wrap=True)
