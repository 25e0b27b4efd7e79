"""``eks-access check``: whether declarations are sound, and stacks agree."""

from __future__ import annotations

from typing import Annotated

import typer

from .output import Format, exit_code, refusals

EXAMPLE = (
    "Examples: eks-access check prod | eks-access check stacks/access/prod.yaml | eks-access check --all --format md"
)


def check(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[STACK|FILE]...", help="Stacks by name, or files of declarations.")
    ] = None,
    all_stacks: Annotated[
        bool, typer.Option("--all", help="Every stack of the project, and the rules between them.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for warnings too.")] = False,
    list_checks: Annotated[bool, typer.Option("--list", help="Print every check with its reason.")] = False,
    format: Annotated[Format, typer.Option(help="text, md for a pull request's comment, json for machines.")] = (
        Format.TEXT
    ),
) -> None:
    """Check declarations: form, references, and every rule about the plan that they compile to.

    Errors exit with 1, what can't be read with 2; warnings only with --strict. Accepted findings are shown.
    """
    from ..declaration.stack_files import find_project
    from .check_output import show, show_catalogue
    from .judging import judge, judge_all

    if list_checks:
        show_catalogue(format)
        return
    if bool(names) == all_stacks:
        raise typer.BadParameter("name stacks or files, or say --all" if not names else "--all names all stacks itself")
    with refusals():
        report = judge(names) if names else judge_all(find_project())
    show(report, format)
    clean = report.clean and not (strict and report.warned)
    raise typer.Exit(exit_code(readable=report.readable, clean=clean))
