"""``eks-access recover``: after an update was killed, make the stack ready for the next one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .output import Format, exit_code, refusals

if TYPE_CHECKING:
    from ..live.engine import Holder

EXAMPLE = (
    "Examples: eks-access recover prod | eks-access recover prod --dry-run | eks-access recover prod --yes --id "
    "'urn:pulumi:prod::…::platform-cluster-key=0123abcd-…'"
)


def recover(
    stack: Annotated[str, typer.Argument(metavar="STACK", help="The stack, as `pulumi stack ls` names it.")],
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Take away the lock of an update that died, without a question.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what had begun and what would be looked for; change nothing.")
    ] = False,
    ids: Annotated[
        list[str] | None,
        typer.Option("--id", metavar="URN=ID", help="The id of a create that you found by hand. Can be repeated."),
    ] = None,
    never: Annotated[
        list[str] | None,
        typer.Option(metavar="URN", help="A create that you know never happened. Can be repeated."),
    ] = None,
    cwd: Annotated[Path, typer.Option("--cwd", "-C", help="The Pulumi project's folder.")] = Path(),
    format: Annotated[Format, typer.Option(help="text, md for a pull request's comment, json for machines.")] = (
        Format.TEXT
    ),
) -> None:
    """After an update was killed: unlock the stack, find what had begun, refresh. Exit code 1: something is left."""
    with refusals():
        from ..live.engine import Engine
        from ..live.recover import recover as settle
        from .recover_output import show

        recovery = settle(
            Engine(stack, _folder(cwd)),
            lambda holders: yes or _asked(stack, holders),
            ids=_ids(ids or []),
            forgotten=frozenset(never or []),
            dry_run=dry_run,
        )
        show(stack, recovery, format)
    raise typer.Exit(exit_code(readable=True, clean=recovery.done))


def _folder(cwd: Path) -> Path:
    if cwd.is_dir():
        return cwd
    from ..errors import Problem, Refused

    rule = "the project's folder must exist"
    raise Refused([Problem(path="--cwd", value=str(cwd), rule=rule, fix="name the folder with Pulumi.yaml")])


def _ids(written: list[str]) -> dict[str, str]:
    from ..errors import Problem, Refused

    found = {}
    for each in written:
        urn, _, id_ = each.partition("=")
        if not urn.startswith("urn:pulumi:") or not id_:
            fix = "write it as `--id URN=ID`; `--dry-run` shows the URNs"
            raise Refused([Problem(path="--id", value=each, rule="a URN, an equals sign and an id", fix=fix)])
        found[urn] = id_
    return found


def _asked(stack: str, holders: tuple[Holder, ...]) -> bool:
    """Ask whether the lock may go; where nobody can answer, it stays."""
    import sys

    from .output import printable
    from .recover_output import holder_text

    for holder in holders:
        typer.echo(printable(f"{stack} is locked by {holder_text(holder)}"), err=True)
    if not sys.stdin.isatty():
        return False
    return typer.confirm("No such update runs any more. Take its lock away?", err=True)
