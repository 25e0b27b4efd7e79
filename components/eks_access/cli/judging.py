"""Declarations and clusters → judgements: everything that `eks-access check` knows before it shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path

from ..checks import Accepted, find_state_problems
from ..checks import judge as judge_plan
from ..checks.lockout import admin_paths, depends_on
from ..checks.settings import find_setting_problems
from ..checks.stack_plan import StackPlan
from ..checks.stacks import find_stack_problems
from ..declaration import load
from ..declaration.placing import with_places
from ..declaration.stack_files import Project
from ..declaration.stack_settings import StackSettings
from ..errors import Problem, Refused
from ..plan import AccessPlan, compile_plan
from .sources import Source
from .targets import Target, stack_target, target_of

_PARTLY = (
    "this doesn't tell everybody who is mapped and everything that is bound, so nothing is said to be missing; a whole "
    "dump and the running cluster do"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a plan is about, counted."""

    cluster: str | None
    mode: str | None
    people: int
    """Who can enter."""
    admin_paths: int
    admin_paths_after_any_loss: int
    """How many are left in the worst case of one loss."""
    groups_bound: int
    node_roles: int
    users: int
    creates_users: bool

    def __str__(self) -> str:
        users = f"{_count(self.users, 'IAM user')} {'created' if self.creates_users else 'declared'}"
        if self.cluster is None:
            return users
        survive = self.admin_paths_after_any_loss
        return ", ".join(
            [
                f"{_count(self.people, 'person', 'people')} {'enters' if self.people == 1 else 'enter'}",
                f"{_count(survive, 'admin path')} of {self.admin_paths} {'survives' if survive == 1 else 'survive'} "
                "any single loss",
                f"{_count(self.groups_bound, 'group')} bound",
                f"{_count(self.node_roles, 'node role')} mapped",
                users,
                f"mode {self.mode}",
            ]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is to say about one declaration."""

    name: str
    file: str | None = None
    problems: tuple[Problem, ...] = ()
    """What is wrong: nothing may be deployed."""
    warnings: tuple[Problem, ...] = ()
    """What a reader should decide about."""
    accepted: tuple[Accepted, ...] = ()
    """What somebody decided about, with the reason."""
    notices: tuple[str, ...] = ()
    facts: Facts | None = None
    stack: StackPlan | None = None
    """None where it isn't a declaration that can be read."""
    readable: bool = True
    """False where the input couldn't be read, so that the checks weren't run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is to say about all that was asked for."""

    judgements: tuple[Judgement, ...]
    across: tuple[Problem, ...] | None = None
    """Problems between the stacks; None where nobody asked, or not all stacks can be read."""
    all_stacks: bool = False

    @property
    def readable(self) -> bool:
        """Whether everything could be read."""
        return all(judgement.readable for judgement in self.judgements)

    @property
    def clean(self) -> bool:
        """Whether there is nothing to correct."""
        return not self.across and not any(judgement.problems for judgement in self.judgements)

    @property
    def warned(self) -> bool:
        """Whether there is something to decide about."""
        return any(judgement.warnings for judgement in self.judgements)


def judge(arguments: Sequence[str]) -> Report:
    """Judge what is named, each by itself."""
    return Report(judgements=tuple(_judge(argument, target_of) for argument in arguments))


def judge_all(project: Project) -> Report:
    """Judge every stack of a project, then the rules between them."""
    judgements = tuple(_judge(name, partial(stack_target, project)) for name in project.all_names())
    stacks = [judgement.stack for judgement in judgements if judgement.stack]
    across = _between(stacks) if len(stacks) == len(judgements) else None
    return Report(judgements=judgements, across=across, all_stacks=True)


def judge_cluster(source: Source) -> Report:
    """Judge a cluster that is there already, whoever made it."""
    state = source.state
    partly = not (state.all_mapped and state.all_bound)
    found = find_state_problems(state, partly=partly)
    judgement = Judgement(
        name=source.label,
        problems=tuple(problem for problem in found if problem.is_error),
        warnings=tuple(problem for problem in found if not problem.is_error),
        notices=(*state.notices, *([_PARTLY] if partly else [])),
    )
    return Report(judgements=(judgement,))


def _judge(name: str, find: Callable[[str], Target]) -> Judgement:
    file: Path | None = None
    try:
        target = find(name)
        file = target.file
        plan = compile_plan(load(file))
        settings = target.stack.settings if target.stack else StackSettings()
        found = judge_plan(plan)
        problems = [*find_setting_problems(settings, plan), *with_places(found.errors, file)]
        warnings = with_places(found.warnings, file)
        placed = with_places([each.problem for each in found.accepted], file)
    except Refused as refusal:
        return Judgement(name=name, file=str(file) if file else None, problems=refusal.problems, readable=False)
    stack = StackPlan(name=target.name, file=str(file), plan=plan, settings=settings)
    return Judgement(
        name=target.name,
        file=str(file),
        problems=tuple(problems),
        warnings=tuple(warnings),
        accepted=tuple(replace(each, problem=at) for each, at in zip(found.accepted, placed, strict=True)),
        notices=plan.notices,
        facts=_facts(stack),
        stack=stack,
    )


def _between(stacks: Sequence[StackPlan]) -> tuple[Problem, ...]:
    by_file = groupby(find_stack_problems(stacks), key=lambda problem: str(problem.file))
    return tuple(placed for file, problems in by_file for placed in with_places(problems, file))


def _facts(stack: StackPlan) -> Facts:
    plan = stack.plan
    return Facts(
        cluster=plan.cluster.name if plan.cluster else None,
        mode=str(plan.cluster.mode) if plan.cluster else None,
        people=len({entrance.person for entrance in plan.entrances}),
        admin_paths=len(admin_paths(plan)),
        admin_paths_after_any_loss=_worst_case(plan),
        groups_bound=len({b.subject.name for b in plan.rbac.bindings if b.subject.kind == "Group"}),
        node_roles=len(plan.node_roles),
        users=len(plan.users),
        creates_users=stack.creates_users,
    )


def _worst_case(plan: AccessPlan) -> int:
    """Count the admin paths that are left after the worst single loss."""
    needs = [depends_on(plan, path) for path in admin_paths(plan)]
    losses = frozenset().union(*needs)
    return min((sum(loss not in need for need in needs) for loss in losses), default=0)


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
