"""Access to a cluster that others made: its entries and what is granted inside; the cluster stays with its maker."""

import pulumi
from eks_access import ClusterAccess, TeamRbac, load

# `eks-access adopt` writes the stack's settings and its declaration. Both providers are the default ones:
# their settings name the account and the cluster, so that no other is met by accident.
declared = load(f"stacks/access/{pulumi.get_stack()}.yaml")
access = declared.model_dump(mode="json", by_alias=True, exclude_unset=True)

ClusterAccess("access", {"access": access})
TeamRbac("rbac", {"access": access})
