"""``eks-access sso``: the roles behind permission sets, and whether what is declared is still true."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from .output import Format, exit_code, refusals

EXAMPLE = "Examples: eks-access sso ClusterOperator | eks-access sso --stack prod --profile prod-admin"


def sso(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Permission sets; without any: all of the account."),
    ] = None,
    stack: Annotated[
        list[str] | None,
        typer.Option(metavar="STACK|FILE", help="Compare what this stack or file declares with the account."),
    ] = None,
    profile: Annotated[str | None, typer.Option(help="AWS profile to ask with.")] = None,
    region: Annotated[str | None, typer.Option(help="Region to ask; it decides the partition, for IAM.")] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Put rotated suffixes right in the files. Needs --stack.")
    ] = False,
    format: Annotated[Format, typer.Option(help="text, md for a pull request's comment, json for machines.")] = (
        Format.TEXT
    ),
) -> None:
    """Find the role that IAM Identity Center made of a permission set: its suffix is AWS's choice and can change."""
    if names and stack:
        raise typer.BadParameter("name permission sets, or a --stack whose permission sets are compared")
    if write and not stack:
        raise typer.BadParameter("--write corrects the files of a --stack")
    with refusals():
        code = (
            _compare(stack, profile, region, format, write=write) if stack else _look_up(names, profile, region, format)
        )
    raise typer.Exit(code)


def _look_up(names: Sequence[str] | None, profile: str | None, region: str | None, format: Format) -> int:
    from ..iam.sso import unmatched
    from ..live.aws import session
    from ..live.sso import read_sso_account
    from .sso_output import show_roles

    account = read_sso_account(session(profile, region))
    wanted = list(dict.fromkeys(names or account.roles))
    problems = [problem for name in wanted for problem in unmatched(name, account.roles)]
    show_roles(account.id, [role for name in wanted for role in account.roles.get(name, ())], problems, format)
    return exit_code(readable=True, clean=not problems)


def _compare(arguments: Sequence[str], profile: str | None, region: str | None, format: Format, *, write: bool) -> int:
    from ..live.aws import session
    from .rotation import compare, rewrite
    from .sso_output import show_comparisons

    comparisons = compare(arguments, lambda theirs, home: session(profile or theirs, region or home))
    written = [Path(file) for file in rewrite(comparisons)] if write else []
    show_comparisons(comparisons, written, format)
    return exit_code(readable=True, clean=not any(each.problems for each in comparisons))
