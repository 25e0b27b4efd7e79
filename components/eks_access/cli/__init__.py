"""``eks-access``: questions about declarations and clusters, answered without Pulumi.

``eks-access --help`` is what people and completions ask most, so it is printed from a file, without the libraries
that the commands need; a test holds the file to what they say.
"""

import gc
import sys
from pathlib import Path

__all__ = ["OBJECTS_BETWEEN_COLLECTIONS", "main"]

OBJECTS_BETWEEN_COLLECTIONS = 1_000_000
"""Of Python's garbage collector: what a command reads stays until it ends, and to look through it again and again takes
a third of the time, more the more there is."""

HELP = Path(__file__).with_name("help.txt")


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] == ["--help"] and _helped():
        return
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    from .app import run

    try:
        run()
    finally:
        gc.freeze()  # the interpreter's last collection would look through all of it once more


def _helped() -> bool:
    """Print the help; False where it can't be written, which `run` says."""
    try:
        if sys.stdout:  # whoever closed it doesn't want to read it
            sys.stdout.write(HELP.read_text(encoding="utf-8"))
            sys.stdout.flush()
    except OSError:
        return False
    return True
