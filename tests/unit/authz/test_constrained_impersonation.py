"""Constrained impersonation, on from Kubernetes 1.36: whom it lets nobody be, and what it asks for at once.

The rules are those of k8s.io/apiserver pkg/endpoints/filters/impersonation, whose tests say them too.
"""

from __future__ import annotations

import pytest
from eks_access.authz.authorizer import Authorizer
from eks_access.authz.impersonation import NODE_NAME, Wanted
from eks_access.authz.model import BindingSubject, Identity, RbacObjects, Request, Role, RoleBinding
from eks_access.plan.model import RbacRule
from eks_access.review.access_review import AccessReview
from eks_access.review.dumps import state_of_documents

GROUP = "authentication.k8s.io"
LIST = Request(verb="list", resource="pods", namespace="payments")
HANAKO = Identity(username="hanako", groups=("system:authenticated",))


def on(mode: str) -> RbacRule:
    return RbacRule(verbs=(f"impersonate-on:{mode}:list",), api_groups=("",), resources=("pods",))


def be(mode: str, *resources: str, names: tuple[str, ...] = ()) -> RbacRule:
    return RbacRule(verbs=(f"impersonate:{mode}",), api_groups=(GROUP,), resources=resources, resource_names=names)


def judge(*rules: RbacRule, who: str = "hanako") -> Authorizer:
    binding = RoleBinding(
        name="b", role_kind="ClusterRole", role_name="r", subjects=(BindingSubject(kind="User", name=who),)
    )
    return Authorizer(RbacObjects(roles=(Role(name="r", rules=rules),), bindings=(binding,)), minor="1.36")


ANYBODY = (on("user-info"), be("user-info", "users", "groups", "uids", "userextras/example.org/team"))


def test_nobody_gets_into_system_masters_by_a_constrained_mode_whatever_is_granted() -> None:
    acting = judge(*ANYBODY).impersonates(HANAKO, Wanted(username="taro", groups=("system:masters",)), LIST)

    assert not acting.allowed
    assert acting.because == "impersonating the system:masters group is not allowed"


def test_legacy_impersonation_still_reaches_system_masters() -> None:
    legacy = RbacRule(verbs=("impersonate",), api_groups=("",), resources=("users", "groups"))

    acting = judge(*ANYBODY, legacy).impersonates(HANAKO, Wanted(username="taro", groups=("system:masters",)), LIST)
    assert (acting.allowed, acting.mode) == (True, "legacy")


def test_a_refusal_that_no_right_could_turn_reads_as_a_no_with_its_reason() -> None:
    rules = [
        {"verbs": ["impersonate-on:user-info:list"], "apiGroups": [""], "resources": ["pods"]},
        {"verbs": ["impersonate:user-info"], "apiGroups": [GROUP], "resources": ["users", "groups"]},
    ]
    api = {"apiVersion": "rbac.authorization.k8s.io/v1"}
    documents = [
        {**api, "kind": "ClusterRole", "metadata": {"name": "r"}, "rules": rules},
        {
            **api,
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "b"},
            "roleRef": {"kind": "ClusterRole", "name": "r"},
            "subjects": [{"kind": "User", "name": "hanako"}],
        },
    ]
    review = AccessReview(state_of_documents(documents, version="1.36"))

    wanted = Wanted(username="taro", groups=("system:masters",))
    (verdict,) = review.can("user:hanako", LIST, wanted=wanted).verdicts
    assert not verdict.allowed
    assert verdict.said == (
        'Error from server (Forbidden): groups.authentication.k8s.io "system:masters" is forbidden: User "hanako" '
        'cannot impersonate:user-info resource "groups" in API group "authentication.k8s.io" at the cluster scope: '
        "impersonating the system:masters group is not allowed"
    )


def test_a_group_without_a_name_is_nobody_s_to_be() -> None:
    acting = judge(*ANYBODY).impersonates(HANAKO, Wanted(username="taro", groups=("ops", "")), LIST)

    assert acting.because == "impersonating the empty string group is not allowed"


