"""Where a question's answer is read from: a declaration, a stack's state, files, or a running cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..live.cluster import Reach
    from ..plan.model import AccessPlan
    from ..review.dumps import Dump
    from ..review.state import AccessState
    from .targets import Target

StackOption = Annotated[
    str | None,
    typer.Option(
        "--stack",
        "-s",
        metavar="STACK|FILE",
        help="A stack's declaration, or the file of one; beside another source it gives people their names. "
        "A question without any source is about the project's one stack with a cluster.",
    ),
]
StateOption = Annotated[
    str | None,
    typer.Option(
        "--state",
        metavar="FILE|-",
        help="What `pulumi stack export` or `pulumi preview --json --show-sames` prints, or a checkpoint file.",
    ),
]
FilesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--filename",
        "-f",
        metavar="FILE|DIR|-",
        help="Manifests, `kubectl get … -o yaml`, answers of `aws eks …`. RBAC alone is added to another source.",
    ),
]
LiveOption = Annotated[bool, typer.Option("--live", help="Ask the running cluster, and EKS where --cluster is known.")]
ClusterOption = Annotated[
    str | None, typer.Option(help="Name of the EKS cluster, or of one among several in a source.")
]
ProfileOption = Annotated[str | None, typer.Option(help="AWS profile to ask with (--live).")]
RegionOption = Annotated[str | None, typer.Option(help="AWS region of the cluster (--live).")]
KubeconfigOption = Annotated[str | None, typer.Option(metavar="FILE", help="Kubeconfig to go by (--live).")]
ContextOption = Annotated[str | None, typer.Option(help="Context of the kubeconfig to go by (--live).")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """What was said on the command line about the source."""

    stack: str | None = None
    state: str | None = None
    filenames: Sequence[str] = ()
    live: bool = False
    cluster: str | None = None
    profile: str | None = None
    region: str | None = None
    kubeconfig: str | None = None
    context: str | None = None
    within: str | None = None
    """Not an option: the namespace that the question is about, so that no other has to be read (`Question.within`)."""
    served: bool = False
    """Not an option: whether what a running cluster serves counts nevertheless (`Question.by_definitions`)."""

    @property
    def elsewhere(self) -> bool:
        """Whether something else than a declaration is read."""
        return self.live or self.state is not None or bool(self.filenames)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source, read."""

    state: AccessState
    plan: AccessPlan | None
    """Of the declaration, where there is one."""
    label: str
    """What it is, for the head of an answer: ``stack prod``, ``live cluster prod``."""


def resolve(options: SourceOptions) -> Source:
    """Read the source that is meant.

    A declaration is what is deployed if nothing else is said. A state, a running cluster, and files that say who is
    mapped take its place, and it then gives people their names; files with RBAC alone are added to whatever it is.

    Raises:
        Refused: options contradict each other, or something can't be read.
        NoAnswerError: AWS or the cluster doesn't answer.
    """
    from ..review.objects import with_objects
    from ..review.people import with_people

    refuse_contradictions(options)
    target = _target(options)
    plan = plan_of(target) if target else None
    files = _files(options.filenames, options.within)
    if files and files.maps and (options.live or options.state is not None):
        raise _two_clusters()
    adds = files if files and not files.maps else None
    state, label = _other_state(options, target, plan, files)
    if state is None:
        return _declared(target, plan, files, options.cluster)
    if adds is not None and (options.live or options.state is not None):
        state = _with_files(with_objects(state, adds.objects()), adds)
        label = f"{label} with {_named(options.filenames)}"
    if plan is not None:
        state = with_people(state, plan)
    return Source(state=state, plan=plan, label=label)


def _other_state(
    options: SourceOptions, target: Target | None, plan: AccessPlan | None, files: Dump | None
) -> tuple[AccessState | None, str]:
    """Read what takes the place of a declaration, if anything does."""
    if options.live:
        return _live(options, target, plan)
    cluster = options.cluster or (plan.cluster.name if plan and plan.cluster else None)
    if options.state is not None:
        from ..live.files import read_state
        from ..review.engine_state import state_of_engine

        label = "state from stdin" if options.state == "-" else f"state {options.state}"
        return state_of_engine(read_state(options.state), cluster=cluster), label
    if files is not None and (files.maps or target is None):
        return files.state(cluster=cluster), _named(options.filenames)
    return None, ""


def _live(options: SourceOptions, target: Target | None, plan: AccessPlan | None) -> tuple[AccessState, str]:
    from ..live.cluster import read_live

    reach = reach_of(options, target, plan)
    return read_live(reach), f"live cluster {reach.cluster}" if reach.cluster else "live cluster of the kubeconfig"


