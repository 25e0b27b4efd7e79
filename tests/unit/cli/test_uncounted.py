"""What an answer could not count, or assumes, stands in it.

Hints about nodes, access policies and roles that nobody knows, a version that the source doesn't tell.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from ...plans import small
from .conftest import run

NODES = {"own": {"kind": "self-managed"}, "general": {"kind": "managed", "instanceTypes": ["m7g.large"]}}
ENTRY = {
    "accessEntry": {
        "clusterName": "c",
        "principalArn": "arn:aws:iam::111122223333:role/x",
        "type": "STANDARD",
        "kubernetesGroups": ["g"],
        "username": "x",
    }
}
POLICIES = {
    "clusterName": "c",
    "principalArn": "arn:aws:iam::111122223333:role/x",
    "associatedAccessPolicies": [
        {
            "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSNextYearPolicy",
            "accessScope": {"type": "cluster", "namespaces": []},
        }
    ],
}
CLUSTER = {"cluster": {"name": "c", "version": "1.33", "accessConfig": {"authenticationMode": "API"}}}
BINDING = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "ClusterRoleBinding",
    "metadata": {"name": "gone"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "nobody-made"},
    "subjects": [{"kind": "Group", "name": "g"}],
}
FORMATS = pytest.mark.parametrize("format", ["text", "md"])


@pytest.fixture
def nodes(tmp_path: Path) -> str:
    file = tmp_path / "nodes.yaml"
    file.write_text(yaml.safe_dump(small(nodeGroups=NODES)))
    return str(file)


@pytest.fixture
def unknown(tmp_path: Path) -> str:
    for name, part in {"a": CLUSTER, "b": ENTRY, "c": POLICIES}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(part))
    (tmp_path / "d.yaml").write_text(yaml.safe_dump(BINDING))
    return str(tmp_path)


@FORMATS
@pytest.mark.parametrize(
    "words",
    [
        ("can", "node/managed", "get", "secrets", "db", "-n", "web"),
        ("explain", "node/managed", "web", "get", "secrets"),
        ("who-can", "get", "secrets", "db", "-n", "web"),
        ("who-can", "get", "secrets"),
    ],
)
def test_that_a_node_may_read_what_its_pods_use_is_said_with_the_no(
    nodes: str, words: tuple[str, ...], format: str
) -> None:
    said = run(*words, "-s", nodes, "--format", format).stdout

    assert said.count("a node may get those secrets that pods on it use") == 1


@FORMATS
def test_that_the_node_of_a_name_may_is_said_with_the_no(nodes: str, format: str) -> None:
    asked = ("update", "leases", "ip-10-0-1-1.ec2.internal", "-n", "kube-node-lease", "-s", nodes, "--format", format)

    assert "the node of that name, ip-10-0-1-1.ec2.internal, may" in run("can", "node/managed", *asked).stdout
    assert "the node of that name, ip-10-0-1-1.ec2.internal, may" in run("who-can", *asked).stdout


def test_nodes_of_which_the_same_is_so_are_named_together(nodes: str) -> None:
    errors = json.loads(run("who-can", "list", "pods", "-s", nodes, "--format", "json").stdout)["errors"]

    (error,) = (each for each in errors if "field selector" in each)
    assert error.startswith("node/managed, node/self-managed: a node may list pods with a field selector")


@FORMATS
@pytest.mark.parametrize(
    "question", [("can", "{}", "get", "pods", "-n", "web"), ("explain", "{}", "web", "get", "pods")]
)
def test_a_reason_that_names_a_missing_role_hides_no_access_policy(
    unknown: str, question: tuple[str, ...], format: str
) -> None:
    words = [word.format("arn:aws:iam::111122223333:role/x") for word in question]
    said = run(*words, "-f", unknown, "--format", format).stdout

    assert "access policy AmazonEKSNextYearPolicy is not known to this version" in said
    assert said.count('"nobody-made" not found') == 1


ACTOR = {
    **{key: BINDING[key] for key in ("apiVersion", "kind")},
    "metadata": {"name": "acting"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
    "subjects": [{"kind": "User", "name": "root"}],
}
ASKED = [
    (("can", "anonymous", "get", "/version"), "as from 1.32 on: which version it is, is not known here"),
    (("explain", "anonymous", "-", "get", "/version"), "as from 1.32 on: which version it is, is not known here"),
    (("can", "user:x", "get", "pods", "-A", "--as", "y"), "constrained impersonation is assumed"),
]


@pytest.mark.parametrize(("words", "said"), ASKED)
def test_what_hangs_on_a_version_that_is_not_known_is_said_to_be_assumed(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    file, cluster = tmp_path / "rbac.yaml", tmp_path / "cluster.json"
    file.write_text(yaml.safe_dump(ACTOR))
    cluster.write_text(json.dumps(CLUSTER))

    assert said in run(*words, "-f", str(file)).stdout
    assert "is not known here" not in run(*words, "-f", str(tmp_path)).stdout


def test_what_every_version_allows_is_said_to_hang_on_none(tmp_path: Path) -> None:
    file = tmp_path / "rbac.yaml"
    legacy = {"apiGroups": [""], "resources": ["users"], "verbs": ["impersonate"]}
    role = {"apiVersion": BINDING["apiVersion"], "kind": "ClusterRole", "metadata": {"name": "actor"}}
    binding = {**BINDING, "roleRef": {**ACTOR["roleRef"], "name": "actor"}, "subjects": [{"kind": "User", "name": "x"}]}
    file.write_text(yaml.safe_dump_all([ACTOR, {**role, "rules": [legacy]}, binding]))
    answer = run("can", "user:x", "get", "pods", "-A", "--as", "root", "-f", str(file))

    assert answer.exit_code == 0
    assert "is assumed" not in answer.stdout