def test_from_four_groups_on_the_name_star_stands_for_all_of_them() -> None:
    judged = judge(on("user-info"), be("user-info", "users"), be("user-info", "groups", names=("*",)))
    groups = ("a", "b", "c", "d")

    assert judged.impersonates(HANAKO, Wanted(username="taro", groups=groups), LIST).mode == "user-info"
    assert not judged.impersonates(HANAKO, Wanted(username="taro", groups=groups[:3]), LIST).allowed


def test_from_four_values_of_extra_on_the_name_star_stands_for_all_of_them() -> None:
    judged = judge(on("user-info"), be("user-info", "users"), be("user-info", "userextras/*", names=("*",)))
    values = ("a", "b", "c", "d")

    def wants(values: tuple[str, ...]) -> Wanted:
        return Wanted(username="taro", extra={"example.org/team": values})

    assert judged.impersonates(HANAKO, wants(values), LIST).mode == "user-info"
    assert not judged.impersonates(HANAKO, wants(values[:3]), LIST).allowed


@pytest.mark.parametrize(
    "extra",
    [
        {"": ("a",)},
        {"team": ("a",)},
        {"example.org/Team": ("a",)},
        {"example.org/team": ()},
        {"example.org/team": ("a", "")},
    ],
    ids=["no key", "a key without a domain", "capitals", "no value", "an empty value"],
)
def test_odd_extra_is_left_to_legacy_impersonation(extra: dict[str, tuple[str, ...]]) -> None:
    everything = RbacRule(verbs=("*",), api_groups=("*",), resources=("*",))

    acting = judge(everything).impersonates(HANAKO, Wanted(username="taro", extra=extra), LIST)
    assert (acting.allowed, acting.mode) == (True, "legacy")


@pytest.mark.parametrize("username", ["system:node:Upper", "system:node:", "system:serviceaccount:Pay:ci"])
def test_a_user_name_that_no_node_or_service_account_can_have_is_a_user_s(username: str) -> None:
    acting = judge(*ANYBODY).impersonates(HANAKO, Wanted(username=username), LIST)

    assert acting.mode == "user-info"
    assert acting.identity is not None
    assert acting.identity.groups == ("system:authenticated",)


@pytest.mark.parametrize(
    ("mode", "resource", "username"),
    [
        ("serviceaccount", "serviceaccounts", "system:serviceaccount:payments:ci"),
        ("arbitrary-node", "nodes", "system:node:n1"),
    ],
)
def test_a_service_account_and_a_node_are_named_by_their_user_name_alone(
    mode: str, resource: str, username: str
) -> None:
    name = username.rpartition(":")[2]
    judged = judge(on(mode), be(mode, resource, "groups", "uids", "userextras/example.org/team", names=(name, "x")))
    more = (Wanted(username=username, groups=("x",)), Wanted(username=username, uid="x"))
    extra = Wanted(username=username, extra={"example.org/team": ("x",)})

    assert judged.impersonates(HANAKO, Wanted(username=username), LIST).mode == mode
    assert not any(judged.impersonates(HANAKO, wanted, LIST).allowed for wanted in (*more, extra))
    assert not judged.impersonates(HANAKO, Wanted(username=f"{username}2"), LIST).allowed


def test_a_service_account_may_be_the_node_that_its_pod_runs_on() -> None:
    name = "system:serviceaccount:kube-system:agent"
    judged = judge(on("associated-node"), be("associated-node", "nodes", names=("*",)), who=name)
    here = Identity(username=name, groups=(), extra={NODE_NAME: ("n1",)})

    acting = judged.impersonates(here, Wanted(username="system:node:n1"), LIST)
    assert acting.mode == "associated-node"
    assert acting.identity is not None
    assert acting.identity.groups == ("system:nodes", "system:authenticated")
    assert not judged.impersonates(here, Wanted(username="system:node:n2"), LIST).allowed
    assert not judged.impersonates(Identity(username=name), Wanted(username="system:node:n1"), LIST).allowed
