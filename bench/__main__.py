"""Measure, and print one table: ``python -m bench [--only NAME] [--format md]``."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys

from sandbox.progress import Reporter

from .printing import as_markdown, as_text
from .rows import Table, all_met

NAMES = ("quotas", "who_can", "diffs", "decisions", "start", "components")
"""Modules with a function `measure`, in the order in which they are shown."""


def main() -> int:
    """Run the measurements that are wanted; a target that is not met is said, and no failure."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=NAMES, metavar="NAME", help=f"one of {', '.join(NAMES)}")
    parser.add_argument("--format", choices=("text", "md"), default="text", help="text for a terminal, or Markdown")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # control planes are stopped on the way out
    reporter = Reporter()
    tables: list[Table] = []
    busy = os.getloadavg()[0]
    for name in options.only or NAMES:
        with reporter.step(f"measuring {name.replace('_', ' ')}"):
            tables.append(importlib.import_module(f"bench.{name}").measure())
    show = as_markdown if options.format == "md" else as_text
    show(tables, busy)
    if not all_met(tables):
        reporter.say("Some targets were not met; a quiet machine and a second run tell chance from fact.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
