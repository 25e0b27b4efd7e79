"""Admins whom others let in: on a cluster that was there before, they are ways in like those that are declared."""

from __future__ import annotations

from collections.abc import Iterator

from ..authn.access_entries import access_entries
from ..authz.model import MASTERS
from ..iam.arns import identity, strip_path
from ..plan.model import AccessPlan, Entrance, EntryType
from ..plan.naming import ADMINS_GROUP, CLUSTER_ADMIN_POLICY


def kept_admins(plan: AccessPlan) -> Iterator[Entrance]:
    """List the cluster admins under `keep`, each principal once; an entry overrides the line of its principal."""
    if plan.cluster is None:
        return
    seen = set()
    for entry in access_entries(plan):
        if entry.kept:
            seen.add(identity(entry.principal_arn))
            wide = {scope.policy for scope in entry.policies if not scope.namespaces}
            if entry.type is EntryType.STANDARD and (CLUSTER_ADMIN_POLICY in wide or ADMINS_GROUP in entry.groups):
                yield _entrance(entry.principal_arn, entry.groups)
    if plan.cluster.mode.uses_aws_auth:
        lines = [(k.rolearn, k.groups) for k in plan.kept_roles] + [(k.userarn, k.groups) for k in plan.kept_users]
        for arn, groups in lines:
            # a role's line with its path lets nobody in
            if MASTERS in groups and identity(arn) not in seen and strip_path(arn) == arn:
                seen.add(identity(arn))
                yield _entrance(arn, tuple(groups))


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
