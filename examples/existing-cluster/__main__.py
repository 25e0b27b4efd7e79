"""Access to a cluster that others made: its entries and what is granted inside; the cluster stays with its maker."""

import pulumi
from eks_access import ClusterAccess, Developers, TeamRbac, load

# `eks-access adopt` writes the stack's settings and its declaration. Both providers are the default ones:
# their settings name the account and the cluster, so that no other is met by accident.
declared = load(f"stacks/access/{pulumi.get_stack()}.yaml")
access = declared.model_dump(mode="json", by_alias=True, exclude_unset=True)

# Roles of break-glass and of teams, and what users need to enter; nothing as long as none are declared.
people = Developers("people", {"access": access})
ClusterAccess(
    "access", {"access": access, "principal_ids": people.principal_ids}, pulumi.ResourceOptions(depends_on=[people])
)
TeamRbac("rbac", {"access": access})
