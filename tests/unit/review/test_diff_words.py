"""The access diff in words: what a reviewer reads, marked where it matters, and silent where nothing changes."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from eks_access import compile_plan
from eks_access.declaration.kinds import AuthenticationMode
from eks_access.review.declared import state_of_plan
from eks_access.review.diff import AccessDiff, Change, FactKind, SubjectKind, diff_access
from eks_access.review.diff.lines import changed_lines
from eks_access.review.diff.stored import read_stored_access, stored_access
from eks_access.review.diff.summary import headline, ordered, remarks, summary_lines, told
from eks_access.review.state import AccessState
from hypothesis import given

from ...plans import every_kind, plan_of, prod, small
from ..declarations import raw_declarations

RELEASER = {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "patch"]}
BASE: dict[str, Any] = {
    "namespaces": {"payments": {}, "billing": {}},
    "people": {
        "hanako": {"iamUser": {}},
        "taro": {"iamUser": {}},
        "sato": {"iamUser": {}},
        "deployer": {"iamRole": "arn:aws:iam::111122223333:role/ci/deployer"},
    },
    "teams": {"payments": {"members": ["hanako", "taro"], "assumeRole": {"mfa": True}}},
    "roles": {"releaser": {"rules": [RELEASER]}},
    "grants": [{"team": "payments", "role": "releaser", "namespaces": ["payments"]}],
    "nodeGroups": {"general": {"kind": "managed", "instanceTypes": ["m"]}},
    "admins": {"people": ["sato"]},
    "cluster": {"authenticationMode": "API_AND_CONFIG_MAP"},
}


def state(**parts: Any) -> AccessState:
    return state_of_plan(plan_of(small(**{**copy.deepcopy(BASE), **parts})))


def changed(**parts: Any) -> AccessDiff:
    return diff_access(state(), state(**parts))


def rule(*verbs: str, resources: tuple[str, ...] = ("pods",), group: str = "") -> dict[str, Any]:
    return {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}


def releaser(*more: dict[str, Any]) -> dict[str, Any]:
    return {"releaser": {"rules": [RELEASER, *more]}}


def the(diff: AccessDiff, name: str) -> Change:
    found = diff.of(name)
    assert found is not None, f"nothing changes for {name}"
    return found


def test_what_is_gained_is_said_with_place_and_path() -> None:
    diff = changed(roles=releaser(rule("delete")))

    for person in ("hanako", "taro"):
        assert told(the(diff, person)).gains == ("delete pods in payments (through team payments, role releaser)",)
        assert not the(diff, person).loses
    assert diff.of("sato") is None
    assert "nobody loses cluster admin" in remarks(diff)
    assert "node role managed unchanged" in remarks(diff)


def test_only_what_is_new_is_said() -> None:
    diff = changed(roles=releaser(rule("get", "patch", "delete", resources=("deployments",), group="apps")))

    assert told(the(diff, "taro")).gains[0].startswith("delete deployments in payments")


def test_of_several_api_groups_those_are_said_that_have_the_resource() -> None:
    several = rule("list", resources=("pods", "deployments")) | {"apiGroups": ["", "apps", "extensions"]}

    (gains,) = told(the(changed(roles=releaser(several)), "taro")).gains
    assert gains.startswith("list deployments, pods in payments")


def test_what_no_namespace_has_is_not_said_to_be_gained_in_one() -> None:
    beside = rule("list", resources=("pods", "nodes", "namespaces"))
    alone = rule("list", resources=("nodes", "persistentvolumes"))

    (gains,) = told(the(changed(roles=releaser(beside)), "taro")).gains
    assert gains.startswith("list pods in payments")
    (gains,) = told(the(changed(roles=releaser(alone)), "taro")).gains
    assert gains.startswith("list nodes, persistentvolumes (of no use: they live in no namespace) in payments")


def test_what_no_namespace_has_is_gained_in_the_whole_cluster() -> None:
    nodes = {"watcher": {"rules": [rule("list", resources=("nodes",))]}}
    wide = {"team": "payments", "role": "watcher", "clusterWide": True}

    (gains,) = told(the(changed(roles=releaser() | nodes, grants=[*BASE["grants"], wide]), "taro")).gains
    assert gains == "list nodes in the whole cluster (through team payments, role watcher)"


@pytest.mark.parametrize(
    ("gained", "mark"),
    [
        (rule("get", resources=("secrets",)), "secrets"),
        (rule("create", resources=("pods/exec",)), "exec"),
        (rule("get", resources=("pods/portforward",)), "exec"),
        (rule("*"), "wildcard"),
        (rule("get", resources=("*",)), "secrets"),
        (rule("impersonate", resources=("users",)), "impersonate"),
        (rule("bind", resources=("clusterroles",), group="rbac.authorization.k8s.io"), "bind or escalate"),
        (rule("get", resources=("nodes/proxy",)), "nodes/proxy"),
        (rule("create", resources=("serviceaccounts/token",)), "service account tokens"),
        (rule("create", resources=("rolebindings",), group="rbac.authorization.k8s.io"), "writes roles or bindings"),
    ],
)
def test_what_leads_to_more_is_marked(gained: dict[str, Any], mark: str) -> None:
    diff = changed(roles=releaser(gained))

    assert mark in told(the(diff, "taro")).marks
    assert not told(the(diff_access(state(roles=releaser(gained)), state()), "taro")).marks


@pytest.mark.parametrize("gained", [rule("get"), rule("list", resources=("configmaps", "pods/log")), rule("delete")])
def test_ordinary_rights_are_not_marked(gained: dict[str, Any]) -> None:
    assert not told(the(changed(roles=releaser(gained)), "taro")).marks


def test_an_admin_who_comes_is_on_top_and_one_who_goes_is_named() -> None:
    diff = changed(admins={"people": ["taro"]}, roles=releaser(rule("delete")))

    first, *_ = ordered(diff)
    assert first.name == "taro"
    assert told(first).marks == ("cluster admin",)
    assert "becomes cluster admin" in told(first).facts
    assert any(gain.startswith("everything") and "in the whole cluster" in gain for gain in told(first).gains)
    assert "is no longer cluster admin" in told(the(diff, "sato")).facts
    assert "can no longer enter" in told(the(diff, "sato")).facts
    assert "nobody loses cluster admin" not in remarks(diff)


def test_mfa_that_is_no_longer_asked_is_a_change() -> None:
    diff = changed(teams={"payments": {"members": ["hanako", "taro"], "assumeRole": {"mfa": False}}})

    assert not diff.empty
    assert told(the(diff, "taro")).facts == ("MFA is no longer asked",)
    assert not the(diff, "taro").gains


def test_break_glass_is_told_of_who_gets_it() -> None:
    diff = changed(admins={"people": ["sato"], "breakGlass": {"trustedBy": ["hanako"], "mfa": True}})

    assert "may use break-glass now" in told(the(diff, "hanako")).facts
    assert {"cluster admin", "break-glass"} <= set(told(the(diff, "hanako")).marks)


def test_another_principal_behind_the_same_name_is_a_change() -> None:
    other = {**BASE["people"], "sato": {"iamRole": "arn:aws:iam::111122223333:role/somebody-else"}}
    diff = changed(people=other)

    fact = the(diff, "sato").fact(FactKind.PRINCIPAL)
    assert fact is not None
    assert fact.new == ("arn:aws:iam::111122223333:role/somebody-else",)
    assert not diff.empty


@pytest.mark.parametrize(
    "renamed",
    [
        {
            "roles": {"deployer": BASE["roles"]["releaser"]},
            "grants": [{"team": "payments", "role": "deployer", "namespaces": ["payments"]}],
        },
        {
            "teams": {"pay": BASE["teams"]["payments"]},
            "grants": [{"team": "pay", "role": "releaser", "namespaces": ["payments"]}],
        },
    ],
    ids=["role", "team"],
)
def test_another_name_for_the_same_is_no_effective_change_and_is_named(renamed: dict[str, Any]) -> None:
    old, new = state(), state(**renamed)
    diff = diff_access(old, new)

    assert diff.empty
    assert headline(diff) == "no effective change"
    assert old != new
    assert changed_lines(old, new).renamed or diff.renamed


def test_a_person_of_another_name_with_the_same_principal_is_the_same() -> None:
    role = {"iamRole": "arn:aws:iam::111122223333:role/people/emi"}
    old = state(people={**BASE["people"], "emi": role}, admins={"people": ["sato", "emi"]})
    new = state(people={**BASE["people"], "emiko": role}, admins={"people": ["sato", "emiko"]})
    diff = diff_access(old, new)

    assert diff.empty
    fact = the(diff, "emiko").fact(FactKind.CALLED)
    assert fact is not None
    assert (fact.old, fact.new) == (("emi",), ("emiko",))


def test_a_kept_line_that_becomes_a_person_keeps_its_rights() -> None:
    arn = "arn:aws:iam::111122223333:user/emi"
    line = {"userarn": arn, "username": "emi", "groups": ["eks-access:admins"]}
    kept = state(keep={"mapUsers": [line]}, cluster={"authenticationMode": "CONFIG_MAP"})
    people = {**BASE["people"], "emi": {"iamUser": {}}}
    moved = state(people=people, admins={"people": ["sato", "emi"]}, cluster={"authenticationMode": "CONFIG_MAP"})

    assert diff_access(kept, moved).empty
    dropped = diff_access(kept, state(cluster={"authenticationMode": "CONFIG_MAP"}))
    assert [(change.kind, change.name) for change in dropped.effective] == [(SubjectKind.PRINCIPAL, arn)]
    assert "is no longer cluster admin" in told(the(dropped, arn)).facts


def test_a_node_role_that_nobody_maps_any_more_is_told() -> None:
    diff = changed(nodeGroups={})

    assert told(the(diff, "managed")).who == "node role managed"
    assert "can no longer join" in told(the(diff, "managed")).facts


@pytest.mark.parametrize("made", [every_kind, prod])
def test_people_and_nodes_have_the_same_rights_in_both_modes_with_entries(made: Any) -> None:
    both, entries = (
        state_of_plan(compile_plan(made(AuthenticationMode(mode)))) for mode in ("API_AND_CONFIG_MAP", "API")
    )

    assert diff_access(both, entries).empty


def test_the_step_to_entries_changes_no_person_and_no_node_but_fargate() -> None:
    """In aws-auth Fargate carries system:node-proxier as well, which EKS's own entry doesn't have."""
    old, new = (
        state_of_plan(compile_plan(every_kind(AuthenticationMode(mode))))
        for mode in ("CONFIG_MAP", "API_AND_CONFIG_MAP")
    )
    changed_ones = {change.name for change in diff_access(old, new).effective if change.name in old.node_roles}

    assert changed_ones == {"fargate"}
    assert {change.kind for change in diff_access(old, new).effective} == {SubjectKind.NODE}


def test_a_group_that_is_bound_and_nobody_carries_is_told_by_itself() -> None:
    metrics = [{"serviceAccount": "monitoring/prometheus", "kubelets": True}]
    diff = changed(metricsReaders=metrics)

    assert [(change.kind, change.name) for change in diff.effective] == [
        (SubjectKind.SERVICE_ACCOUNT, "monitoring/prometheus")
    ]


def test_a_log_is_short_however_much_changes() -> None:
    crowd: dict[str, Any] = {f"person{number}": {"iamUser": {}} for number in range(60)}
    many = {**BASE["people"], **crowd}
    lines = list(summary_lines(changed(people=many, admins={"people": ["sato", *crowd]})))

    assert "and 40 more" in lines
    assert len(lines) < 30


@given(raw_declarations())
def test_what_an_update_keeps_is_read_again_as_it_was(raw: dict[str, Any]) -> None:
    plan = plan_of(raw)
    again = read_stored_access(stored_access(plan))

    assert again is not None
    assert diff_access(again, state_of_plan(plan)).changes == ()
    assert stored_access(plan) == stored_access(plan_of(raw))


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", "{}", '{"format": 1}', '{"format": 2}', 7, '{"format": 1, "mode": 3}']
)
def test_what_is_not_kept_by_this_version_is_not_read(text: object) -> None:
    assert read_stored_access(text) is None
