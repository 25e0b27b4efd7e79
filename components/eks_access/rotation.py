"""Permission sets whose role got another suffix: named in the preview, since nobody enters with the old one."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from .iam.sso import SSO_PATH, DeclaredSet, find_sso_roles, parse_sso_role, rotated
from .plan.model import AccessPlan


def warn_of_rotated_sets(plan: AccessPlan, provider: aws.Provider, resource: pulumi.Resource) -> None:
    """Compare the permission sets that enter with the roles of the account, and warn where they differ.

    What is found decides nothing about resources, so a preview shows the same with and without it.
    """
    declared = entering_sets(plan)
    if not declared:
        return
    try:
        roles = aws.iam.get_roles(path_prefix=SSO_PATH, opts=pulumi.InvokeOptions(parent=resource, provider=provider))
    except Exception as error:  # a failed call has no class of its own
        pulumi.log.warn(f"cannot tell whether permission sets were rotated (iam:ListRoles): {error}", resource)
        return
    for problem in rotated(declared, find_sso_roles(roles.arns)):
        pulumi.log.warn(str(problem), resource)


def entering_sets(plan: AccessPlan) -> tuple[DeclaredSet, ...]:
    """List the permission sets with which people enter this cluster."""
    people = {entrance.person: parse_sso_role(entrance.own_arn) for entrance in plan.entrances}
    if plan.cluster:
        people[plan.cluster.creator] = parse_sso_role(plan.cluster.creator_arn)
    return tuple(
        DeclaredSet(
            person=person,
            name=role.name,
            suffix=role.suffix,
            region=role.region,
        )
        for person, role in sorted(people.items())
        if role
    )
