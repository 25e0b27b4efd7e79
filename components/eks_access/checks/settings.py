"""Rules about a stack's settings beside the plan of its declaration. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ..declaration.stack_settings import StackSettings
from ..errors import Problem, Refused
from ..plan.adoption import adopted
from ..plan.model import AccessPlan


def creates_users(settings: StackSettings, plan: AccessPlan) -> bool:
    """Tell whether a stack makes the declared users: when told to, and always without a cluster."""
    return settings.create_users or plan.cluster is None


def find_setting_problems(settings: StackSettings, plan: AccessPlan) -> list[Problem]:
    """Compare a stack's own settings with what its declaration compiles to."""
    return [
        *_other_region(settings, plan),
        *_half_a_network(settings),
        *_adoptions(settings, plan),
        *_others_boundary(settings, plan),
    ]


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


def _other_region(settings: StackSettings, plan: AccessPlan) -> Iterator[Problem]:
    """Refuse a region that is not the cluster's: the declaration decides."""
    if settings.region and plan.cluster and settings.region != plan.cluster.region:
        rule = f"the declaration puts the cluster into {plan.cluster.region}"
        fix = "take aws:region out of the stack file; the declaration decides"
        yield settings.problem("aws:region", rule, fix, settings.region)


def _half_a_network(settings: StackSettings) -> Iterator[Problem]:
    if half := missing_half(settings.vpc_id, settings.subnet_ids, ("vpcId", "subnetIds")):
        given, missing = half
        yield settings.problem(given, f"{given} is given without {missing}", f"give {missing} too, or neither")


def _adoptions(settings: StackSettings, plan: AccessPlan) -> Iterator[Problem]:
    """Refuse keys that name nothing of the plan, and users that another stack creates."""
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


def _others_boundary(settings: StackSettings, plan: AccessPlan) -> Iterator[Problem]:
    boundary, account = settings.permissions_boundary, plan.account
    if boundary and not boundary.startswith(
        (account.managed_policy(""), f"arn:{account.partition}:iam::{account.id}:")
    ):
        rule = f"a permissions boundary is a policy of the stack's own account, {account.id}, or one of AWS's"
        fix = f"name the policy of that account, arn:{account.partition}:iam::{account.id}:policy/…"
        yield settings.problem("permissionsBoundary", rule, fix, boundary)
