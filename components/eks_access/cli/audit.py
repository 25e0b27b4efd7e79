"""``eks-access audit``: what is declared against what is there, and what an update would take away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from .asking import FormatOption, takes_source
from .output import Format, exit_code, refusals
from .sources import SourceOptions

if TYPE_CHECKING:
    from .auditing import Audited

EXAMPLE = (
    "Examples: eks-access audit --live --stack prod | eks-access audit --live --stack prod --drill | "
    "eks-access audit --permissions --stack prod | pulumi stack export --stack prod | "
    "eks-access audit --live --stack prod --before-up --deployed - --drop arn:aws:iam::111122223333:role/old"
)


@takes_source
def audit(
    before_up: Annotated[
        bool,
        typer.Option(
            "--before-up", help="Only what the next update would take away or write over, and nobody said may go."
        ),
    ] = False,
    drop: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="With --before-up: this may go, by the name that the finding has."),
    ] = None,
    deployed: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|-",
            help="What `pulumi stack export` prints: what the last update declared isn't taken for somebody else's.",
        ),
    ] = None,
    drill: Annotated[bool, typer.Option("--drill", help="Walk the break-glass way, up to its door.")] = False,
    permissions: Annotated[
        bool, typer.Option("--permissions", help="Print the rights that an audit needs, and ask nobody.")
    ] = False,
    format: FormatOption = Format.TEXT,
    *,
    options: SourceOptions,
) -> None:
    """Compare what a stack declares with what is there. Exit code 0: as declared; 1: findings; 2: no way to look."""
    with refusals():
        from . import audit_output as output
        from .auditing import audited, declared, drilled, permitted, require_cluster

        _refuse_contradictions(before_up=before_up, drop=drop, deployed=deployed, drill=drill, permissions=permissions)
        named = declared(options)
        if drill:
            require_cluster(named)
        if permissions:
            output.show_permissions(permitted(named), format)
            raise typer.Exit(exit_code(readable=True, clean=True))
        with _rights_told():
            found: Audited | None = audited(named, options, deployed=deployed, before_up=before_up, with_mfa=drill)
        if found is None:
            clean = before_up or named.plan.cluster is None
            output.show_no_cluster(named, format, clean=clean)
            raise typer.Exit(exit_code(readable=True, clean=clean))
        if drill:
            walked = drilled(named, found)
            output.show_drill(found, walked, format)
            clean = not walked.findings
        elif before_up:
            judged = found.before_up(drop or [])
            output.show_before_up(found, judged, format)
            clean = not judged.stops
        else:
            output.show(found, format)
            clean = not any(each.counts for each in found.findings)
    raise typer.Exit(exit_code(readable=True, clean=clean))


@contextmanager
def _rights_told() -> Iterator[None]:
    """Say beside what AWS or the cluster refuses where the rights are to be read that an audit needs."""
    from ..errors import EksAccessError, Refused

    try:
        yield
    except Refused:
        raise
    except EksAccessError as error:
        raise EksAccessError(f"{error}; `eks-access audit --permissions` prints what an audit needs") from error


def _refuse_contradictions(
    *, before_up: bool, drop: list[str] | None, deployed: str | None, drill: bool, permissions: bool
) -> None:
    from ..errors import Problem, Refused

    problems = []
    if sum((before_up, drill, permissions)) > 1:
        rule, fix = "--before-up, --drill and --permissions are three questions", "ask them one by one"
        problems.append(Problem(path="--before-up", rule=rule, fix=fix))
    for option, value in (("--drop", drop), ("--deployed", deployed)):
        if value and not before_up:
            rule, fix = "it says what may go with the next update", "add --before-up"
            problems.append(Problem(path=option, rule=rule, fix=fix))
    if problems:
        raise Refused(problems)
