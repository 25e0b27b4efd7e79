"""`destroy` takes everything away, without needing a way into the cluster."""

from __future__ import annotations

import pytest

from .engine import Environment

pytestmark = pytest.mark.sandbox


def test_destroy_leaves_nothing_behind(environment: Environment, deployed: object) -> None:
    environment.destroy("dev")
    environment.destroy("people")

    clusters = environment.aws("eks", "list-clusters")
    roles = environment.aws("iam", "list-roles", "--query", "Roles[].RoleName")
    users = environment.aws("iam", "list-users", "--query", "Users[].UserName")
    assert clusters == {"clusters": []}
    assert [name for name in roles if not name.startswith("AWSReservedSSO_")] == ["pulumi"]
    assert users == ["sandbox-deployer"]
    assert environment.resources("dev") == environment.resources("people") == set()
