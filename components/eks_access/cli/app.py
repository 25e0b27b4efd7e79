"""The commands of ``eks-access``, put together."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, TextIO

import typer

from ..printing import printable
from .output import UNREADABLE

__all__ = ["COMMANDS", "app_with", "run"]

COMMANDS = MappingProxyType(
    {
        name: name.replace("-", "_")
        for name in (
            "check",
            "whoami",
            "can",
            "who-can",
            "matrix",
            "explain",
            "why",
            "doctor",
            "audit",
            "adopt",
            "migrate",
            "recover",
            "diff",
            "sso",
            "schema",
        )
    }
)
"""Command → the module beside this one that has it, as a function or an app of its own, under the same name."""


def app_with(names: Iterable[str] = tuple(COMMANDS)) -> typer.Typer:
    """Return the command line with these commands; only their modules are imported."""
    app = typer.Typer(
        name="eks-access",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_eks_access)
    for name in names:
        module = import_module(f".{COMMANDS[name]}", __package__)
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name, epilog=module.EXAMPLE)(getattr(module, COMMANDS[name]))
    return app


def _version(asked: bool) -> None:
    if asked:
        from .. import __version__

        typer.echo(f"eks-access {__version__}")
        raise typer.Exit


def _eks_access(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Who can get into an EKS cluster, and what may they do there.

    Exit code 0: clean; 1: findings; 2: something can't be read.
    """


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def run() -> None:
    """Run what was asked for."""
    # whoever closed a stream doesn't want to read it
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    asked = [name for name in sys.argv[1:2] if name in COMMANDS]
    try:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # not every terminal knows every letter
        app_with(asked or COMMANDS)(prog_name="eks-access")
    except OSError as error:  # such as a full disk behind the standard output
        what = f"{error.filename}: " if error.filename else "the output can't be written: "
        sys.stdout = _nowhere()
        typer.echo(f"error: {printable(f'{what}{error.strerror or error}')}", err=True)
        sys.exit(UNREADABLE)
