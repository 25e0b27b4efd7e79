"""The objects that every API server makes, per minor."""

from __future__ import annotations

import pytest
from eks_access.authz.aggregation import aggregate
from eks_access.authz.bootstrap import bootstrap_objects, known_minors, used_minor, with_bootstrap
from eks_access.authz.model import RbacObjects, Role, RoleBinding


def role_of(minor: str, name: str) -> Role:
    return next(role for role in bootstrap_objects(minor).roles if role.name == name)


def test_every_minor_that_eks_runs_is_known_without_a_gap() -> None:
    numbers = [int(minor.removeprefix("1.")) for minor in known_minors()]
    assert numbers == list(range(29, 38))


@pytest.mark.parametrize(
    ("asked", "used"),
    [
        ("1.33", "1.33"),
        ("v1.33.4-eks-0123abc", "1.33"),
        ("1.33+", "1.33"),
        ("1.19", "1.29"),
        ("1.99", "1.37"),
        ("soon", "1.37"),
        (None, "1.37"),
    ],
)
def test_the_nearest_minor_stands_for_one_that_is_not_known(asked: str | None, used: str) -> None:
    assert used_minor(asked) == used
    assert bootstrap_objects(asked) is bootstrap_objects(used)


def test_aggregated_roles_are_empty_until_they_are_aggregated() -> None:
    assert role_of("1.33", "view").rules == ()
    filled = next(role for role in aggregate(bootstrap_objects("1.33")).roles if role.name == "view")
    assert any("pods/log" in rule.resources for rule in filled.rules)
    assert not any("secrets" in rule.resources for rule in filled.rules)


def test_minors_differ_as_upstream_changed_them() -> None:
    assert any("/statusz" in rule.non_resource_urls for rule in role_of("1.36", "system:monitoring").rules)
    assert not any("/statusz" in rule.non_resource_urls for rule in role_of("1.29", "system:monitoring").rules)


def test_cluster_admin_is_bound_to_masters_and_nodes_to_nobody() -> None:
    bindings = {binding.name: binding for binding in bootstrap_objects("1.33").bindings if binding.namespace is None}
    assert [subject.name for subject in bindings["cluster-admin"].subjects] == ["system:masters"]
    assert bindings["system:node"].subjects == ()


def test_what_a_dump_says_of_a_bootstrap_object_wins() -> None:
    changed = Role(name="system:basic-user")
    own = Role(name="system:basic-user", namespace="a")
    gone = RoleBinding(name="system:discovery", role_kind="ClusterRole", role_name="system:discovery")
    objects = with_bootstrap(RbacObjects(roles=(changed, own), bindings=(gone,)), "1.33")
    assert [role for role in objects.roles if role.name == "system:basic-user"] == [changed, own]
    assert [binding for binding in objects.bindings if binding.name == "system:discovery"] == [gone]
    assert len(objects.roles) == len(bootstrap_objects("1.33").roles) + 1
    assert objects.roles[:2] == (changed, own)
