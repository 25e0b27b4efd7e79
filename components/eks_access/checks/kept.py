"""Admins whom others let in: on a cluster that was there before, they are ways in like those that are declared."""

from __future__ import annotations

from collections.abc import Iterator

from ..authn.access_entries import access_entries
from ..authn.authenticating import Authenticator
from ..authn.aws_auth import aws_auth_data
from ..authz.model import MASTERS, Identity
from ..iam.arns import identity
from ..iam.principal_arns import arn_fault
from ..plan.model import AccessPlan, Entrance
from ..plan.naming import ADMINS_GROUP, CLUSTER_ADMIN_POLICY


def kept_admins(plan: AccessPlan) -> Iterator[Entrance]:
    """List the cluster admins under `keep` as they are let in, each principal once; nodes are nobody's way in."""
    cluster = plan.cluster
    if cluster is None:
        return
    entries = access_entries(plan)
    lines = aws_auth_data(plan) if cluster.mode.uses_aws_auth else None
    authenticator = Authenticator(cluster.mode, aws_auth=lines, entries=entries)
    admins = {
        entry.principal_arn
        for entry in entries
        if any(scope.policy == CLUSTER_ADMIN_POLICY and not scope.namespaces for scope in entry.policies)
    }
    arns = [entry.principal_arn for entry in entries if entry.kept]
    if cluster.mode.uses_aws_auth:
        arns += [*(kept.rolearn for kept in plan.kept_roles), *(kept.userarn for kept in plan.kept_users)]
    seen = {identity(role.arn) for role in plan.node_roles}
    for arn in arns:
        if identity(arn) not in seen and arn_fault(arn, cluster.account.partition) is None:
            seen.add(identity(arn))
            found = _identity(authenticator, arn)
            if found and (found.principal_arn in admins or {MASTERS, ADMINS_GROUP} & {*found.groups}):
                yield _entrance(arn, found.groups)


def _identity(authenticator: Authenticator, arn: str) -> Identity | None:
    found = authenticator.authenticate_arn(arn, session="someone")
    return None if found.ambiguous else found.identity


def _entrance(arn: str, groups: tuple[str, ...]) -> Entrance:
    return Entrance(
        person=arn,
        own_arn=arn,
        enters_as=arn,
        groups=groups,
        mfa=False,
        can_mfa=False,
        cluster_admin=True,
        via="keep",
    )
