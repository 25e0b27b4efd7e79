"""RBAC objects out of documents that anybody wrote."""

from __future__ import annotations

from typing import Any

import pytest
from eks_access.authz.reading import read_objects
from eks_access.errors import Refused

RBAC = "rbac.authorization.k8s.io/v1"


def test_lists_of_both_kinds_are_unfolded() -> None:
    role = {"metadata": {"name": "r", "namespace": "x"}, "rules": [{"verbs": ["get"]}]}
    documents = [
        {"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": RBAC, "kind": "Role", **role}]},
        {"apiVersion": RBAC, "kind": "ClusterRoleList", "items": [{"metadata": {"name": "c"}}]},
        {"apiVersion": RBAC, "kind": "RoleList", "items": [{"kind": "ClusterRole", "metadata": {"name": "d"}}]},
    ]

    assert [(each.namespace, each.name) for each in read_objects(documents).roles] == [
        ("x", "r"),
        (None, "c"),
        (None, "d"),
    ]


def test_others_objects_are_passed_over_and_ours_are_kept_in_their_order() -> None:
    def cluster_role(verb: str) -> dict[str, Any]:
        return {"apiVersion": RBAC, "kind": "ClusterRole", "metadata": {"name": "c"}, "rules": [{"verbs": [verb]}]}

    found = read_objects([{"kind": "Pod", "apiVersion": "v1"}, None, cluster_role("get"), cluster_role("list")])

    assert [role.rules[0].verbs for role in found.roles] == [("get",), ("list",)]


def test_a_namespaced_object_without_a_namespace_is_in_default() -> None:
    binding = {
        "apiVersion": RBAC,
        "kind": "RoleBinding",
        "metadata": {"name": "b"},
        "roleRef": {"kind": "Role", "name": "r"},
    }

    assert read_objects([binding]).bindings[0].namespace == "default"


def test_a_label_without_a_value_is_an_empty_one() -> None:
    metadata = {"name": "c", "labels": {"a": None}}
    gathers = {"clusterRoleSelectors": [{"matchLabels": {"a": None}}]}
    document = {"apiVersion": RBAC, "kind": "ClusterRole", "metadata": metadata, "aggregationRule": gathers}
    (found,) = read_objects([document]).roles

    assert found.labels == {"a": ""}
    assert found.aggregation is not None
    assert found.aggregation[0].labels == {"a": ""}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"metadata": []}, "metadata"),
        ({"metadata": {"name": 5}}, "metadata.name"),
        ({"rules": "get"}, "rules"),
        ({"rules": ["get"]}, "rules[0]"),
        ({"rules": [{"verbs": "get"}]}, "rules[0].verbs"),
        ({"rules": [{"verbs": [1]}]}, "rules[0].verbs"),
        ({"aggregationRule": {"clusterRoleSelectors": {}}}, "aggregationRule.clusterRoleSelectors"),
    ],
)
def test_what_has_not_the_form_of_rbac_is_refused_with_its_place(change: dict[str, Any], place: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_objects([{"apiVersion": RBAC, "kind": "ClusterRole", "metadata": {"name": "c"}, **change}])

    (problem,) = refusal.value.problems
    assert problem.path.endswith(f": {place}")
