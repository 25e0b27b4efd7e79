"""``eks-access doctor``: where on the way into a cluster somebody stands, and what ends it there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .asking import DeclaredOption, FormatOption
from .output import UNREADABLE, Format, exit_code, printable, refusals

if TYPE_CHECKING:
    from ..plan.model import AccessPlan

EXAMPLE = (
    "Examples: eks-access doctor --cluster prod -n payments | eks-access doctor --cluster prod --profile hanako "
    "--stack prod | eks-access doctor --cluster prod --admin-profile ops --format json"
)


def doctor(
    cluster: Annotated[str, typer.Option(help="Name of the EKS cluster.")],
    profile: Annotated[str | None, typer.Option(help="AWS profile; the kubeconfig's without one.")] = None,
    region: Annotated[
        str | None, typer.Option(help="AWS region; the kubeconfig's or the profile's without one.")
    ] = None,
    namespace: Annotated[str | None, typer.Option("--namespace", "-n", help="Where you want to work.")] = None,
    kubeconfig: Annotated[str | None, typer.Option(metavar="FILE", help="Kubeconfig that kubectl goes by.")] = None,
    context: Annotated[str | None, typer.Option(help="Context of the kubeconfig.")] = None,
    admin_profile: Annotated[
        str | None, typer.Option(help="AWS profile of an admin, to look at aws-auth and access entries with.")
    ] = None,
    stack: DeclaredOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """Walk the way into a cluster, say where it ends and why. Exit code 0: it is free; 1: a wall; 2: no way to look."""
    with refusals():
        from ..live.doctor import Doctor
        from ..live.patient import Patient
        from .doctor_output import Telling

        plan, file, name, label = _declaration(stack)
        patient = Patient(
            cluster=cluster,
            profile=profile,
            region=region,
            namespace=namespace,
            kubeconfig=kubeconfig,
            context=context,
            admin_profile=admin_profile,
            plan=plan,
            file=file,
            stack=name,
        )
        telling = Telling(label, format)
        for each in Doctor(patient).walk():
            telling.tell(each)
        telling.end()
    raise typer.Exit(UNREADABLE if telling.cut_short else exit_code(readable=True, clean=telling.free))


def _declaration(stack: str | None) -> tuple[AccessPlan | None, str, str, str | None]:
    """Read the declaration that is named: its plan, file, stack, and what to call it."""
    if stack is None:
        return None, "", "", None
    from .sources import plan_of
    from .targets import target_of

    target = target_of(stack)
    plan = plan_of(target)
    if plan.cluster is None:
        typer.echo(printable(f"note: {target.name} has no cluster, so it answers nothing here"), err=True)
        return None, "", "", None
    return plan, str(target.file), target.stack_name, target.label
