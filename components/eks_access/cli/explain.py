"""``eks-access explain``: one cell of the matrix, from the person to the rules."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from .asking import FormatOption, NameArgument, PrincipalArgument, SessionOption, review_of, takes_source, tell
from .output import Format, exit_code, refusals
from .sources import SourceOptions

if TYPE_CHECKING:
    from ..review.asking import Question
    from ..review.state import AccessState

EXAMPLE = (
    "Examples: eks-access explain hanako payments | eks-access explain hanako payments delete pods | "
    "eks-access explain ci - create namespaces --stack prod | eks-access explain hanako payments --format md"
)
CLUSTER_SCOPE = "-"


@takes_source
def explain(
    person: PrincipalArgument,
    namespace: Annotated[
        str, typer.Argument(metavar="NAMESPACE|-", help="Where; - for the whole cluster and what is in no namespace.")
    ],
    verb: Annotated[str | None, typer.Argument(metavar="VERB", help="Explain this one decision.")] = None,
    resource: Annotated[
        str | None, typer.Argument(metavar="RESOURCE[/SUB]", help="What the verb is asked for; a path with -.")
    ] = None,
    name: NameArgument = None,
    session: SessionOption = "",
    format: FormatOption = Format.TEXT,
    *,
    options: SourceOptions,
) -> None:
    """Explain what somebody has in a namespace, or one decision. Exit code 1: no way in, or the decision is no."""
    if verb is not None and resource is None:
        raise typer.BadParameter("a verb is asked for a resource: name one, like pods or deployments.apps")
    with refusals():
        from ..review.explaining import explain_cell
        from .explain_output import show

        source, review = review_of(options)
        where = "" if namespace == CLUSTER_SCOPE else namespace
        asked = _question(verb, resource, name or "", where, review.state) if verb and resource else None
        answer = explain_cell(review, person, where, asked.request if asked else None, session=session)
        notices = (*(asked.about(inside=answer.only_inside) if asked else ()), *answer.notices)
        tell(notices)
        show(replace(answer, notices=notices), source.label, format)
    raise typer.Exit(exit_code(readable=True, clean=answer.allowed))


def _question(verb: str, resource: str, name: str, namespace: str, state: AccessState) -> Question:
    from ..review.asking import question

    ask = partial(question, verb, resource, name=name, objects=state.rbac, defined=state.resources)
    return ask(namespace=namespace) if namespace else ask(all_namespaces=not resource.startswith("/"))
