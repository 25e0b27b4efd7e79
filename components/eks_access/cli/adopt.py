"""``eks-access adopt``: declare a cluster that others made, as it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .existing import EvidenceOption, RoleOption
from .output import exit_code, printable, refusals
from .sources import (
    ClusterOption,
    ContextOption,
    KubeconfigOption,
    LiveOption,
    ProfileOption,
    RegionOption,
    SourceOptions,
)

if TYPE_CHECKING:
    from ..takeover.model import Takeover

EXAMPLE = (
    "Examples: eks-access adopt --live --cluster prod --creator arn:aws:iam::111122223333:role/ci/terraform "
    "| eks-access adopt -f dump/ --creator arn:aws:iam::111122223333:user/hanako --out stacks"
)

CreatorOption = Annotated[
    str | None,
    typer.Option(metavar="ARN", help="Who made the cluster; EKS doesn't say it, CloudTrail does (CreateCluster)."),
]
OutOption = Annotated[
    Path,
    typer.Option(
        "--out",
        metavar="DIR",
        file_okay=False,
        help="The project's stack folder: access/NAME.yaml, Pulumi.NAME.yaml and import.NAME.json are written there.",
    ),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Write over files that are there, and say which.")]


def adopt(
    creator: CreatorOption = None,
    out: OutOption = Path("stacks"),
    force: ForceOption = False,
    role: RoleOption = None,
    filename: EvidenceOption = None,
    live: LiveOption = False,
    cluster: ClusterOption = None,
    profile: ProfileOption = None,
    region: RegionOption = None,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = None,
) -> None:
    """Write the declaration of a cluster that others made, its stack file, and what `pulumi import` takes over.

    Nothing is changed in AWS or the cluster. Exit code 1: something is left for you to decide.
    """
    with refusals():
        from ..takeover.declaring import take_over
        from .asking import tell
        from .existing import read_existing

        theirs = _profile(out, cluster)
        wanted = SourceOptions(
            filenames=filename or (),
            live=live,
            cluster=cluster,
            profile=profile or theirs,
            region=region,
            kubeconfig=kubeconfig,
            context=context,
        )
        found = read_existing(wanted, role or ())
        taken = take_over(found.state, found.known, creator)
        tell(found.state.notices)
        _write(taken, out, theirs, force=force)
        _say(taken, out)
    raise typer.Exit(exit_code(readable=True, clean=not taken.decisions))


def _profile(out: Path, cluster: str | None) -> str | None:
    """Find the profile that the stack has already, where this is not the first time: it is asked with, and stays."""
    from ..declaration.stack_files import profile_in

    file = out / f"Pulumi.{cluster}.yaml"
    return profile_in(file) if file.is_file() else None


def _write(taken: Takeover, out: Path, profile: str | None, *, force: bool) -> None:
    """Write all files or none: what is there already is somebody's work."""
    import json

    from ..authn.go_yaml_writing import dump_yaml
    from ..errors import Problem, Refused

    settings = {"config": taken.settings["config"] | ({"aws:profile": profile} if profile else {})}
    files = {
        out / "access" / f"{taken.name}.yaml": taken.text,
        out / f"Pulumi.{taken.name}.yaml": dump_yaml(settings),
    }
    if taken.imports is not None:
        files[out / f"import.{taken.name}.json"] = json.dumps(taken.imports, indent=2) + "\n"
    there = [file for file in files if file.exists()]
    if there and not force:
        rule, fix = (
            "the file is there already, and is not written over",
            "move it away, choose another --out, or --force",
        )
        raise Refused(Problem(file=str(file), rule=rule, fix=fix) for file in there)
    for file, text in files.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            rule = f"the file must be writable: {error.strerror}"
            raise Refused([Problem(file=str(file), rule=rule, fix="choose another --out")]) from None
        typer.echo(f"{'written over' if file in there else 'written'}: {printable(str(file))}")


def _say(taken: Takeover, out: Path) -> None:
    for each in taken.left_out:
        typer.echo(f"not kept, since it gives nobody anything: {printable(each)}")
    for each in taken.warnings:
        typer.echo(f"worth a look: {printable(each)}")
    for each in taken.decisions:
        typer.echo(f"to decide: {printable(each)}")
    if taken.decisions:
        declared = printable(str(out / "access" / f"{taken.name}.yaml"))
        typer.echo(f"next: decide that, until `eks-access check {declared}` has nothing to say")
    if taken.imports is not None:
        import shlex

        file = shlex.quote(str(out / f"import.{taken.name}.json"))
        typer.echo(f"next: pulumi import --file {file} --stack {taken.name} --generate-code=false --protect=false")
    typer.echo(f"next: pulumi preview --stack {taken.name} --diff   # shows no change")
