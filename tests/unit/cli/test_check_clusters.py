"""`eks-access check` of clusters that are there, whoever made them: from manifests and of a running one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import yaml
from eks_access.review.dumps import state_of_documents

from ...plans import plan_of, small
from ..review.renderings import dump_of
from .conftest import Project, run


def manifest(kind: str, name: str, namespace: str = "", **content: Any) -> dict[str, Any]:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata, **content}


def of_somebody(role: str, group: str = "devs") -> dict[str, Any]:
    return manifest(
        "RoleBinding",
        "b",
        "east",
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": role},
        subjects=[{"kind": "Group", "name": group, "apiGroup": "rbac.authorization.k8s.io"}],
    )


NODES = manifest("Role", "r", "east", rules=[{"apiGroups": [""], "resources": ["nodes"], "verbs": ["list"]}])


def test_manifests_of_anybody_are_checked_and_nothing_is_said_to_be_missing(project: Project) -> None:
    file = project.write("rbac.yaml", yaml.safe_dump_all([NODES, of_somebody("elsewhere")]))

    result = run("check", "-f", str(file), "--format", "json")

    assert result.exit_code == 0
    (judged,) = json.loads(result.stdout)["stacks"]
    assert [(found["check"], found["path"]) for found in judged["warnings"]] == [("EA618", "Role east/r")]
    assert (judged["problems"], judged["readable"]) == ([], True)
    assert any("nothing is said to be missing" in notice for notice in judged["notices"])
    assert run("check", "-f", str(file), "--strict").exit_code == 1


def test_a_running_cluster_is_told_what_is_missing_too(monkeypatch: pytest.MonkeyPatch) -> None:
    one_admin = state_of_documents(dump_of(plan_of(small(admins={"people": ["aiko"]}, cluster={"creator": "aiko"}))))
    monkeypatch.setattr("eks_access.live.cluster.read_live", lambda _: replace(one_admin, all_bound=True))

    result = run("check", "--live", "--cluster", "demo")

    assert result.exit_code == 1
    assert "live cluster demo: 1 problem" in result.output
    assert "without principal arn:aws:iam::111122223333:user/dev/aiko nobody is cluster admin" in result.output
    assert "nothing is said to be missing" not in result.output


@pytest.mark.parametrize(
    "said", [("prod", "-f", "x.yaml"), ("--all", "--live"), (), ("prod", "--all"), ("-s", "prod", "--all")]
)
def test_declarations_and_a_cluster_that_is_there_are_not_checked_at_once(said: tuple[str, ...]) -> None:
    result = run("check", *said)

    assert result.exit_code == 2
    assert "--all" in result.output


def test_how_to_reach_a_cluster_is_said_of_none_that_is_not_read(project: Project) -> None:
    result = run("check", "dev", "--profile", "ops")

    assert result.exit_code == 2
    assert "--profile: it says how to reach a running cluster" in result.output
