"""Bindings, aggregation, escalation and impersonation, on clusters small enough to read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eks_access.authz.aggregation import aggregate, selects
from eks_access.authz.authorizer import Authorizer
from eks_access.authz.impersonation import Wanted
from eks_access.authz.messages import forbidden
from eks_access.authz.model import (
    BindingSubject,
    Identity,
    RbacObjects,
    Request,
    Requirement,
    Role,
    RoleBinding,
    Selector,
)
from eks_access.plan.model import RbacRule

READ = RbacRule(verbs=("get", "list"), api_groups=("",), resources=("pods",))
EVERYTHING = RbacRule(verbs=("*",), api_groups=("*",), resources=("*",))
HANAKO = Identity(username="hanako", groups=("devs", "system:authenticated"))
LIST = Request(verb="list", resource="pods", namespace="payments")


def cluster(*objects: Role | RoleBinding, minor: str | None = None) -> Authorizer:
    roles = tuple(each for each in objects if isinstance(each, Role))
    bindings = tuple(each for each in objects if isinstance(each, RoleBinding))
    return Authorizer(aggregate(RbacObjects(roles=roles, bindings=bindings)), minor=minor)


def role(name: str, *rules: RbacRule, namespace: str | None = None, **more: object) -> Role:
    return Role(name=name, namespace=namespace, rules=rules, **more)  # type: ignore[arg-type]


def bind(role_name: str, kind: str, who: str, *, namespace: str | None = None, role_kind: str = "ClusterRole",
         subject_namespace: str = "", name: str = "b") -> RoleBinding:  # fmt: skip
    subject = BindingSubject(kind=kind, name=who, namespace=subject_namespace)
    return RoleBinding(name=name, namespace=namespace, role_kind=role_kind, role_name=role_name, subjects=(subject,))


def test_a_group_s_binding_allows_and_says_through_what() -> None:
    decision = cluster(role("reader", READ), bind("reader", "Group", "devs", namespace="payments")).decide(HANAKO, LIST)

    assert decision.allowed
    assert decision.reason == 'RBAC: allowed by RoleBinding "b/payments" of ClusterRole "reader" to Group "devs"'


def test_a_role_binding_reaches_neither_other_namespaces_nor_the_whole_cluster() -> None:
    judge = cluster(role("reader", READ), bind("reader", "Group", "devs", namespace="payments"))

    assert not judge.allows(HANAKO, Request(verb="list", resource="pods", namespace="search"))
    assert not judge.allows(HANAKO, Request(verb="list", resource="pods"))


def test_two_roles_of_one_name_in_two_namespaces_are_two() -> None:
    judge = cluster(
        *(role("own", rule, namespace=ns) for ns, rule in (("payments", READ), ("search", EVERYTHING))),
        *(bind("own", "Group", "devs", namespace=ns, role_kind="Role") for ns in ("payments", "search")),
    )
    deletes = (Request(verb="delete", resource="pods", namespace=ns) for ns in ("payments", "search", "payments"))

    assert [judge.allows(HANAKO, request) for request in deletes] == [False, True, False]
    assert judge.allows(HANAKO, LIST)


def test_a_missing_role_is_told_and_other_bindings_still_count() -> None:
    gone = bind("gone", "Group", "devs", name="first")
    judge = cluster(role("reader", READ), gone, bind("reader", "User", "hanako", namespace="payments", name="second"))

    assert judge.decide(HANAKO, LIST).allowed
    assert judge.decide(HANAKO, LIST).errors == ('clusterrole.rbac.authorization.k8s.io "gone" not found',)
    refused = judge.decide(HANAKO, Request(verb="delete", resource="pods", namespace="payments"))
    assert refused.reason == 'RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found'
    assert refused.errors == ('clusterrole.rbac.authorization.k8s.io "gone" not found',)
    assert forbidden(HANAKO, Request(verb="delete", resource="pods", namespace="payments"), refused.reason) == (
        'Error from server (Forbidden): pods is forbidden: User "hanako" cannot delete resource "pods" in API group '
        '"" in the namespace "payments": RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found'
    )


@pytest.mark.parametrize(
    ("what", "binding", "allowed"),
    [
        ("its own namespace by default", bind("reader", "ServiceAccount", "ci", namespace="payments"), True),
        ("the namespace that is written", bind(
            "reader", "ServiceAccount", "ci", namespace="payments", subject_namespace="payments"), True),
        ("nobody, cluster-wide without a namespace", bind("reader", "ServiceAccount", "ci"), False),
        ("the account by its user name", bind("reader", "User", "system:serviceaccount:payments:ci"), True),
        ("nobody, by a star", bind("reader", "User", "*"), False),
        ("nobody, by an unknown kind", bind("reader", "Everyone", "ci"), False),
        ("all accounts of the namespace", bind("reader", "Group", "system:serviceaccounts:payments"), True),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_service_account_is_bound_by(what: str, binding: RoleBinding, allowed: bool) -> None:
    account = Identity(
        username="system:serviceaccount:payments:ci",
        groups=("system:serviceaccounts", "system:serviceaccounts:payments", "system:authenticated"),
    )

    assert cluster(role("reader", READ), binding).allows(account, LIST) is allowed


def test_masters_may_everything_without_a_binding() -> None:
    boss = Identity(username="boss", groups=("system:masters",))

    assert cluster().decide(boss, Request(verb="escalate", resource="clusterroles")).allowed
    for written in (role("r", EVERYTHING), bind("gone", "User", "taro")):
        escalation = cluster().escalates(boss, written)
        assert (escalation.allowed, escalation.because) == (True, "system:masters")


def test_what_is_aggregated_twice_over_reaches_the_top() -> None:
    def on(label: str) -> dict[str, str]:
        return {label: "true"}

    judge = cluster(
        role("top", labels={}, aggregation=(Selector(labels=on("to-top")),)),
        role("middle", labels=on("to-top"), aggregation=(Selector(labels=on("to-middle")),)),
        role("bottom", READ, labels=on("to-middle")),
        bind("top", "Group", "devs"),
    )

    assert judge.allows(HANAKO, LIST)


@pytest.mark.parametrize(
    ("operator", "values", "chosen"),
    [
        ("In", ("x", "y"), {"x"}),
        ("NotIn", ("x", "y"), {"z", "none"}),
        ("Exists", (), {"x", "z"}),
        ("DoesNotExist", (), {"none"}),
    ],
)
def test_labels_are_chosen_by(operator: str, values: tuple[str, ...], chosen: set[str]) -> None:
    requirement = Requirement(key="team", operator=operator, values=values)
    labels = {"x": {"team": "x"}, "z": {"team": "z"}, "none": {"other": "x"}}

    assert {name for name, each in labels.items() if selects(Selector(expressions=(requirement,)), each)} == chosen
    both = Selector(labels={"team": "x"}, expressions=(requirement,))
    assert {name for name, each in labels.items() if selects(both, each)} == chosen & {"x"}


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (Request(verb="get", path='/a"b'), r'forbidden: User "hanako" cannot get path "/a\"b": why'),
        (
            Request(verb="get", resource="deployments", subresource="scale", api_group="apps", name="x"),
            'deployments.apps "x" is forbidden: User "hanako" cannot get resource "deployments/scale" in API group '
            '"apps" at the cluster scope: why',
        ),
    ],
)
def test_a_refusal_reads_as_kubectl_shows_it(request_: Request, said: str) -> None:
    assert forbidden(HANAKO, request_, "why") == f"Error from server (Forbidden): {said}"
    assert forbidden(HANAKO, request_) == f"Error from server (Forbidden): {said.removesuffix(': why')}"


WRITER = RbacRule(
    verbs=("create",), api_groups=("rbac.authorization.k8s.io",), resources=("roles", "rolebindings", "clusterroles")
)


def test_nobody_grants_what_they_do_not_hold() -> None:
    judge = cluster(role("writer", WRITER), role("reader", READ), bind("writer", "Group", "devs"))

    refused = judge.escalates(HANAKO, bind("reader", "User", "taro", namespace="payments"))
    assert not refused.allowed
    assert refused.because == (
        'user "hanako" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently '
        'held:\n{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}'
    )


def test_who_holds_it_or_may_bind_it_grants_it() -> None:
    binder = RbacRule(
        verbs=("bind",), api_groups=("rbac.authorization.k8s.io",), resources=("clusterroles",),
        resource_names=("reader",),
    )  # fmt: skip
    wanted = bind("reader", "User", "taro", namespace="payments")

    holder = cluster(role("reader", READ), bind("reader", "Group", "devs"))
    assert holder.escalates(HANAKO, wanted).because == "covered"
    allowed = cluster(role("reader", READ), role("binder", binder), bind("binder", "Group", "devs"))
    assert allowed.escalates(HANAKO, wanted).because == "bind"


def test_who_holds_it_in_a_namespace_grants_it_there_alone() -> None:
    judge = cluster(role("reader", READ), bind("reader", "Group", "devs", namespace="payments"))

    for namespace, allowed in (("payments", True), ("search", False), (None, False)):
        assert judge.escalates(HANAKO, role("new", READ, namespace=namespace)).allowed is allowed
        assert judge.escalates(HANAKO, bind("reader", "User", "taro", namespace=namespace)).allowed is allowed


def test_leave_to_escalate_the_roles_of_a_namespace_is_for_those_alone() -> None:
    rule = RbacRule(verbs=("escalate",), api_groups=("rbac.authorization.k8s.io",), resources=("roles",))
    judge = cluster(role("climber", rule), bind("climber", "Group", "devs", namespace="payments"))

    for namespace, allowed in (("payments", True), ("search", False), (None, False)):
        assert judge.escalates(HANAKO, role("new", EVERYTHING, namespace=namespace)).allowed is allowed


def test_a_binding_to_a_role_that_is_not_there_is_not_found() -> None:
    assert cluster().escalates(HANAKO, bind("gone", "User", "taro")).not_found


def test_escalate_on_named_roles_helps_an_update_and_no_create() -> None:
    named = RbacRule(
        verbs=("escalate",), api_groups=("rbac.authorization.k8s.io",), resources=("clusterroles",),
        resource_names=("r",),
    )  # fmt: skip
    judge = cluster(role("editor", named), bind("editor", "Group", "devs"))
    written = role("r", EVERYTHING)

    assert not judge.escalates(HANAKO, written).allowed
    assert judge.escalates(HANAKO, written, update=role("r")).allowed


def test_an_aggregation_rule_takes_a_cluster_admin() -> None:
    gathering = role("all", aggregation=(Selector(),))

    refused = cluster().escalates(HANAKO, gathering)
    assert refused.because == "must have cluster-admin privileges to use the aggregationRule"
    urls = RbacRule(verbs=("*",), non_resource_urls=("*",))
    for rules, allowed in (((EVERYTHING, urls), True), ((urls,), False)):
        judge = cluster(role("admin", *rules), bind("admin", "Group", "devs"))
        assert judge.escalates(HANAKO, gathering).allowed is allowed
    own = cluster().escalates(HANAKO, replace(gathering, rules=(READ,)))
    assert "is attempting to grant RBAC permissions not currently held" in own.because, "its own rules come first"


IMPERSONATE = RbacRule(verbs=("impersonate",), api_groups=("",), resources=("users", "groups", "serviceaccounts"))


def test_impersonation_asks_for_user_and_each_group_and_then_counts_as_them() -> None:
    judge = cluster(role("actor", IMPERSONATE), role("reader", READ), bind("actor", "Group", "devs"), minor="1.33")

    acting = judge.impersonates(HANAKO, Wanted(username="taro", groups=("ops",)), LIST)
    assert acting.identity is not None
    assert (acting.identity.username, acting.identity.groups) == ("taro", ("ops", "system:authenticated"))
    assert acting.mode == "legacy"


def test_who_may_not_impersonate_is_told_what_lacks() -> None:
    refused = cluster(minor="1.33").impersonates(HANAKO, Wanted(username="system:serviceaccount:a:b"), LIST).refused

    assert refused == Request(verb="impersonate", resource="serviceaccounts", name="b", namespace="a")


ACTING = "authentication.k8s.io"


@pytest.mark.parametrize(
    ("wanted", "group", "lacking"),
    [
        (Wanted(username="taro", groups=("a", "b", "c", "d")), "", Request(verb="", resource="groups", name="a")),
        (Wanted(username="taro", uid="7"), ACTING, Request(verb="", resource="uids", name="7")),
        (
            Wanted(username="taro", extra={"example.org/team": ("x",)}),
            ACTING,
            Request(verb="", resource="userextras", subresource="example.org/team", name="x"),
        ),
    ],
    ids=["groups", "uid", "extra"],
)
def test_each_part_of_who_is_wanted_is_asked_for(wanted: Wanted, group: str, lacking: Request) -> None:
    users = RbacRule(verbs=("impersonate", "impersonate:user-info"), api_groups=("", ACTING), resources=("users",))
    on = RbacRule(verbs=("impersonate-on:user-info:list",), api_groups=("",), resources=("pods",))
    objects = (role("actor", users, on), bind("actor", "Group", "devs"))

    legacy = cluster(*objects, minor="1.35").impersonates(HANAKO, wanted, LIST)
    constrained = cluster(*objects, minor="1.36").impersonates(HANAKO, wanted, LIST)
    assert legacy.refused == replace(lacking, verb="impersonate", api_group=group)
    assert constrained.refused == replace(lacking, verb="impersonate:user-info", api_group=ACTING)


def test_leave_to_be_in_each_of_many_groups_is_legacy_leave_for_all_of_them() -> None:
    named = replace(IMPERSONATE, resource_names=("taro", "a", "b", "c", "d"))
    star = replace(IMPERSONATE, resource_names=("taro", "*"))

    for rule, allowed in ((named, True), (star, False)):
        judge = cluster(role("actor", rule), bind("actor", "Group", "devs"), minor="1.35")
        assert judge.impersonates(HANAKO, Wanted(username="taro", groups=("a", "b", "c", "d")), LIST).allowed is allowed


def test_whoever_acts_as_anonymous_is_not_logged_in() -> None:
    judge = cluster(role("actor", IMPERSONATE), bind("actor", "Group", "devs"), minor="1.35")

    acting = judge.impersonates(HANAKO, Wanted(username="system:anonymous"), LIST)
    assert acting.identity is not None
    assert acting.identity.groups == ("system:unauthenticated",)


def test_an_impersonated_service_account_has_its_groups() -> None:
    judge = cluster(role("actor", IMPERSONATE), bind("actor", "Group", "devs"), minor="1.33")

    acting = judge.impersonates(HANAKO, Wanted(username="system:serviceaccount:a:b"), LIST)
    assert acting.identity is not None
    assert acting.identity.groups == ("system:serviceaccounts", "system:serviceaccounts:a", "system:authenticated")


def test_constrained_impersonation_holds_for_the_request_alone_and_from_1_36_on() -> None:
    rules = (
        RbacRule(verbs=("impersonate:user-info",), api_groups=("authentication.k8s.io",), resources=("users",)),
        RbacRule(verbs=("impersonate-on:user-info:list",), api_groups=("",), resources=("pods",)),
    )
    objects = (role("constrained", *rules), bind("constrained", "Group", "devs"))
    taro, delete = Wanted(username="taro"), Request(verb="delete", resource="pods", namespace="payments")

    assert cluster(*objects, minor="1.36").impersonates(HANAKO, taro, LIST).mode == "user-info"
    assert not cluster(*objects, minor="1.36").impersonates(HANAKO, taro, delete).allowed
    assert not cluster(*objects, minor="1.35").impersonates(HANAKO, taro, LIST).allowed
