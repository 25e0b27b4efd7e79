"""A re-created role is another principal to EKS: its entry, and what hangs on it, comes anew in the same update."""

from __future__ import annotations

import shutil

import pytest

from sandbox.people import desk

from ..engine import Changes, Environment

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


def test_a_recreated_user_of_another_stack_gets_a_new_entry(environment: Environment, deployed: Changes) -> None:
    urn = environment.urn("people", "aws:iam/user:User", "platform-people-yuki")
    environment.up("people", "--replace", urn)
    shutil.rmtree(desk(environment.sandbox, "dev", "yuki"))  # the keys went with the user

    done = environment.up("dev", "--refresh")

    replaced = {key for key, op in done.items() if "replace" in op}
    assert replaced == {"AccessEntry platform-cluster-access-person-yuki"}
    assert environment.kubectl("yuki", "auth", "can-i", "list", "nodes").stdout.strip() == "yes"
    assert environment.up("dev") == {}
