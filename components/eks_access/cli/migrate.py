"""``eks-access migrate plan``: from aws-auth to access entries, step by step, with nobody's access changed."""

from __future__ import annotations

from typing import Annotated

import typer

from .asking import FormatOption
from .existing import EvidenceOption, RoleOption
from .output import Format, exit_code, refusals
from .sources import (
    ClusterOption,
    ContextOption,
    KubeconfigOption,
    LiveOption,
    ProfileOption,
    RegionOption,
    SourceOptions,
    StackOption,
)

EXAMPLE = (
    "Examples: eks-access migrate plan --live --cluster prod | eks-access migrate plan -f dump/ "
    "--to API_AND_CONFIG_MAP | eks-access migrate plan --live --stack prod "
    "--role arn:aws:iam::444455556666:role/x/partner"
)

app = typer.Typer(
    no_args_is_help=True,
    help="Go from aws-auth to access entries, with nobody's access changed.",
    epilog=EXAMPLE,
    rich_markup_mode=None,
)

ToOption = Annotated[
    str | None, typer.Option("--to", metavar="MODE", help="Plan one step, to this mode; without it the whole way.")
]


@app.command("plan", epilog=EXAMPLE)
def plan(
    to: ToOption = None,
    role: RoleOption = None,
    stack: StackOption = None,
    filename: EvidenceOption = None,
    live: LiveOption = False,
    cluster: ClusterOption = None,
    profile: ProfileOption = None,
    region: RegionOption = None,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """Print the steps CONFIG_MAP → API_AND_CONFIG_MAP → API, what each changes, and what is in the way.

    Nothing is changed. Exit code 1: something is in the way, or somebody's access would change.
    """
    with refusals():
        from ..migration.planning import mode_of, plan_migration
        from .asking import tell
        from .existing import read_existing
        from .migrate_output import show_migration

        wanted = SourceOptions(
            stack=stack,
            filenames=filename or (),
            live=live,
            cluster=cluster,
            profile=profile,
            region=region,
            kubeconfig=kubeconfig,
            context=context,
        )
        target = mode_of(to)
        found = read_existing(wanted, role or ())
        migration = plan_migration(found.state, found.known, to=target, plan=found.plan)
        tell(migration.notices)
        show_migration(migration, found.state.arn, found.label, format)
    raise typer.Exit(exit_code(readable=True, clean=migration.clean))
