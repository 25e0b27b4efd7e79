"""A re-created role is another principal to EKS: its entry, and what hangs on it, comes anew in the same update."""

from __future__ import annotations

import pytest

from .engine import Changes, Environment

pytestmark = pytest.mark.sandbox

BREAK_GLASS = "arn:aws:iam::111122223333:role/dev-break-glass"


def test_a_recreated_role_keeps_its_rights(environment: Environment, deployed: Changes) -> None:
    urn = environment.urn("dev", "aws:iam/role:Role", "platform-people-break-glass")
    ask = ("--cluster-name", "dev", "--principal-arn", BREAK_GLASS)
    role = ("iam", "get-role", "--role-name", "dev-break-glass", "--query", "Role.RoleId")
    before = environment.aws(*role)

    environment.up("dev", "--replace", urn)

    policies = environment.aws(
        "eks", "list-associated-access-policies", *ask, "--query", "associatedAccessPolicies[].policyArn"
    )
    assert environment.aws(*role) != before
    assert policies == ["arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"]
    assert environment.up("dev") == {}
