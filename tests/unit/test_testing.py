"""The testing kit, as somebody's own repository uses it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from eks_access.declaration import Declaration
from eks_access.review.declared import state_of_plan
from eks_access.review.dumps import state_of_documents
from eks_access.testing import assert_can, assert_cannot, assert_nobody_locked_out

from ..plans import plan_of, small

PLAN = plan_of(
    small(
        teams={"web": {"members": ["chie"]}},
        namespaces={"web": {}},
        grants=[{"team": "web", "role": "view", "namespaces": ["web"]}],
    )
)


def test_what_is_so_passes() -> None:
    assert_can(PLAN, "chie", "list", "pods", namespace="web")
    assert_can(PLAN, "aiko", "delete", "nodes")
    assert_can(PLAN, "aiko", "get", "/metrics")
    assert_cannot(PLAN, "chie", "get", "secrets")
    assert_cannot(PLAN, "chie", "list", "pods", namespace="other")
    assert_nobody_locked_out(PLAN)


def test_a_state_can_be_asked_as_well() -> None:
    assert_can(state_of_plan(PLAN), "chie", "list", "pods", namespace="web")


def test_what_lacks_fails_with_what_kubectl_would_show() -> None:
    with pytest.raises(AssertionError, match='cannot get resource "secrets" in API group "" in the namespace "web"'):
        assert_can(PLAN, "chie", "get", "secrets", namespace="web")


def test_without_a_namespace_can_means_everywhere_and_cannot_means_nowhere() -> None:
    with pytest.raises(AssertionError, match="at the cluster scope"):
        assert_can(PLAN, "chie", "list", "pods")
    with pytest.raises(AssertionError, match="in web"):
        assert_cannot(PLAN, "chie", "list", "pods")


def test_nowhere_means_where_it_can_be_asked_at_all() -> None:
    api = {"apiVersion": "rbac.authorization.k8s.io/v1"}
    rule = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
    inside = {"name": "all", "namespace": "web"}
    state = state_of_documents(
        [
            {**api, "kind": "Role", "metadata": inside, "rules": [rule]},
            {
                **api,
                "kind": "RoleBinding",
                "metadata": inside,
                "roleRef": {"kind": "Role", "name": "all"},
                "subjects": [{"kind": "User", "name": "ann"}],
            },
        ]
    )

    assert_cannot(state, "user:ann", "delete", "nodes")
    assert_cannot(state, "user:ann", "delete", "namespaces", name="other")
    with pytest.raises(AssertionError, match="in web"):
        assert_cannot(state, "user:ann", "delete", "namespaces")


def test_what_is_too_much_fails_with_the_reason() -> None:
    with pytest.raises(AssertionError, match='ClusterRole "cluster-admin"'):
        assert_cannot(PLAN, "aiko", "delete", "nodes")


def test_a_cluster_with_one_admin_fails() -> None:
    with pytest.raises(AssertionError, match="nobody but the creator"):
        assert_nobody_locked_out(plan_of(small(admins={"people": ["aiko"]})))


@pytest.mark.parametrize("username", ["nobody", "system:node:{{EC2PrivateDNSName}}", "zz{{EC2PrivateDNSName}}"])
def test_an_admin_by_chance_is_no_admin(username: str) -> None:
    spelt = {"userarn": "arn:aws:iam::111122223333:user/dev/AIKO", "username": username, "groups": []}
    plan = plan_of(small(cluster={"authenticationMode": "CONFIG_MAP"}, keep={"mapUsers": [spelt]}))

    with pytest.raises(AssertionError, match=r"^aiko \(direct\) is counted .* may not do everything by chance$"):
        assert_nobody_locked_out(plan)


@pytest.mark.parametrize(
    ("words", "namespace", "says"),
    [
        (("delte", "pods"), "web", "did you mean delete?"),
        (("list", "podz"), "web", "did you mean pod?"),
        (("list", "pods"), "wbe", "did you mean web?"),
        (("list", "/metrics"), None, "did you mean get?"),
    ],
)
def test_what_is_misspelt_is_a_warning_since_nobody_can_do_it(
    words: tuple[str, str], namespace: str | None, says: str
) -> None:
    with pytest.warns(UserWarning, match=re.escape(says)) as warned:
        assert_cannot(PLAN, "chie", *words, namespace=namespace)

    assert warned[0].filename == __file__


@pytest.mark.parametrize("access", ["stacks/access/prod.yaml", None, Declaration()])
def test_what_is_no_plan_is_refused_with_what_makes_one(access: Any) -> None:
    with pytest.raises(TypeError, match=r"write compile_plan\(load"):
        assert_can(access, "chie", "list", "pods")
    with pytest.raises(TypeError, match="an AccessPlan can be asked"):
        assert_nobody_locked_out(access)
