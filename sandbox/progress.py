"""Telling the person who waits what is going on, on a terminal and in a log."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

SILENCE = 20.0
"""Seconds without a sign of life, at most, where there is no terminal to animate."""


class Reporter:
    """Shows steps with their elapsed time: a spinner on a terminal, plain lines elsewhere."""

    def __init__(self, console: Console | None = None, *, silence: float = SILENCE) -> None:
        self.console = console or Console(file=sys.stderr, highlight=False)
        self._silence = silence

    def say(self, text: str) -> None:
        """Print one plain line."""
        self.console.print(text, markup=False, soft_wrap=True)

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Show `text` for as long as the block runs, then how long it took."""
        started = time.monotonic()
        with self._spinner(text) if self.console.is_terminal else self._heartbeat(text, started):
            yield
        self.say(f"✓ {text} ({time.monotonic() - started:.0f} s)")

    @contextmanager
    def _spinner(self, text: str) -> Iterator[None]:
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=True) as progress:
            progress.add_task(text, total=None)
            yield

    @contextmanager
    def _heartbeat(self, text: str, started: float) -> Iterator[None]:
        done = threading.Event()

        def beat() -> None:
            while not done.wait(self._silence):
                self.say(f"  … {text}, {time.monotonic() - started:.0f} s so far")

        self.say(f"• {text}")
        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
