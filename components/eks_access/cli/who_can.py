"""``eks-access who-can``: everybody who may do something, people first, and through what."""

from __future__ import annotations

from functools import partial

import typer

from .asking import (
    AllNamespacesOption,
    FormatOption,
    NameArgument,
    NamespaceOption,
    ResourceArgument,
    VerbArgument,
    about,
    review_of,
    takes_source,
    tell,
)
from .output import Format, exit_code, refusals
from .sources import SourceOptions

EXAMPLE = (
    "Examples: eks-access who-can delete pods -n payments | eks-access who-can get secrets --stack prod | "
    "eks-access who-can get /metrics --live --cluster prod"
)


@takes_source
def who_can(
    verb: VerbArgument,
    resource: ResourceArgument,
    name: NameArgument = None,
    namespace: NamespaceOption = None,
    all_namespaces: AllNamespacesOption = False,
    format: FormatOption = Format.TEXT,
    *,
    options: SourceOptions,
) -> None:
    """Say who may do something. Without -n and -A every namespace is looked at.

    Exit code 1: nobody can but system:masters and Kubernetes' own parts.
    """
    with refusals():
        from ..review.asking import question
        from .who_can_output import show_who_can

        ask = partial(
            question,
            verb,
            resource,
            name=name or "",
            namespace=namespace,
            all_namespaces=all_namespaces or (namespace is None and not resource.startswith("/")),
        )
        asked, everywhere = ask(), namespace is None and not all_namespaces
        within = None if everywhere and asked.inside_each else asked.within
        source, review = review_of(options, within, served=asked.by_definitions)
        asked = ask(objects=review.state.rbac, defined=review.state.resources)
        anywhere = everywhere and asked.inside_each
        answer = review.who_can(asked.request, anywhere=anywhere)
        notices = (*about(asked, review, options, inside=answer.some_inside), *review.state.notices)
        tell(notices)
        show_who_can(answer, source.label, format, notices)
    raise typer.Exit(exit_code(readable=True, clean=answer.anybody))
