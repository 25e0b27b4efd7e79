"""``eks-access check``: whether declarations are sound, stacks agree, and clusters that are there keep the rules."""

from __future__ import annotations

from typing import Annotated

import typer

from .asking import takes_source
from .output import Format, exit_code, refusals
from .sources import SourceOptions

EXAMPLE = (
    "Examples: eks-access check prod | eks-access check stacks/access/prod.yaml | eks-access check --all --format md | "
    "eks-access check --live --cluster prod | kubectl get clusterroles,roles,clusterrolebindings,rolebindings -A "
    "-o json | eks-access check -f -"
)


@takes_source
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
    *,
    options: SourceOptions,
) -> None:
    """Check declarations: form, references, and every rule about the plan that they compile to.

    Of a cluster that is there, whoever made it (--live, -f, --state), every rule that needs no declaration.

    Errors exit with 1, what can't be read with 2; warnings only with --strict. Accepted findings are shown.
    """
    from ..declaration.stack_files import find_project
    from .check_output import show, show_catalogue
    from .judging import judge, judge_all, judge_cluster
    from .sources import refuse_contradictions, resolve

    if list_checks:
        show_catalogue(format)
        return
    declared = [*(names or ()), *([options.stack] if options.stack and not options.elsewhere else [])]
    if [bool(declared), all_stacks, options.elsewhere].count(True) != 1:
        raise typer.BadParameter(
            "name stacks or files, or say --all, or name a cluster's source: --live, -f or --state"
        )
    with refusals():
        if options.elsewhere:
            report = judge_cluster(resolve(options))
        else:
            refuse_contradictions(options)
            report = judge(declared) if declared else judge_all(find_project())
    show(report, format)
    clean = report.clean and not (strict and report.warned)
    raise typer.Exit(exit_code(readable=report.readable, clean=clean))
