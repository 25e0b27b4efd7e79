"""What is wrong is refused by the engine before anything is registered, with the remedy and without a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.environment import Sandbox

from .engine import Environment

pytestmark = pytest.mark.sandbox

BROKEN = {
    "a lock-out": (
        "access/dev.yaml",
        "  breakGlass: {trustedBy: [sato], mfa: true}\n",
        "",
        ("nobody but the creator is cluster admin", "admins.breakGlass"),
    ),
    "an unknown person": (
        "access/people.yaml",
        "search: {members: [yuki]}",
        "search: {members: [yuki, yuko]}",
        ("people.yaml", "yuko", "yuki"),
    ),
    "an unknown setting": (
        "Pulumi.dev.yaml",
        "config:\n",
        "config:\n  eks-access:acess: access/dev.yaml\n",
        ("eks-access:acess", "write access"),
    ),
    "another region": (
        "Pulumi.dev.yaml",
        "config:\n",
        "config:\n  aws:region: us-east-1\n",
        ("aws:region", "eu-west-1"),
    ),
    "a role that rules out its own use": (
        "access/dev.yaml",
        '{apiGroups: [""], resources: [nodes], verbs: [get, list, watch]}',
        '{apiGroups: [""], nonResourceURLs: [/metrics], verbs: [get]}',
        ("node-viewer", "nonResourceURLs"),
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_it_is_refused_with_the_remedy_and_nothing_is_registered(sandbox: Sandbox, tmp_path: Path, what: str) -> None:
    file, old, new, fragments = BROKEN[what]
    environment = Environment.copy(sandbox, tmp_path)
    environment.edit(file, old, new)
    stack = tmp_path / "stacks" / "Pulumi.dev.yaml"
    name = f"refused-{list(BROKEN).index(what)}"
    stack.rename(stack.with_name(f"Pulumi.{name}.yaml"))

    said = environment.refused(name)

    assert all(fragment in said for fragment in fragments), said
    assert "Traceback" not in said
    assert {resource["type"] for resource in environment.resources(name)} <= {"pulumi:pulumi:Stack"}


def test_another_account_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    environment = Environment.copy(sandbox, tmp_path)
    for file in ("people.yaml", "dev.yaml"):
        path = tmp_path / "stacks" / "access" / file
        path.write_text(path.read_text().replace("111122223333", "444455556666"))
    people = tmp_path / "stacks" / "Pulumi.people.yaml"
    people.rename(people.with_name("Pulumi.elsewhere.yaml"))

    said = environment.refused("elsewhere")

    assert "not allowed" in said
    assert "444455556666" in said or "111122223333" in said
