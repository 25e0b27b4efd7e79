"""Rules over all stacks of a project: what each plan alone cannot see. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..declaration.nodes import render
from ..errors import Problem
from ..iam.sso import parse_sso_role
from ..plan.model import AccessPlan
from .stack_plan import StackPlan, names_of
from .stack_users import people_stacks_create_the_users, users_created_once

Finder = Callable[[Sequence[StackPlan]], Iterable[Problem]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StackCheck:
    """One rule about several plans."""

    id: str
    title: str
    why: str
    find: Finder

    def __call__(self, stacks: Sequence[StackPlan]) -> list[Problem]:
        """Return what is wrong, each problem carrying this check's id."""
        return [replace(problem, check=self.id) for problem in self.find(stacks)]


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


CHECKS = (
    StackCheck(
        id="EA401",
        title="Exactly one stack creates each IAM user",
        why="IAM users are account-wide: the second stack that creates one fails with EntityAlreadyExists, and where "
        "none does, policies, trusts and mappings name a user who is not there "
        "(https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html).",
        find=users_created_once,
    ),
    StackCheck(
        id="EA402",
        title="No two stacks declare the same cluster",
        why="A cluster's name is unique in its account and region; two stacks would take turns in undoing each other's "
        "mappings (https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html).",
        find=clusters_declared_once,
    ),
    StackCheck(
        id="EA403",
        title="No two stacks make the same IAM role",
        why="Role names are unique in an account, ignoring case and path, and belong to no region "
        "(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).",
        find=roles_made_once,
    ),
    StackCheck(
        id="EA404",
        title="A person is the same principal in all stacks of an account",
        why="ARNs are computed from what is declared, so a path that differs names a principal that does not exist: "
        "EKS takes the mapping, and the person is Unauthorized.",
        find=people_are_one_principal,
    ),
    StackCheck(
        id="EA405",
        title="A permission set has the same suffix in all stacks of an account",
        why="Identity Center makes one role a permission set and account; a second suffix is one from before it was "
        "provisioned anew (https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html).",
        find=permission_sets_have_one_suffix,
    ),
    StackCheck(
        id="EA406",
        title="Each peopleStack creates users that the stack refers to",
        why="A user who is deleted and created again is another principal with the same ARN, and his access entry "
        "stays with the old one; a stack that looks in the wrong place never hears of it "
        "(https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html).",
        find=people_stacks_create_the_users,
    ),
)


def find_stack_problems(stacks: Iterable[StackPlan]) -> list[Problem]:
    """Run every rule over the stacks, whatever order they come in."""
    ordered = sorted(stacks, key=lambda stack: stack.name)
    return [problem for check in CHECKS for problem in check(ordered)]


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
