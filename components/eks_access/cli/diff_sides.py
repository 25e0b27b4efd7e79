"""OLD and NEW of the command line → the environments that are compared, each with its state on both sides."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..declaration.stack_files import Project, find_project
from ..errors import Problem, Refused
from .revisions import files_at, is_revision, merge_base, placed
from .sources import SourceOptions, plan_of, resolve
from .targets import stack_target

if TYPE_CHECKING:
    from ..review.state import AccessState

LIVE = "live:"
_STATES = (".json", ".checkpoint")
_FORMS = (
    "name a stack, a declaration (.yaml), a state or preview (.json), a revision of git, REVISION:STACK, . or "
    "live:CLUSTER"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One environment on both sides; None on a side where there is none."""

    name: str
    old: AccessState | None = None
    new: AccessState | None = None


@dataclass(slots=True, kw_only=True)
class Compared:
    """What is to be compared, and what couldn't be read."""

    old: str
    new: str
    """What the two sides are, as a reader wants to see it."""
    environments: list[Environment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class _Side:
    """One side, read."""

    label: str
    states: dict[str, AccessState | None] = field(default_factory=dict)
    """By name of the environment; None where it has no cluster."""
    whole: bool = False
    """Whether it is a project with its stacks, rather than one state."""
    problems: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)


def read_sides(old: str, new: str | None, options: SourceOptions) -> Compared:
    """Read what is to be compared.

    Args:
        old: OLD, or ``A..B`` for both.
        new: NEW; the work tree where it is left out.
        options: `stack` chooses one environment; the rest says how to reach a running cluster.

    Raises:
        Refused: it can't be told what is meant, or a side can't be read at all.
        NoAnswerError: AWS or the cluster doesn't answer.
    """
    before, after = _both(old, new)
    if (before, after).count("-") > 1:
        rule, fix = "standard input can be read once", "write one of the two to a file"
        raise Refused([Problem(value="-", rule=rule, fix=fix)])
    one, other = _side(before, options), _side(after, options)
    found = Compared(old=one.label, new=other.label, problems=[*one.problems, *other.problems])
    if one.whole and other.whole:
        unread = one.unread | other.unread
        for name in sorted({*one.states, *other.states} - unread):
            before_state, after_state = one.states.get(name), other.states.get(name)
            if before_state or after_state:
                found.environments.append(Environment(name=name, old=before_state, new=after_state))
        return found
    name = options.stack or next((name for side in (one, other) if not side.whole for name in side.states if name), "")
    left, right = (_single(side, name) for side in (one, other))
    if not found.problems:
        known = left or right
        assert known is not None
        found.environments.append(Environment(name=name or known.name or "cluster", old=left, new=right))
    return found


def _both(old: str, new: str | None) -> tuple[str, str]:
    if new is not None:
        return old, new
    for dots in ("...", ".."):
        first, there, last = old.partition(dots)
        if there and first and not old.startswith(("./", "../")) and not Path(old).exists():
            first, last = first, last or "HEAD"
            return (merge_base(first, last) if dots == "..." else first), last
    return old, "."


def _side(text: str, options: SourceOptions) -> _Side:
    """Tell what is meant: the forms that say what they are first, then stacks, then revisions."""
    if text.startswith("-") and text != "-":
        raise Refused([Problem(value=text, rule="no source is called so", fix=_FORMS)])
    if text.startswith(LIVE):
        return _one(replace(options, live=True, cluster=text.removeprefix(LIVE) or options.cluster), options.stack)
    if text == "-" or text.endswith(_STATES):
        return _one(SourceOptions(state=text, cluster=options.cluster))
    if text in (".", "./"):
        return _project(find_project(), "the work tree", options.stack)
    if text.endswith((".yaml", ".yml")) and ":" not in text:
        return _one(SourceOptions(stack=text))
    revision, colon, stack = text.partition(":")
    if colon:
        return _at(revision, stack or options.stack)
    if text in _stacks():
        return _one(SourceOptions(stack=text), text)
    if is_revision(text):
        return _at(text, options.stack)
    raise Refused([Problem(value=text, rule="no stack, file or revision of git is called so", fix=_FORMS)])


def _stacks() -> list[str]:
    try:
        return find_project().names()
    except Refused:
        return []


def _one(options: SourceOptions, name: str | None = None) -> _Side:
    source = resolve(options)
    return _Side(label=source.label, states={name or "": source.state})


def _at(revision: str, stack: str | None) -> _Side:
    with files_at(revision, find_project().root) as root:
        if not any((root / name).is_file() for name in ("Pulumi.yaml", "Pulumi.yml")):
            return _Side(label=revision, whole=True)  # the project came later
        side = _project(find_project(root), revision, stack)
        side.problems = list(placed(Refused(side.problems), root, revision).problems)
    return side


def _project(project: Project, label: str, stack: str | None) -> _Side:
    side = _Side(label=label, whole=True)
    for name in project.names() if stack is None else [stack]:
        if name in project.names():
            try:
                side.states[name] = _declared(project, name)
            except Refused as refusal:
                side.problems += refusal.problems
                side.unread.add(name)
    return side


def _declared(project: Project, name: str) -> AccessState | None:
    from ..review.declared import state_of_plan

    plan = plan_of(stack_target(project, name))
    return state_of_plan(plan) if plan.cluster else None


def _single(side: _Side, name: str) -> AccessState | None:
    """Choose the one state of a side that is compared with the other's one."""
    if not side.whole:
        return next(iter(side.states.values()))
    if name:
        if name not in side.states and name not in side.unread:
            rule, fix = f"{side.label} has no stack {name}", "choose another with --stack"
            raise Refused([Problem(value=name, rule=rule, fix=fix)])
        return side.states.get(name)
    with_cluster = [state for state in side.states.values() if state is not None]
    if len(with_cluster) != 1:
        names = ", ".join(key for key, state in side.states.items() if state is not None)
        rule = f"{side.label} has several stacks with a cluster: {names}" if names else f"{side.label} has no cluster"
        raise Refused([Problem(path="--stack", rule=rule, fix="choose one with --stack")])
    return with_cluster[0]
