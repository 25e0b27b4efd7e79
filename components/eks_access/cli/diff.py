"""``eks-access diff``: who gains and loses what between two declarations, revisions, states or clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .asking import FormatOption
from .output import CLEAN, FINDINGS, UNREADABLE, Format, harmless, refusals
from .sources import ClusterOption, ContextOption, KubeconfigOption, ProfileOption, RegionOption, SourceOptions

if TYPE_CHECKING:
    from ..review.state import AccessState
    from .diff_output import EnvironmentDiff
    from .diff_sides import Environment

EXAMPLE = (
    "Examples: eks-access diff main..HEAD | eks-access diff origin/main...HEAD --format md > comment.md | "
    "eks-access diff main | eks-access diff prod live:prod | eks-access diff main:prod preview.json | "
    "eks-access diff state.json stacks/access/prod.yaml"
)


def diff(
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD",
            help="A stack, the file of a declaration (.yaml), a stack's state or preview (.json, - for stdin), a "
            "revision of git, REVISION:STACK, . for the work tree, live:CLUSTER; or A..B for both sides, A...B from "
            "where they went apart.",
        ),
    ],
    new: Annotated[str | None, typer.Argument(metavar="NEW", help="The same; the work tree if left out.")] = None,
    stack: Annotated[
        str | None, typer.Option("--stack", "-s", help="Only this environment of revisions and of the work tree.")
    ] = None,
    zero: Annotated[
        bool,
        typer.Option("--exit-zero", help="Exit with 0 where something changes too: for a job that posts a comment."),
    ] = False,
    format: FormatOption = Format.TEXT,
    cluster: ClusterOption = None,
    profile: ProfileOption = None,
    region: RegionOption = None,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = None,
) -> None:
    """Say who gains and loses what between OLD and NEW. Exit code 0: nobody's rights change; 1: some do; 2: unreadable.

    Rights are compared, not text: a role, a team or a binding with another name is no change.
    """
    with refusals():
        from .diff_output import write
        from .diff_sides import read_sides

        options = SourceOptions(
            stack=stack, cluster=cluster, profile=profile, region=region, kubeconfig=kubeconfig, context=context
        )
        compared = read_sides(old, new, options)
        diffs = [_compared(environment) for environment in compared.environments]
        write(compared, diffs, format)
        for problem in compared.problems:
            typer.echo(f"error: {harmless(problem)}", err=True)
    if compared.problems:
        raise typer.Exit(UNREADABLE)
    changed = any(not each.diff.empty for each in diffs)
    raise typer.Exit(FINDINGS if changed and not zero else CLEAN)


def _compared(environment: Environment) -> EnvironmentDiff:
    from ..review.diff import diff_access
    from ..review.diff.lines import changed_lines
    from .diff_output import EnvironmentDiff

    old = environment.old or _nobody(environment.new)
    new = environment.new or _nobody(environment.old)
    return EnvironmentDiff(
        name=environment.name,
        is_new=environment.old is None,
        is_gone=environment.new is None,
        diff=diff_access(old, new),
        lines=changed_lines(old, new),
    )


def _nobody(other: AccessState | None) -> AccessState:
    """Return the access of a cluster as the other's before anybody was let in: what Kubernetes makes is there."""
    from ..authz.model import RbacObjects
    from ..review.objects import finished
    from ..review.state import AccessState

    assert other is not None
    return finished(AccessState(name=other.name, version=other.version, mode=other.mode), RbacObjects())
