"""``eks-access why``: what an error message means here, and what to do about it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from .asking import DeclaredOption, FormatOption
from .output import Format, exit_code, printable, refusals

if TYPE_CHECKING:
    from ..plan.model import AccessPlan
    from .targets import Target

EXAMPLE = (
    "Examples: kubectl get pods 2>&1 | eks-access why - | eks-access why 'error: You must be logged in to the server "
    "(Unauthorized)' | eks-access why --stack prod - < error.txt"
)
STDIN = "-"
_MOST_BYTES = 1024 * 1024


def why(
    text: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXT|-", help="The error, as it was printed; - or nothing reads standard input."),
    ] = None,
    stack: DeclaredOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """Explain an error message from the declaration. Exit code 1: nothing in the text is recognised."""
    with refusals():
        from ..diagnosis.why import why as diagnose
        from .why_output import show

        target = _target(stack)
        plan = _plan(target) if target else None
        pasted = _stdin() if text in (None, [], [STDIN]) else " ".join(text or ())
        file, name = (str(target.file), target.stack_name) if target else ("", "")
        findings = diagnose(pasted, plan, file=file, stack=name)
        label = target.label if target and plan and plan.cluster else None
        show(findings, label, format)
    raise typer.Exit(exit_code(readable=True, clean=bool(findings)))


def _target(stack: str | None) -> Target | None:
    """Find the declaration to go by: the one that is named, else the project's only one with a cluster."""
    from ..errors import Refused
    from .sources import only_target
    from .targets import target_of

    if stack is not None:
        return target_of(stack)
    try:
        return only_target()
    except Refused as refusal:
        problem = refusal.problems[0]
        typer.echo(printable(f"note: answered without a declaration: {problem.rule}; {problem.fix}"), err=True)
        return None


def _plan(target: Target) -> AccessPlan:
    from .sources import plan_of

    plan = plan_of(target)
    if plan.cluster is None:
        typer.echo(printable(f"note: answered without a declaration: {target.name} has no cluster"), err=True)
    return plan


def _stdin() -> str:
    if sys.stdin.isatty():
        typer.echo("Paste the error, then press Ctrl-D.", err=True)
    return typer.get_binary_stream("stdin").read(_MOST_BYTES).decode("utf-8", errors="replace")
