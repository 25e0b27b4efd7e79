"""The admin that EKS makes by itself: whoever created the cluster.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html (a visible entry in modes with entries),
https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html (hidden in CONFIG_MAP).
"""

from __future__ import annotations

from ..authn.access_entries import AccessEntry
from ..plan.model import EntryType, PolicyScope
from ..plan.naming import CLUSTER_ADMIN_POLICY

CREATOR = "creator"
"""The way that EKS opens by itself."""
UNKNOWN_CREATOR = "EKS makes whoever created the cluster an admin, and nothing here says who that is"
"""Notice of a source that doesn't know."""


def creator_entry(arn: str) -> AccessEntry:
    """Return the entry that EKS makes for the creator in a mode that has entries."""
    partition, account = arn.split(":")[1], arn.split(":")[4]
    session = f"arn:{partition}:sts::{account}:assumed-role/{arn.rpartition('/')[2]}/{{{{SessionName}}}}"
    policy = f"arn:{partition}:eks::aws:cluster-access-policy/{CLUSTER_ADMIN_POLICY}"
    return AccessEntry(
        key=CREATOR,
        principal_arn=arn,
        type=EntryType.STANDARD,
        username=session if ":role/" in arn else arn,
        groups=(),
        policies=(PolicyScope(policy=CLUSTER_ADMIN_POLICY, arn=policy),),
        made_by_eks=True,
    )
