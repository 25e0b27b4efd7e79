"""What the question commands have in common: the words of a question, its source, and one review of it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .output import Format, printable
from .sources import (
    ClusterOption,
    ContextOption,
    FilesOption,
    KubeconfigOption,
    LiveOption,
    ProfileOption,
    RegionOption,
    SourceOptions,
    StackOption,
    StateOption,
)

if TYPE_CHECKING:
    from ..review.access_review import AccessReview
    from ..review.asking import Question
    from .sources import Source

PrincipalArgument = Annotated[
    str,
    typer.Argument(
        metavar="PRINCIPAL",
        help="A person, an ARN, namespace/serviceaccount, node/KIND, user:NAME, group:NAME, or anonymous.",
    ),
]
VerbArgument = Annotated[str, typer.Argument(metavar="VERB", help="get, list, create, … ; get for a path.")]
ResourceArgument = Annotated[
    str,
    typer.Argument(
        metavar="RESOURCE[/SUB]|PATH", help="pods, deploy, pods/log, certificates.cert-manager.io, or /metrics."
    ),
]
NameArgument = Annotated[str | None, typer.Argument(metavar="NAME", help="One object, by its name.")]
NamespaceOption = Annotated[str | None, typer.Option("--namespace", "-n", help="In this namespace.")]
AllNamespacesOption = Annotated[
    bool, typer.Option("--all-namespaces", "-A", help="In the whole cluster, all namespaces at once.")
]
SessionOption = Annotated[
    str, typer.Option(help="Session name with which a role is assumed; a person's name where there is one.")
]
FormatOption = Annotated[Format, typer.Option(help="text, md for a pull request's comment, json for machines.")]
DeclaredOption = Annotated[
    str | None,
    typer.Option(
        "--stack",
        "-s",
        "--declaration",
        metavar="STACK|FILE",
        help="The stack or declaration of the cluster: who is who, and where lines are to be added.",
    ),
]
_SOURCE_OPTIONS: dict[str, tuple[Any, object]] = {
    "stack": (StackOption, None),
    "state": (StateOption, None),
    "filenames": (FilesOption, None),
    "live": (LiveOption, False),
    "cluster": (ClusterOption, None),
    "profile": (ProfileOption, None),
    "region": (RegionOption, None),
    "kubeconfig": (KubeconfigOption, None),
    "context": (ContextOption, None),
}
"""Field of SourceOptions → its option and default."""


def takes_source(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a source; it takes them as one, `options`."""
    own = inspect.signature(command, eval_str=True)
    parameters = [each for each in own.parameters.values() if each.name != "options"]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in _SOURCE_OPTIONS.items()
    ]

    @functools.wraps(command)
    def with_source(**said: Any) -> None:
        source = {name: said.pop(name) for name in _SOURCE_OPTIONS}
        command(**said, options=SourceOptions(**{**source, "filenames": source["filenames"] or ()}))

    with_source.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    with_source.__annotations__ = {each.name: each.annotation for each in parameters}
    return with_source


def review_of(
    options: SourceOptions, within: str | None = None, *, served: bool = False
) -> tuple[Source, AccessReview]:
    """Read the source, or as much of it as counts for a question, and make its review.

    Args:
        options: what was said of the source.
        within: as `Question.within`.
        served: as `Question.by_definitions`.
    """
    from ..review.access_review import AccessReview
    from .sources import resolve

    source = resolve(replace(options, within=within, served=served))
    return source, AccessReview(source.state)


def about(asked: Question, review: AccessReview, options: SourceOptions, *, inside: bool) -> tuple[str, ...]:
    """Say what is to know of a question itself, beside the answer.

    Args:
        asked: the question.
        review: what it was asked.
        options: where that was read from.
        inside: the answer rests on what is bound in a namespace.
    """
    from ..review.gaps import unknown_namespace

    # a running cluster of which one namespace was read says nothing of others
    place = () if options.live else unknown_namespace(asked.request.namespace, review.namespaces)
    return (*asked.about(inside=inside), *place)


def tell(notices: tuple[str, ...]) -> None:
    """Say what was assumed, beside the answer."""
    for notice in notices:
        typer.echo(f"note: {printable(notice)}", err=True)
