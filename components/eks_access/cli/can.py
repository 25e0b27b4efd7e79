"""``eks-access can``: whether somebody may do something, and through what."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from .asking import (
    AllNamespacesOption,
    FormatOption,
    NameArgument,
    NamespaceOption,
    PrincipalArgument,
    ResourceArgument,
    SessionOption,
    VerbArgument,
    about,
    review_of,
    takes_source,
    tell,
)
from .output import Format, exit_code, refusals
from .sources import SourceOptions

EXAMPLE = (
    "Examples: eks-access can hanako list pods -n payments | eks-access can ci create deploy -n web --stack prod | "
    "eks-access can monitoring/prometheus get /metrics | kubectl get clusterroles,clusterrolebindings,roles,"
    "rolebindings -A -o json | eks-access can group:devs get secrets -A -f -"
)


@takes_source
def can(
    principal: PrincipalArgument,
    verb: VerbArgument,
    resource: ResourceArgument,
    name: NameArgument = None,
    namespace: NamespaceOption = None,
    all_namespaces: AllNamespacesOption = False,
    session: SessionOption = "",
    act_as: Annotated[str | None, typer.Option("--as", help="As this user name, by impersonation.")] = None,
    act_as_group: Annotated[list[str] | None, typer.Option("--as-group", help="And with this group.")] = None,
    format: FormatOption = Format.TEXT,
    *,
    options: SourceOptions,
) -> None:
    """Say whether somebody may do something. Exit code 0: yes; 1: no; 2: something can't be read."""
    if act_as_group and act_as is None:
        raise typer.BadParameter("--as-group goes with --as")
    if act_as == "":
        raise typer.BadParameter("--as names a user, and this is empty")
    with refusals():
        from ..authz.impersonation import Wanted
        from ..review.asking import question
        from .answers_output import show_can

        ask = partial(question, verb, resource, name=name or "", namespace=namespace, all_namespaces=all_namespaces)
        # whom --as names may be a ServiceAccount, and leave to be one is given in its own namespace
        asked = ask()
        source, review = review_of(options, asked.within if act_as is None else None, served=asked.by_definitions)
        asked = ask(objects=review.state.rbac, defined=review.state.resources)
        wanted = Wanted(username=act_as, groups=tuple(act_as_group or ())) if act_as is not None else None
        answer = review.can(principal, asked.request, session=session, wanted=wanted)
        beside = about(asked, review, options, inside=answer.only_inside)
        notices = (*beside, *(() if answer.allowed else review.state.notices))
        tell(notices)
        show_can(principal, answer, source.label, format, notices)
    raise typer.Exit(exit_code(readable=True, clean=answer.allowed))
