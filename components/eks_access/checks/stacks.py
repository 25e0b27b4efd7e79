"""Rules over all stacks of a project: what each plan alone cannot see. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence

from ..declaration.nodes import render
from ..errors import Problem
from ..iam.sso import parse_sso_role
from ..plan.model import AccessPlan
from . import stack_users
from .catalogue import Over, check, registered
from .stack_plan import StackPlan, names_of

_ = stack_users


@check(
    "EA402",
    "No two stacks declare the same cluster",
    over=Over.STACKS,
    why="A cluster's name is unique in its account and region; two stacks would take turns in undoing each other's "
    "mappings (https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html).",
    fix="Give each stack's cluster a name of its own, or remove the stack that is no longer used.",
)
def clusters_declared_once(stacks: Sequence[StackPlan]) -> Iterator[Problem]:
    """Group stacks by the cluster they declare."""
    owners: dict[tuple[str, str, str], list[StackPlan]] = defaultdict(list)
    for stack in stacks:
        if cluster := stack.plan.cluster:
            owners[stack.account, cluster.region, cluster.name].append(stack)
    for (account, region, name), several in sorted(owners.items()):
        if len(several) > 1:
            yield Problem(
                file=several[1].file,
                path="cluster.name",
                value=name,
                rule=f"the stacks {names_of(several)} declare one cluster: {name} in {region}, account {account}",
                fix="give each its own cluster name, or remove the stack that is no longer used",
            )


@check(
    "EA403",
    "No two stacks make the same IAM role",
    over=Over.STACKS,
    why="Role names are unique in an account, ignoring case and path, and belong to no region "
    "(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).",
    fix="Give each cluster of the account a name of its own, in whatever region it is; roles carry it.",
)
def roles_made_once(stacks: Sequence[StackPlan]) -> Iterator[Problem]:
    """Compare the names of team, node and break-glass roles, which IAM keeps apart neither by case nor by path."""
    makers: dict[tuple[str, str], list[StackPlan]] = defaultdict(list)
    names: dict[tuple[str, str], str] = {}
    for stack in stacks:
        roles = [role.name for role in stack.plan.entry_roles] + [role.name for role in stack.plan.node_roles]
        for name in roles:
            key = (stack.account, name.lower())
            names.setdefault(key, name)
            makers[key].append(stack)
    shared: dict[tuple[str, ...], list[str]] = defaultdict(list)
    owners: dict[tuple[str, ...], list[StackPlan]] = {}
    for key, several in sorted(makers.items()):
        different = _distinct_clusters(several)
        if len(different) > 1:
            group = (key[0], *(stack.name for stack in different))
            shared[group].append(names[key])
            owners[group] = different
    for group, taken in shared.items():
        yield Problem(
            file=owners[group][1].file,
            path="cluster.name",
            value=", ".join(taken),
            rule=f"the stacks {names_of(owners[group])} make the same IAM roles in account {group[0]}",
            fix="give each cluster of the account a name of its own, in whatever region it is; roles carry it",
        )


@check(
    "EA404",
    "A person is the same principal in all stacks of an account",
    over=Over.STACKS,
    why="ARNs are computed from what is declared, so a path that differs names a principal that does not exist: "
    "EKS takes the mapping, and the person is Unauthorized.",
    fix="Declare people once, in a file that all stacks `include:`; give two principals two names.",
)
def people_are_one_principal(stacks: Sequence[StackPlan]) -> Iterator[Problem]:
    """Compare who a person is in IAM; a permission set's suffix is left to the next rule."""
    known: dict[tuple[str, str], dict[str, StackPlan]] = defaultdict(dict)
    for stack in stacks:
        for person, arn in sorted(_principals(stack.plan)):
            known[stack.account, person].setdefault(_without_suffix(arn), stack)
    for (account, person), arns in sorted(known.items()):
        if len(arns) > 1:
            said = "; ".join(f"{arn} in {stack.name}" for arn, stack in arns.items())
            yield Problem(
                file=list(arns.values())[1].file,
                path=render(("people", person)),
                value=said,
                rule=f"{person} is not the same principal in all stacks of account {account}",
                fix="declare people once, in a file that all stacks `include:`; give two principals two names",
            )


@check(
    "EA405",
    "A permission set has the same suffix in all stacks of an account",
    over=Over.STACKS,
    why="Identity Center makes one role a permission set and account; a second suffix is one from before it was "
    "provisioned anew (https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html).",
    fix="Ask `eks-access sso` for the suffix that is there, and write it in all stacks.",
)
def permission_sets_have_one_suffix(stacks: Sequence[StackPlan]) -> Iterator[Problem]:
    """Compare the roles of each permission set; an account has one."""
    known: dict[tuple[str, str], dict[tuple[str, str], tuple[StackPlan, str]]] = defaultdict(dict)
    for stack in stacks:
        for person, arn in sorted(_principals(stack.plan)):
            if role := parse_sso_role(arn):
                known[role.account, role.name].setdefault((role.suffix, role.region), (stack, person))
    for (account, name), roles in sorted(known.items()):
        if len(roles) > 1:
            said = "; ".join(f"{suffix} ({region}) in {stack.name}" for (suffix, region), (stack, _) in roles.items())
            second, person = list(roles.values())[1]
            yield Problem(
                file=second.file,
                path=render(("people", person, "ssoPermissionSet", "suffix")),
                value=said,
                rule=f"permission set {name} has one role in account {account}, and so one suffix and one region",
                fix=f"ask `eks-access sso {name}` for the one that is there, and write it in all of them",
            )


def find_stack_problems(stacks: Iterable[StackPlan]) -> list[Problem]:
    """Run every rule over the stacks, whatever order they come in."""
    ordered = sorted(stacks, key=lambda stack: stack.name)
    return [problem for each in registered(Over.STACKS) for problem in each(ordered)]


def _principals(plan: AccessPlan) -> set[tuple[str, str]]:
    """List who is whom, of everybody that the plan knows by name."""
    people = {(entrance.person, entrance.own_arn) for entrance in plan.entrances}
    people |= {(user.name, user.arn) for user in plan.users}
    return people | ({(plan.cluster.creator, plan.cluster.creator_arn)} if plan.cluster else set())


def _without_suffix(arn: str) -> str:
    role = parse_sso_role(arn)
    return f"permission set {role.name} in account {role.account}" if role else arn


def _distinct_clusters(stacks: Iterable[StackPlan]) -> list[StackPlan]:
    """Leave out a second stack of the same cluster: that is another rule's finding."""
    by_cluster: dict[Hashable, StackPlan] = {}
    for stack in stacks:
        by_cluster.setdefault(stack.plan.cluster and stack.plan.cluster.arn, stack)
    return list(by_cluster.values())
