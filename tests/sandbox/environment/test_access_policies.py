"""What the general-purpose access policies allow, and how far their scope reaches."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.eks.access_policies import PRINCIPAL_ID, Association, decide
from sandbox.eks.policy_rules import catalogue


def resource(verb: str, what: str, namespace: str = "", group: str = "") -> dict[str, Any]:
    name, _, subresource = what.partition("/")
    attributes = {"verb": verb, "resource": name, "subresource": subresource, "group": group, "namespace": namespace}
    return {"extra": {PRINCIPAL_ID: ["AIDAHANAKO"]}, "resourceAttributes": attributes}


def url(path: str) -> dict[str, Any]:
    return {"extra": {PRINCIPAL_ID: ["AIDAHANAKO"]}, "nonResourceAttributes": {"verb": "get", "path": path}}


def allowed(policy: str, spec: dict[str, Any], *namespaces: str) -> bool:
    arn = f"arn:aws:eks::aws:cluster-access-policy/AmazonEKS{policy}Policy"
    scope = "namespace" if namespaces else "cluster"
    return bool(decide(spec, [Association("AIDAHANAKO", "arn:x", arn, scope, namespaces)])["allowed"])


@pytest.mark.parametrize(
    ("spec", "by"),
    [
        (resource("list", "pods", "a"), "View Edit Admin AdminView ClusterAdmin"),
        (resource("list", "deployments", "a", "apps"), "View Edit Admin AdminView ClusterAdmin"),
        (resource("get", "pods/log", "a"), "View Edit Admin AdminView ClusterAdmin"),
        (resource("get", "secrets", "a"), "Edit Admin AdminView SecretReader ClusterAdmin"),
        (resource("get", "pods/exec", "a"), "Edit Admin AdminView ClusterAdmin"),
        (resource("create", "pods/exec", "a"), "Edit Admin ClusterAdmin"),
        (resource("patch", "deployments/scale", "a", "apps"), "Edit Admin ClusterAdmin"),
        (resource("impersonate", "serviceaccounts", "a"), "Edit Admin ClusterAdmin"),
        (resource("create", "rolebindings", "a", "rbac.authorization.k8s.io"), "Admin ClusterAdmin"),
        (resource("bind", "roles", "a", "rbac.authorization.k8s.io"), "ClusterAdmin"),
        (resource("create", "pods/eviction", "a"), "ClusterAdmin"),
        (resource("create", "serviceaccounts/token", "a"), "ClusterAdmin"),
        (resource("list", "widgets", "a", "example.org"), "AdminView ClusterAdmin"),
        (resource("list", "nodes"), "AdminView ClusterAdmin"),
        (url("/metrics"), "ClusterAdmin"),
    ],
)
def test_who_may_do_it(spec: dict[str, Any], by: str) -> None:
    policies = ("View", "Edit", "Admin", "AdminView", "SecretReader", "ClusterAdmin")
    assert [policy for policy in policies if allowed(policy, spec)] == [p for p in policies if p in by.split()]


@pytest.mark.parametrize(
    ("namespace", "inside"),
    [("dev-a", True), ("dev-", True), ("dev", False), ("a-dev-b", False), ("payments", True), ("", False)],
)
def test_a_scope_reaches_the_namespaces_that_it_names(namespace: str, inside: bool) -> None:
    assert allowed("View", resource("list", "pods", namespace), "dev-*", "payments") is inside


@pytest.mark.parametrize("spec", [url("/version"), resource("list", "namespaces"), resource("list", "pods")])
def test_a_scope_of_every_namespace_is_not_the_cluster(spec: dict[str, Any]) -> None:
    assert not allowed("ClusterAdmin", spec, "*")
    assert allowed("ClusterAdmin", spec)


def test_only_the_star_is_a_wildcard() -> None:
    assert not allowed("View", resource("list", "pods", "dev-a"), "dev-?", "dev-[a-z]")


def test_a_policy_without_known_contents_allows_nothing() -> None:
    assert "AmazonEKSAutoNodePolicy" in catalogue().names
    assert not allowed("AutoNode", resource("list", "pods", "a"))
