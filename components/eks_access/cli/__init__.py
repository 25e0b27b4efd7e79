"""``eks-access``: questions about declarations and clusters, answered without Pulumi.

``eks-access --help`` is what people and completions ask most, so it is printed from a file, without the libraries
that the commands need; a test holds the file to what they say.
"""

import sys
from pathlib import Path

__all__ = ["main"]

HELP = Path(__file__).with_name("help.txt")


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] == ["--help"]:
        sys.stdout.write(HELP.read_text(encoding="utf-8"))
        return
    from .app import run

    run()
