"""``eks-access``: questions about declarations, answered without Pulumi."""

from __future__ import annotations

import io
import sys

import typer

from . import check, schema, sso

__all__ = ["app", "main"]

app = typer.Typer(
    name="eks-access",
    help="Who can get into an EKS cluster, and what may they do there. Exit code 0: clean; 1: findings; "
    "2: something can't be read.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("check", epilog=check.EXAMPLE)(check.check)
app.command("sso", epilog=sso.EXAMPLE)(sso.sso)
app.command("schema", epilog=schema.EXAMPLE)(schema.schema)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # not every terminal knows every letter
    app(prog_name="eks-access")
