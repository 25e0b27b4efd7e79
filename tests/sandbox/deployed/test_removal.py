"""`destroy` takes away all that was made, without needing a way into the cluster; and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from ..engine import Environment

pytestmark = pytest.mark.sandbox

KINDS = {
    "aws:iam/role:Role": ("iam", "list-roles", "--query", "Roles[].RoleName"),
    "aws:iam/user:User": ("iam", "list-users", "--query", "Users[].UserName"),
    "aws:eks/cluster:Cluster": ("eks", "list-clusters", "--query", "clusters"),
}
Names = dict[str, set[str]]


def there(environment: Environment) -> Names:
    """What the account has, by kind."""
    return {kind: set(names(environment.aws(*question))) for kind, question in KINDS.items()}


def names(answer: Any) -> list[str]:
    return list(answer)


def made_by(environment: Environment, *stacks: str) -> Names:
    """What stacks made of it."""
    resources = [resource for stack in stacks for resource in environment.resources(stack)]
    return {kind: {each["id"] for each in resources if each["type"] == kind and each["custom"]} for kind in KINDS}


def test_destroy_leaves_nothing_behind_and_takes_nothing_that_others_made(
    environment: Environment, deployed: object
) -> None:
    before, ours = there(environment), made_by(environment, "dev", "people")
    assert all(ours[kind] and ours[kind] <= before[kind] for kind in KINDS)

    environment.destroy("dev")
    environment.destroy("people")

    assert there(environment) == {kind: before[kind] - ours[kind] for kind in KINDS}
    assert environment.resources("dev") == environment.resources("people") == []
