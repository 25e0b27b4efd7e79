"""Rules that only the loader keeps, since what breaks them never becomes a plan.

Their functions are in `declaration.references`; other rules of it are rules over any cluster too.
"""

from __future__ import annotations

from .catalogue import loader_rule

loader_rule(
    "EA107",
    "Admins are declared",
    why="Whoever takes a person or a team out of the declaration and leaves the name under `admins` has one way to "
    "cluster-admin less than it looks (https://docs.aws.amazon.com/eks/latest/userguide/grant-k8s-access.html).",
    fix="Take the name out of `admins` in the same change, and see that two ways in are left.",
)
loader_rule(
    "EA316",
    "Lines are kept where somebody reads them",
    why="In mode API EKS does not read aws-auth, so a line kept in it lets nobody in "
    "(https://docs.aws.amazon.com/eks/latest/userguide/grant-k8s-access.html).",
    fix="Declare who is meant under `people` with grants, or write `authenticationMode: API_AND_CONFIG_MAP`.",
)
