"""Trust policies of the roles by which people enter a cluster, whoever made them."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Problem
from ..iam.trusts import open_statements
from .catalogue import Needs, Over, check
from .view import ClusterView


@check(
    "EA108",
    "No role by which somebody enters is open to whole accounts",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    why="Whoever may assume a mapped role is in the cluster: a trust policy with `*`, with an account, by its id or "
    "its root, or with an identity provider, and without a condition about who it is, leaves it to others who enters "
    "(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html).",
    fix="Name the users and roles that are meant; where a whole account or a provider must be trusted, add a condition "
    "about who it is (`aws:PrincipalArn`, the provider's `sub`).",
)
def trusts_of_mapped_roles(view: ClusterView) -> Iterator[Problem]:
    """Read the trust policies that the source has; a plan's own roles are EA105's."""
    for name, document in view.state.trust_policies.items():
        for statement in open_statements(document):
            rule = "the role is mapped, and its trust policy lets everybody of this in without a condition"
            fix = "name the users and roles that are meant, or add a condition"
            yield Problem(path=f"IAM role {name}", rule=rule, value=statement, fix=fix)
