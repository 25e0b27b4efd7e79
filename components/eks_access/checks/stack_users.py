"""Rules over all stacks about IAM users: who creates them, and who watches whether they are re-created. Pure."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..declaration.nodes import render
from ..errors import Problem
from .catalogue import Over, check
from .stack_plan import StackPlan, distinct, names_of


@check(
    "EA401",
    "Exactly one stack creates each IAM user",
    over=Over.STACKS,
    why="IAM users are account-wide: the second stack that creates one fails with EntityAlreadyExists, and where "
    "none does, policies, trusts and mappings name a user who is not there "
    "(https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html).",
    fix="Set `eks-access:createUsers: true` in exactly one stack of the account, or declare the users in a stack "
    "without a cluster.",
)
def users_created_once(stacks: Sequence[StackPlan]) -> Iterator[Problem]:
    """Look for users that no stack of the account creates, and for those that several do."""
    referring: dict[tuple[str, str], list[StackPlan]] = defaultdict(list)
    names: dict[tuple[str, str], str] = {}
    for stack in stacks:
        for user in stack.plan.users:
            referring[stack.account, user.name.lower()].append(stack)
            names.setdefault((stack.account, user.name.lower()), user.name)
    for key, referrers in sorted(referring.items()):
        creators = distinct(stack for stack in referrers if stack.creates_users)
        if len(creators) == 1:
            continue
        path = render(("people", names[key]))
        if creators:
            yield _created_twice(creators, path, names[key])
            continue
        yield Problem(
            file=referrers[0].file,
            path=path,
            value=names[key],
            rule=f"no stack of account {key[0]} creates this IAM user; it is declared in "
            f"{names_of(distinct(referrers))}",
            fix="declare it also in the stack that creates the users, or set `eks-access:createUsers: true` in "
            "exactly one stack",
        )


def _created_twice(creators: Sequence[StackPlan], path: str, user: str) -> Problem:
    """Keep a stack that can't help creating the users, if there is one; say what to change in the others."""
    always = [stack for stack in creators if stack.plan.cluster is None]
    kept = (always or creators)[0]
    told = [stack for stack in creators if stack.plan.cluster and stack is not kept]
    steps = [f"take `eks-access:createUsers` out of the stack file of {names_of(told)}"] if told else []
    if more := always[1:]:
        steps.append(f"declare it in one stack without a cluster only, not in {names_of(more)} too")
    return Problem(
        file=(told or more)[0].file,
        path=path,
        value=user,
        rule=f"the stacks {names_of(creators)} all create this IAM user in account {kept.account}",
        fix=f"let {kept.name} alone create it: {', and '.join(steps)}",
    )


@check(
    "EA406",
    "Each peopleStack creates users that the stack refers to",
    over=Over.STACKS,
    why="A user who is deleted and created again is another principal with the same ARN, and his access entry "
    "stays with the old one; a stack that looks in the wrong place never hears of it "
    "(https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html).",
    fix="Name the stack that creates the users under `eks-access:peopleStack`.",
)
def people_stacks_create_the_users(stacks: Sequence[StackPlan]) -> Iterator[Problem]:
    """Look for a `peopleStack` in which a stack finds none of the users that it refers to."""
    by_name = {stack.name: stack for stack in stacks}
    for stack in stacks:
        named = stack.settings.people_stack
        if named and (rule := _no_source_of_users(stack, named, by_name.get(named))):
            problem = stack.settings.problem("peopleStack", rule, _better_source(stack, named, stacks), named)
            yield replace(problem, file=problem.file or stack.file)


def _no_source_of_users(stack: StackPlan, named: str, source: StackPlan | None) -> str | None:
    """Say why a stack can't watch its users in another; None where it can."""
    if named == stack.name:
        return "a stack watches users that another stack creates; this is its own name"
    if source is None:
        return f"the project has no stack `{named}`"
    if not stack.plan.users:
        return None
    if source.account != stack.account:
        return f"{named} is about account {source.account}, and the users of {stack.name} are in {stack.account}"
    if not source.creates_users:
        return f"{named} creates no users"
    if not _created_by(source) & {user.name for user in stack.plan.users}:
        return f"{named} creates none of the users that {stack.name} refers to"
    return None


def _better_source(stack: StackPlan, named: str, stacks: Sequence[StackPlan]) -> str:
    wanted = {user.name for user in stack.plan.users}
    able = [
        each.name
        for each in stacks
        if each.name != stack.name and each.account == stack.account and _created_by(each) & wanted
    ]
    if near := difflib.get_close_matches(named, able, n=1):
        return f"did you mean `{near[0]}`?"
    if able:
        return f"name {able[0]}, which creates them"
    return "take it out: no other stack creates users for this one to watch"


def _created_by(stack: StackPlan) -> set[str]:
    return {user.name for user in stack.plan.users} if stack.creates_users else set()