def reach_of(options: SourceOptions, target: Target | None, plan: AccessPlan | None) -> Reach:
    """Say how to get to the running cluster that is meant: by what was said, else by what the stack says."""
    from ..live.cluster import Reach

    home = plan.region if plan else None
    settings = target.stack.settings if target and target.stack else None
    return Reach(
        cluster=options.cluster or (plan.cluster.name if plan and plan.cluster else None),
        profile=options.profile or (settings.profile if settings else None),
        region=options.region or home,
        kubeconfig=options.kubeconfig,
        context=options.context,
        within=options.within,
        served=options.served,
    )


def _declared(target: Target | None, plan: AccessPlan | None, files: Dump | None, cluster: str | None) -> Source:
    from ..review.declared import state_of_plan

    assert target is not None
    assert plan is not None
    state = state_of_plan(plan, files.objects() if files else None)
    if cluster is not None and cluster != state.name:
        from ..errors import Problem, Refused

        rule, fix = f"this declaration is about the cluster {state.name}", "leave it out, or name the stack of that one"
        raise Refused([Problem(path="--cluster", value=cluster, rule=rule, fix=fix)])
    state = _with_files(state, files) if files else state
    return Source(state=state, plan=plan, label=target.label + (" with files" if files else ""))


def _with_files(state: AccessState, files: Dump) -> AccessState:
    """Add what files say beside their RBAC: namespaces, what they define, and what is to know of them."""
    return replace(
        state,
        namespaces=tuple(sorted({*state.namespaces, *files.namespaces})),
        resources=(*state.resources, *files.resources.values()),
        notices=(*state.notices, *files.remarks.sentences()),
    )


def _target(options: SourceOptions) -> Target | None:
    if options.stack is not None:
        from .targets import target_of

        return target_of(options.stack)
    if options.elsewhere:
        return None
    return only_target()


def only_target() -> Target:
    """Find the project's one stack that has a cluster."""
    from ..declaration import load
    from ..declaration.stack_files import find_project
    from ..errors import Problem, Refused
    from .targets import stack_target

    project = find_project()
    targets = []
    for name in project.all_names():
        try:
            target = stack_target(project, name)
            if load(target.file).cluster is not None:
                targets.append(target)
        except Refused:
            # what is wrong with it is told as soon as it is named
            continue
    if len(targets) == 1:
        return targets[0]
    names = ", ".join(target.name for target in targets)
    rule = f"several stacks have a cluster: {names}" if targets else "no stack that can be read has a cluster"
    fix = "choose one with --stack" if targets else "name one with --stack, or another source: --live, --state, -f"
    raise Refused([Problem(path="--stack", rule=rule, fix=fix)])


def plan_of(target: Target) -> AccessPlan:
    """Compile the declaration that is meant."""
    from ..declaration import load
    from ..plan import compile_plan

    return compile_plan(load(target.file))


def _files(filenames: Sequence[str], within: str | None) -> Dump | None:
    if not filenames:
        return None
    from ..live.files import read_documents
    from ..review.dumps import read_dump

    return read_dump(read_documents(filenames), within=within)


def _named(filenames: Sequence[str]) -> str:
    names = ["stdin" if name == "-" else name for name in filenames]
    return ", ".join(names) if len(names) < 4 else f"{names[0]} and {len(names) - 1} more"


def _two_clusters() -> Exception:
    from ..errors import Problem, Refused

    rule = "these files say who is mapped, and so does the other source; a question is answered from one cluster"
    return Refused([Problem(path="-f", rule=rule, fix="leave one of them out; files with RBAC alone can be added")])


def refuse_contradictions(options: SourceOptions) -> None:
    """Refuse what can't be meant together.

    Raises:
        Refused: with each option that is too much.
    """
    from ..errors import Problem, Refused

    if problems := [Problem(path=path, rule=rule, fix=fix) for path, rule, fix in _contradictions(options)]:
        raise Refused(problems)


def _contradictions(options: SourceOptions) -> Iterator[tuple[str, str, str]]:
    if options.live and options.state is not None:
        yield "--state", "a question is answered from one cluster: --live and --state are two", "leave one of them out"
    if [options.state, *options.filenames].count("-") > 1:
        yield "-f", "standard input can be read once", "give all documents in one stream, or write one to a file"
    live_only = {"--profile": options.profile, "--region": options.region}
    live_only |= {"--kubeconfig": options.kubeconfig, "--context": options.context}
    for option, value in live_only.items():
        if value is not None and not options.live:
            yield option, "it says how to reach a running cluster", "add --live"
