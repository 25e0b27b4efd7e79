"""Rules about a stack's settings beside the plan of its declaration. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..declaration.stack_settings import StackSettings
from ..errors import Problem, Refused
from ..plan.adoption import adopted
from ..plan.model import AccessPlan
from .catalogue import Over, check, registered


def creates_users(settings: StackSettings, plan: AccessPlan) -> bool:
    """Tell whether a stack makes the declared users: when told to, and always without a cluster."""
    return settings.create_users or plan.cluster is None


@dataclass(frozen=True, slots=True)
class PlannedStack:
    """A stack's own settings, and what its declaration compiles to."""

    settings: StackSettings
    plan: AccessPlan


def find_setting_problems(settings: StackSettings, plan: AccessPlan) -> list[Problem]:
    """Compare a stack's own settings with what its declaration compiles to."""
    stack = PlannedStack(settings, plan)
    return [problem for each in registered(Over.SETTINGS) for problem in each(stack)]


def missing_half(vpc: object, subnets: object, names: tuple[str, str]) -> tuple[str, str] | None:
    """Return which of a VPC and its subnets is given, and which is not: pulumi-eks takes the rest from the default VPC.

    Args:
        vpc: the VPC, if any.
        subnets: its subnets, if any.
        names: what the caller calls the two.
    """
    if bool(vpc) == bool(subnets):
        return None
    return names if vpc else (names[1], names[0])


@check(
    "EA411",
    "A stack's region is its cluster's",
    over=Over.SETTINGS,
    why="The declaration decides where the cluster is; a provider of another region would look for it where it isn't "
    "(https://www.pulumi.com/registry/packages/aws/installation-configuration/).",
    fix="Take `aws:region` out of the stack file.",
)
def other_region(stack: PlannedStack) -> Iterator[Problem]:
    """Refuse a region that is not the cluster's: the declaration decides."""
    settings, plan = stack.settings, stack.plan
    if settings.region and plan.cluster and settings.region != plan.cluster.region:
        rule = f"the declaration puts the cluster into {plan.cluster.region}"
        fix = "take aws:region out of the stack file; the declaration decides"
        yield settings.problem("aws:region", rule, fix, settings.region)


@check(
    "EA412",
    "A VPC is named with its subnets",
    over=Over.SETTINGS,
    why="pulumi-eks takes the half that is missing from the account's default VPC, and the cluster ends up in "
    "two networks (https://www.pulumi.com/registry/packages/eks/api-docs/cluster/).",
    fix="Give both `eks-access:vpcId` and `eks-access:subnetIds`, or neither.",
)
def half_a_network(stack: PlannedStack) -> Iterator[Problem]:
    """Look for one of the two without the other."""
    settings = stack.settings
    if half := missing_half(settings.vpc_id, settings.subnet_ids, ("vpcId", "subnetIds")):
        given, missing = half
        yield settings.problem(given, f"{given} is given without {missing}", f"give {missing} too, or neither")


@check(
    "EA413",
    "What is taken over is planned here",
    over=Over.SETTINGS,
    why="A key that names nothing takes nothing over, and the update then fails with AlreadyExists or 409; users "
    "belong to the stack that creates them (https://www.pulumi.com/docs/iac/concepts/options/import/).",
    fix="Write the keys that the message lists, in the stack that makes the thing.",
)
def adoptions(stack: PlannedStack) -> Iterator[Problem]:
    """Refuse keys that name nothing of the plan, and users that another stack creates."""
    settings, plan = stack.settings, stack.plan
    for index, key in enumerate(settings.adopt):
        step = f"[{index}]"
        try:
            adopted(plan, [key])
        except Refused as refusal:
            (unknown,) = refusal.problems
            yield settings.problem("adopt", unknown.rule, unknown.fix, key, step)
            continue
        if key.startswith("user/") and not creates_users(settings, plan):
            rule = "this stack creates no users, so it takes none over"
            fix = "write it in the stack that creates the users, or set `eks-access:createUsers: true` here"
            yield settings.problem("adopt", rule, fix, key, step)


@check(
    "EA414",
    "A permissions boundary is in the stack's own account",
    over=Over.SETTINGS,
    why="IAM takes boundaries of the account itself and AWS's own; another one fails in the middle of an update "
    "(https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html).",
    fix="Name a policy of the stack's account.",
)
def others_boundary(stack: PlannedStack) -> Iterator[Problem]:
    """Compare the account of a boundary with the stack's."""
    settings, plan = stack.settings, stack.plan
    boundary, account = settings.permissions_boundary, plan.account
    if boundary and not boundary.startswith(
        (account.managed_policy(""), f"arn:{account.partition}:iam::{account.id}:")
    ):
        rule = f"a permissions boundary is a policy of the stack's own account, {account.id}, or one of AWS's"
        fix = f"name the policy of that account, arn:{account.partition}:iam::{account.id}:policy/…"
        yield settings.problem("permissionsBoundary", rule, fix, boundary)
