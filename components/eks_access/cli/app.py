"""The commands of ``eks-access``, put together."""

from __future__ import annotations

import io
import sys

import typer

from . import (
    adopt,
    audit,
    can,
    check,
    diff,
    doctor,
    explain,
    matrix,
    migrate,
    recover,
    schema,
    sso,
    who_can,
    whoami,
    why,
)

__all__ = ["app", "run"]

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
app.command("whoami", epilog=whoami.EXAMPLE)(whoami.whoami)
app.command("can", epilog=can.EXAMPLE)(can.can)
app.command("who-can", epilog=who_can.EXAMPLE)(who_can.who_can)
app.command("matrix", epilog=matrix.EXAMPLE)(matrix.matrix)
app.command("explain", epilog=explain.EXAMPLE)(explain.explain)
app.command("why", epilog=why.EXAMPLE)(why.why)
app.command("doctor", epilog=doctor.EXAMPLE)(doctor.doctor)
app.command("audit", epilog=audit.EXAMPLE)(audit.audit)
app.command("adopt", epilog=adopt.EXAMPLE)(adopt.adopt)
app.add_typer(migrate.app, name="migrate")
app.command("recover", epilog=recover.EXAMPLE)(recover.recover)
app.command("diff", epilog=diff.EXAMPLE)(diff.diff)
app.command("sso", epilog=sso.EXAMPLE)(sso.sso)
app.command("schema", epilog=schema.EXAMPLE)(schema.schema)


def run() -> None:
    """Run what was asked for."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # not every terminal knows every letter
    app(prog_name="eks-access")
