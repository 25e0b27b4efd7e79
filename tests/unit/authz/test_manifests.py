"""RBAC objects as Kubernetes takes them, in an order in which they can be applied."""

from __future__ import annotations

from eks_access.authz.manifests import manifests, role_manifest
from eks_access.plan.model import RbacRole, RbacRule

from ...plans import plan_of, small

RULES = [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]}]
RAW = small(
    namespaces={"east": {"labels": {"team": "a"}, "annotations": {"note": "b"}}},
    roles={"releaser": {"rules": RULES}},
    grants=[
        {"person": "chie", "role": "releaser", "namespaces": ["east"]},
        {"person": "chie", "role": "releaser", "clusterWide": True},
        {"serviceAccount": "east/robot", "role": "view", "namespaces": ["east"]},
    ],
    metricsReaders=[{"serviceAccount": "east/prometheus", "kubelets": True}],
)


def test_what_others_need_comes_first() -> None:
    kinds = [manifest["kind"] for manifest in manifests(plan_of(RAW).rbac)]

    order = ["Namespace", "ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding"]
    assert sorted(kinds, key=lambda kind: ("Binding" in kind, kind != "Namespace")) == kinds
    assert set(kinds) == set(order)


def test_every_object_says_who_made_it() -> None:
    plan = plan_of(RAW)

    for manifest in (*manifests(plan.rbac), *manifests(plan.metrics)):
        assert manifest["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "eks-access"


def test_a_namespace_keeps_its_labels_and_annotations() -> None:
    (namespace,) = [m for m in manifests(plan_of(RAW).rbac) if m["kind"] == "Namespace"]

    assert namespace["metadata"]["labels"]["team"] == "a"
    assert namespace["metadata"]["annotations"] == {"note": "b"}


def test_a_declared_role_is_a_role_in_a_namespace_and_a_cluster_role_everywhere() -> None:
    roles = [m for m in manifests(plan_of(RAW).rbac) if m["kind"] in {"Role", "ClusterRole"}]

    assert {(m["kind"], m["metadata"].get("namespace"), m["metadata"]["name"]) for m in roles} == {
        ("Role", "east", "eks-access:releaser"),
        ("ClusterRole", None, "eks-access:releaser"),
    }
    assert all(m["rules"] == RULES for m in roles)


def test_a_binding_names_its_subject_as_its_kind_wants_it() -> None:
    subjects = [s for m in manifests(plan_of(RAW).rbac) for s in m.get("subjects", [])]

    assert {"kind": "Group", "name": "person:chie", "apiGroup": "rbac.authorization.k8s.io"} in subjects
    assert {"kind": "ServiceAccount", "name": "robot", "namespace": "east"} in subjects


def test_metrics_are_read_through_a_cluster_role_for_one_url() -> None:
    metrics, kubelets = (m for m in manifests(plan_of(RAW).metrics) if m["kind"] == "ClusterRole")

    rules = {m["metadata"]["name"]: m["rules"] for m in (metrics, kubelets)}
    assert rules == {
        "eks-access:metrics": [{"nonResourceURLs": ["/metrics"], "verbs": ["get"]}],
        "eks-access:kubelet-metrics": [{"apiGroups": [""], "resources": ["nodes/metrics"], "verbs": ["get"]}],
    }


def test_a_rule_for_named_objects_keeps_their_names() -> None:
    rule = RbacRule(verbs=("get",), api_groups=("",), resources=("secrets",), resource_names=("tls",))

    manifest = role_manifest(RbacRole(name="one", namespace="east", rules=(rule,)))
    assert manifest["rules"] == [
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"], "resourceNames": ["tls"]}
    ]
