"""What IAM takes of what a plan makes.

Source of the limits: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ..declaration.nodes import render
from ..errors import Problem, Severity
from ..plan.model import AccessPlan
from .catalogue import Over, check, loader_rule
from .stack_plan import StackPlan, names_of

_QUOTAS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
TRUST_LIMIT = 2048
"""Characters of a role's trust policy without a raised quota, white space aside."""
USER_INLINE_LIMIT, ROLE_INLINE_LIMIT = 2048, 10_240
"""Characters of all inline policies of one user, of one role, white space aside."""
POLICIES_LIMIT = 10
"""Managed policies on one role without a raised quota."""
ROLES, USERS = 1000, 5000
"""Of an account: roles without a raised quota, users at all."""
_NAME = re.compile(r"[A-Za-z0-9+=,.@_-]{1,64}")
_PATH = re.compile(r"/([\x21-\x7e]{0,510}/)?")


def _length(document: str) -> int:
    return len("".join(document.split()))


@check(
    "EA701",
    "Trust policies fit",
    over=Over.PLAN,
    why=f"A role's trust policy takes 2,048 characters without a raised quota ({_QUOTAS}).",
    fix="Split the team, or use fewer trust anchors.",
)
def trusts_fit(plan: AccessPlan) -> Iterator[Problem]:
    """Measure the trust of the roles that are made."""
    rule = f"a role's trust policy takes {TRUST_LIMIT} characters without a raised quota"
    for node_role in plan.node_roles:
        if (length := _length(node_role.trust)) > TRUST_LIMIT:
            path = f"nodeGroups ({node_role.kind})"
            yield Problem(path=path, rule=rule, value=str(length), fix="use fewer trust anchors")
    for role in plan.entry_roles:
        if (length := _length(role.trust)) > TRUST_LIMIT:
            said = f"{rule}; its {len(role.trusted)} members do not fit"
            yield Problem(path=_source(role.key), rule=said, value=str(length), fix="split the team")


@check(
    "EA702",
    "Names and paths are ones that IAM takes",
    over=Over.PLAN,
    why=f"Names of users and roles have 64 characters of A-Z a-z 0-9 +=,.@_- and paths 512 ({_QUOTAS}).",
    fix="Choose a shorter name, or a path like /developers/.",
)
def names_fit(plan: AccessPlan) -> Iterator[Problem]:
    """Look at the names of what is made."""
    named = [(render(("people", user.name)), user.name) for user in plan.users]
    named += [(_source(role.key), role.name) for role in plan.entry_roles]
    named += [(f"nodeGroups ({role.kind})", role.name) for role in plan.node_roles]
    for path, name in named:
        if not _NAME.fullmatch(name):
            rule = "a name in IAM is 1 to 64 letters, digits and +=,.@_-"
            yield Problem(path=path, rule=rule, value=name, fix="choose a shorter name of these characters")
    for user in plan.users:
        if not _PATH.fullmatch(user.path) or len(user.path) > 512:
            rule = "a path in IAM begins and ends with '/' and has at most 512 characters"
            yield Problem(path=render(("people", user.name)), rule=rule, value=user.path, fix="write /developers/")


@check(
    "EA703",
    "Names differ by more than their case",
    over=Over.PLAN,
    why=f"IAM takes names that differ in case only for one ({_QUOTAS}); the loader says so of people, teams and roles.",
    fix="Rename one of the two, or merge them.",
)
def names_differ(plan: AccessPlan) -> Iterator[Problem]:
    """Compare names of users, and of roles, ignoring case."""
    users = [(render(("people", user.name)), user.name) for user in plan.users]
    roles = [(_source(role.key), role.name) for role in plan.entry_roles]
    roles += [(f"nodeGroups ({role.kind})", role.name) for role in plan.node_roles]
    for named in (users, roles):
        first: dict[str, str] = {}
        for path, name in named:
            other = first.setdefault(name.lower(), path)
            if other != path:
                rule = f"IAM takes this name for the one of {other}: it ignores case"
                yield Problem(path=path, rule=rule, value=name, fix="rename one of the two, or merge them")


