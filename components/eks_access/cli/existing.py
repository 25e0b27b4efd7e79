"""A cluster that is there, for the commands that take it over: read from AWS and the API server, or from files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..live.cluster import Reach
    from ..migration.surroundings import Surroundings
    from ..plan.model import AccessPlan
    from ..review.documents import Document
    from ..review.state import AccessState
    from .sources import SourceOptions

EvidenceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--filename",
        "-f",
        metavar="FILE|DIR|-",
        help="`kubectl get … -o yaml`, and answers of `aws eks describe-cluster|describe-access-entry|"
        "list-associated-access-policies|describe-nodegroup|describe-fargate-profile`, "
        "`aws iam list-roles|list-users`.",
    ),
]
RoleOption = Annotated[
    list[str] | None,
    typer.Option(
        "--role",
        metavar="ARN",
        help="Full ARN, with its path, of a role that IAM can't be asked about, such as one of another account.",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Existing:
    """The cluster, read."""

    state: AccessState
    known: Surroundings
    plan: AccessPlan | None
    documents: tuple[Document, ...]
    """Of files: all of them; of a live cluster: what EKS answered about itself and its nodes."""
    label: str


def read_existing(wanted: SourceOptions, roles: Sequence[str]) -> Existing:
    """Read the cluster that is meant.

    Args:
        wanted: what was said on the command line about the cluster.
        roles: full ARNs of roles that IAM can't be asked about.

    Raises:
        Refused: options contradict each other, or something can't be read.
        NoAnswerError: AWS or the cluster doesn't answer.
    """
    from ..authn.principals import principal_of_arn
    from ..errors import Problem, Refused
    from ..live.files import read_documents
    from ..migration.surroundings import read_surroundings
    from ..review.dumps import read_dump
    from ..review.people import with_people
    from .sources import plan_of, reach_of
    from .targets import target_of

    if not wanted.live and not wanted.filenames:
        fix = "add --live --cluster NAME, or give what was dumped with -f"
        raise Refused([Problem(path="--live", rule="this is about a cluster that exists", fix=fix)])
    target = target_of(wanted.stack) if wanted.stack else None
    plan = plan_of(target) if target else None
    documents = read_documents(wanted.filenames)
    known, rest = read_surroundings(documents)
    cluster = wanted.cluster or (plan.cluster.name if plan and plan.cluster else None)
    if wanted.live:
        state, known, documents = _live(reach_of(wanted, target, plan), known, rest)
    else:
        dump = read_dump(rest)
        state = dump.state(cluster=cluster)
        if lacking := list(dump.lacking(state)):
            rule = f"in mode {state.mode} these files don't say of everybody whether they enter"
            raise Refused(Problem(path="-f", rule=rule, fix=fix) for fix in lacking)
    for arn in roles:
        known.add_principal(principal_of_arn(arn).iam_arn or arn)
    if plan is not None:
        state = with_people(state, plan)
    label = f"live cluster {cluster}" if wanted.live else ", ".join(wanted.filenames)
    return Existing(state=state, known=known, plan=plan, documents=tuple(documents), label=label)


def _live(reach: Reach, known: Surroundings, rest: list[Document]) -> tuple[AccessState, Surroundings, list[Document]]:
    from ..errors import Problem, Refused
    from ..live.aws import session
    from ..live.cluster import read_live
    from ..live.surroundings import ask_surroundings

    if reach.cluster is None:
        rule = "EKS has to be asked as well, so the cluster needs its name"
        raise Refused([Problem(path="--cluster", rule=rule, fix="add --cluster NAME, or --stack of its declaration")])
    if rest:
        rule = "a running cluster says itself who is mapped and what is bound"
        fix = "beside --live give answers of `aws iam` alone"
        raise Refused([Problem(path="-f", file=rest[0].file, rule=rule, fix=fix)])
    state = read_live(reach)
    asked, notices = ask_surroundings(session(reach.profile, reach.region), reach.cluster)
    asked.principals = {**known.principals, **asked.principals}
    return replace(state, notices=(*state.notices, *notices)), asked, []
