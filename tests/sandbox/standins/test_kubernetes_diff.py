"""The rules by which a change updates or replaces a Kubernetes object, without a server."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.standins.kubernetes.diff import AUTONAMED, compare, prune
from sandbox.standins.kubernetes.rules import Kind, kind_of
from sandbox.standins.resource import UNKNOWN, Diff

CONFIG_MAP = kind_of("kubernetes:core/v1:ConfigMap")
SECRET = kind_of("kubernetes:core/v1:Secret")
BINDING = kind_of("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding")
CLUSTER_ROLE = kind_of("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole")
AWS_AUTH = {"metadata": {"name": "aws-auth", "namespace": "kube-system"}, "data": {"mapRoles": "[]"}}


def live(inputs: dict[str, Any]) -> dict[str, Any]:
    """What the API server makes of some inputs: more than was sent."""
    made = copy.deepcopy(inputs)
    made["metadata"] |= {"uid": "u", "resourceVersion": "7", "creationTimestamp": "t"}
    return made


def changed(kind: Kind, old: dict[str, Any], new: dict[str, Any], **mutable: bool) -> Diff:
    return compare(kind, old, live(old), new, **mutable)


def edited(value: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return copy.deepcopy(value) | changes


def test_nothing_changed_is_no_difference() -> None:
    assert changed(CONFIG_MAP, AWS_AUTH, AWS_AUTH) == Diff()


def test_data_replaces_a_config_map_and_the_named_one_goes_first() -> None:
    diff = changed(CONFIG_MAP, AWS_AUTH, edited(AWS_AUTH, data={"mapRoles": "[1]"}))
    assert diff == Diff(("data.mapRoles",), ("data.mapRoles",), delete_before_replace=True)


def test_a_mutable_config_map_is_updated_in_place() -> None:
    new = edited(AWS_AUTH, data={"mapRoles": "[1]", "mapUsers": "[]"})
    assert changed(CONFIG_MAP, AWS_AUTH, new, config_map_mutable=True) == Diff(("data.mapRoles", "data.mapUsers"))


def test_an_immutable_config_map_is_replaced_even_where_they_are_mutable() -> None:
    new = edited(AWS_AUTH, data={"mapRoles": "[1]"}, immutable=True)
    assert changed(CONFIG_MAP, AWS_AUTH, new, config_map_mutable=True).replaces == ("data.mapRoles",)


def test_an_autonamed_object_is_made_anew_before_the_old_one_goes() -> None:
    old = edited(AWS_AUTH, metadata={"name": "a-1", "namespace": "x", "annotations": {AUTONAMED: "true"}})
    diff = changed(CONFIG_MAP, old, edited(old, data={"mapRoles": "[1]"}))
    assert diff.replaces
    assert not diff.delete_before_replace


@pytest.mark.parametrize("key", ["name", "namespace"])
def test_another_identity_is_another_object(key: str) -> None:
    new = edited(AWS_AUTH)
    new["metadata"][key] = "other"
    assert changed(CONFIG_MAP, AWS_AUTH, new) == Diff((f"metadata.{key}",), (f"metadata.{key}",))


def test_a_role_ref_replaces_the_binding_and_subjects_do_not() -> None:
    old = {
        "metadata": {"name": "b", "namespace": "x"},
        "roleRef": {"kind": "ClusterRole", "name": "view", "apiGroup": "rbac.authorization.k8s.io"},
        "subjects": [{"kind": "Group", "name": "g"}],
    }
    role = edited(old, roleRef=old["roleRef"] | {"name": "edit"})
    assert changed(BINDING, old, role) == Diff(("roleRef.name",), ("roleRef.name",), delete_before_replace=True)
    subjects = edited(old, subjects=[{"kind": "Group", "name": "g"}, {"kind": "User", "name": "u"}])
    assert changed(BINDING, old, subjects) == Diff(("subjects[1]",))


def test_what_the_server_fills_in_is_no_difference() -> None:
    old = {"metadata": {"name": "r"}, "rules": [{"verbs": ["get"], "resources": ["pods"], "apiGroups": [""]}]}
    seen = live(old) | {"aggregationRule": {"x": 1}, "status": {"ready": True}}
    assert compare(CLUSTER_ROLE, old, seen, old) == Diff()


def test_drift_that_a_refresh_found_is_a_difference() -> None:
    seen = live(AWS_AUTH) | {"data": {"mapRoles": "someone else's"}}
    assert compare(CONFIG_MAP, AWS_AUTH, seen, AWS_AUTH, config_map_mutable=True).changed == ("data.mapRoles",)


def test_a_default_namespace_written_or_not_is_the_same() -> None:
    bare, full = (
        edited(AWS_AUTH, metadata={"name": "a"}),
        edited(AWS_AUTH, metadata={"name": "a", "namespace": "default"}),
    )
    assert changed(CONFIG_MAP, full, bare) == Diff()


def test_unknown_data_is_a_change() -> None:
    new = edited(AWS_AUTH, data={"mapRoles": UNKNOWN})
    assert changed(CONFIG_MAP, AWS_AUTH, new, config_map_mutable=True) == Diff(("data.mapRoles",))
    assert changed(CONFIG_MAP, AWS_AUTH, edited(AWS_AUTH, data=UNKNOWN)).replaces == ("data",)


def test_unknown_metadata_may_be_another_identity() -> None:
    assert changed(CONFIG_MAP, AWS_AUTH, edited(AWS_AUTH, metadata=UNKNOWN)).replaces == ("metadata",)


def test_string_data_is_compared_with_the_data_that_it_becomes() -> None:
    old = {"metadata": {"name": "s", "namespace": "x"}, "stringData": {"p": "hunter2"}}
    seen = {"metadata": live(old)["metadata"], "data": {"p": "aHVudGVyMg=="}}
    assert compare(SECRET, old, seen, old) == Diff()
    assert compare(SECRET, old, seen, edited(old, stringData={"p": "other"})).replaces == ("data.p",)


def test_a_patch_is_replaced_only_for_another_identity() -> None:
    patch = kind_of("kubernetes:core/v1:ConfigMapPatch")
    assert patch.patch
    assert changed(patch, AWS_AUTH, edited(AWS_AUTH, data={"mapRoles": "[1]"})) == Diff(("data.mapRoles",))


@pytest.mark.parametrize(
    "token",
    [
        "kubernetes:helm.sh/v3:Release",
        "kubernetes:yaml/v2:ConfigFile",
        "aws:iam/role:Role",
        "kubernetes:core/v1:PodList",
    ],
)
def test_what_is_no_kubernetes_object_is_not_known(token: str) -> None:
    with pytest.raises(KeyError):
        kind_of(token)


def test_tokens_name_the_api() -> None:
    assert (CONFIG_MAP.api_version, CONFIG_MAP.path) == ("v1", "/api/v1")
    assert (BINDING.api_version, BINDING.path) == (
        "rbac.authorization.k8s.io/v1",
        "/apis/rbac.authorization.k8s.io/v1",
    )


JSON = st.recursive(
    st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_pruning_a_value_to_itself_changes_nothing(value: Any) -> None:
    assert prune(value, value) == value