@check(
    "EA704",
    "Policies fit on users and roles",
    over=Over.PLAN,
    why=f"All inline policies of a user have 2,048 characters together, those of a role 10,240, and ten managed "
    f"policies go on one role without a raised quota ({_QUOTAS}).",
    fix="Let people enter by fewer teams with roles of their own; put rare ones into one team.",
)
def policies_fit(plan: AccessPlan) -> Iterator[Problem]:
    """Measure and count the policies of what is made."""
    documents = {policy.user: policy.document for policy in plan.user_policies}
    for user in plan.users:
        length = _length(user.self_service) + _length(documents.get(user.name, ""))
        if length > USER_INLINE_LIMIT:
            rule = f"the inline policies of one user take {USER_INLINE_LIMIT} characters together"
            fix = "let them enter by fewer teams with `assumeRole`"
            yield Problem(path=render(("people", user.name)), rule=rule, value=str(length), fix=fix)
    for role in plan.node_roles:
        place = f"nodeGroups ({role.kind})"
        if len(role.policies) > POLICIES_LIMIT:
            rule = f"a role takes {POLICIES_LIMIT} managed policies without a raised quota"
            yield Problem(path=place, rule=rule, value=str(len(role.policies)), fix="attach fewer")
        if (length := _length(role.permissions or "")) > ROLE_INLINE_LIMIT:
            rule = f"the inline policies of one role take {ROLE_INLINE_LIMIT} characters together"
            yield Problem(path=place, rule=rule, value=str(length), fix="attach managed policies instead")


@check(
    "EA705",
    "An account has room for the users and roles",
    over=Over.PLAN,
    severity=Severity.WARNING,
    why=f"An account has 5,000 users, which is hard, and 1,000 roles without a raised quota ({_QUOTAS}).",
    fix="Let people enter by permission sets, or ask for a higher quota of roles.",
)
def account_has_room(plan: AccessPlan) -> Iterable[Problem]:
    """Count what is declared; what else is in the account isn't known here."""
    if len(plan.users) > USERS:
        fix = "let people enter by permission sets of Identity Center"
        yield Problem(path="people", rule=f"an account has {USERS} users", value=str(len(plan.users)), fix=fix)
    if (roles := len(plan.entry_roles) + len(plan.node_roles)) > ROLES:
        fix = "ask for a higher quota, or let teams without own grants share one"
        yield Problem(path="teams", rule=f"an account has {ROLES} roles at first", value=str(roles), fix=fix)


loader_rule(
    "EA706",
    "Tags are ones that IAM takes",
    why=f"A tag's key has 1 to 128 characters and doesn't begin with aws:, its value at most 256 ({_QUOTAS}).",
    fix="Rename or shorten the tag.",
)


@check(
    "EA407",
    "What all stacks give a user fits on the user",
    over=Over.STACKS,
    why="Each cluster's stack puts an inline policy of its own on the users that enter it, and all of them together "
    f"have 2,048 characters ({_QUOTAS}).",
    fix="Let people enter by fewer teams with roles of their own, or by permission sets.",
)
def users_have_room_for_all_stacks(stacks: Sequence[StackPlan]) -> Iterator[Problem]:
    """Add up the inline policies of each user over the stacks of an account."""
    sizes: dict[tuple[str, str], int] = defaultdict(int)
    creators: set[tuple[str, str]] = set()
    givers: dict[tuple[str, str], list[StackPlan]] = defaultdict(list)
    for stack in stacks:
        # users that two stacks make are another rule's finding
        made = [user for user in stack.plan.users if stack.creates_users and (stack.account, user.name) not in creators]
        creators |= {(stack.account, user.name) for user in made}
        own = [(user.name, user.self_service) for user in made]
        for name, text in (*own, *((policy.user, policy.document) for policy in stack.plan.user_policies)):
            sizes[stack.account, name] += _length(text)
            givers[stack.account, name].append(stack)
    for key, size in sorted(sizes.items()):
        involved = list({stack.name: stack for stack in givers[key]}.values())
        if size > USER_INLINE_LIMIT and len(involved) > 1:
            yield Problem(
                file=involved[-1].file,
                path=render(("people", key[1])),
                value=str(size),
                rule=f"the stacks {names_of(involved)} give this user more inline policies than the "
                f"{USER_INLINE_LIMIT} characters that IAM takes",
                fix="let them enter by fewer teams with `assumeRole`, or by a permission set",
            )


def _source(key: str) -> str:
    return "admins.breakGlass" if key == "break-glass" else key.replace("team-", "teams.", 1)
