"""What exists already is imported: a user, a role, an entry and aws-auth that the state knows nothing of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..engine import Changes, Environment

pytestmark = pytest.mark.sandbox


def forget(environment: Environment, stack: str, names: set[str], folder: Path) -> None:
    """Take resources, and what is below them, out of the state; in the account they stay."""
    state = json.loads(environment.stack(stack).run("stack", "export", "--stack", stack).stdout)
    resources = state["deployment"]["resources"]
    gone: set[str] = set()
    for resource in resources:
        if resource["urn"].rpartition("::")[2] in names or resource.get("parent") in gone:
            gone.add(resource["urn"])
    kept = [resource for resource in resources if resource["urn"] not in gone]
    for resource in kept:
        resource["dependencies"] = [urn for urn in resource.get("dependencies") or [] if urn not in gone]
        for key, urns in (resource.get("propertyDependencies") or {}).items():
            resource["propertyDependencies"][key] = [urn for urn in urns or [] if urn not in gone]
    state["deployment"]["resources"] = kept
    file = folder / "state.json"
    file.write_text(json.dumps(state))
    environment.stack(stack).run("stack", "import", "--stack", stack, "--file", str(file))


def test_a_user_that_exists_is_taken_over(environment: Environment, deployed: Changes, tmp_path: Path) -> None:
    forget(environment, "people", {"platform-people-taro"}, tmp_path)
    environment.adopt("people", ["user/taro"])

    done = environment.up("people")

    assert done == {"User platform-people-taro": "import", "UserPolicy platform-people-taro-self-service": "create"}
    environment.adopt("people", [])
    assert environment.up("people") == {"User platform-people-taro": "update"}
    assert environment.up("people") == {}


def test_a_role_an_entry_and_aws_auth_that_exist_are_taken_over(
    environment: Environment, deployed: Changes, tmp_path: Path
) -> None:
    names = {"platform-cluster-fargate-role", "platform-cluster-access-person-yuki", "platform-cluster-nodeAccess"}
    forget(environment, "dev", names, tmp_path)
    environment.adopt("dev", ["role/node-fargate", "entry/person-yuki", "aws-auth"])

    done = environment.up("dev")

    imported = {key for key, op in done.items() if op == "import"}
    assert {key.split()[1] for key in imported} == names
    assert set(done.values()) <= {"import", "create"}
    environment.adopt("dev", [])
    assert set(environment.up("dev").values()) <= {"update"}
    assert environment.up("dev") == {}


def test_a_key_that_names_nothing_is_refused_with_the_near_one(environment: Environment, deployed: Changes) -> None:
    environment.adopt("dev", ["entry/person-juki"])

    text = environment.refused("dev")

    environment.adopt("dev", [])
    assert "adopt[0]" in text
    assert "did you mean entry/person-yuki?" in text
