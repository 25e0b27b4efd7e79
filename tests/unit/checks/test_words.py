"""Near misses of RBAC, and the ARNs that are no principals: what each is told."""

from __future__ import annotations

from typing import Any

import pytest
from eks_access.checks import find_problems, find_state_problems
from eks_access.errors import Problem
from eks_access.iam.principal_arns import arn_fault
from eks_access.review.dumps import state_of_documents

from ...plans import plan_of, small


def found(rule: dict[str, Any], version: str = "1.33") -> list[Problem]:
    grants = [{"person": "chie", "role": "r", "clusterWide": True}]
    plan = plan_of(small(cluster={"version": version}, roles={"r": {"rules": [rule]}}, grants=grants))
    return [problem for problem in find_problems(plan) if problem.check in ("EA613", "EA614")]


@pytest.mark.parametrize(
    ("group", "resource", "hint"),
    [
        ("", "deployments", 'did you mean deployments of the API group "apps"?'),
        ("", "deployment", 'did you mean deployments of the API group "apps"?'),
        ("apps", "deployment", "did you mean deployments of"),
        ("apps", "Deployment", "did you mean deployments of"),
        ("apps", "deploy", "did you mean deployments of"),
        ("", "pod", "did you mean pods of"),
        ("", "pods/logs", "did you mean pods/log?"),
        ("apps", "depolyments", "did you mean deployments of"),
        ("", "pods/*", "each subresource that is meant"),
        ("", "*/*", "write `*`"),
        ("apps", "deployments/exec", "scale"),
        ("extensions", "ingresses", 'did you mean ingresses of the API group "networking.k8s.io"?'),
        ("policy", "podsecuritypolicies", "since 1.25"),
        ("app", "deployments", "did you mean apps?"),
        ("apps/v1", "deployments", "write apps"),
        ("core", "pods", 'write ""'),
        ("batch", "jobs/state", "did you mean jobs/status?"),
        ("rbac.authorization.k8s.io", "clusterrole", "did you mean clusterroles of"),
    ],
)
def test_a_near_miss_is_told_with_what_was_meant(group: str, resource: str, hint: str) -> None:
    problems = found({"apiGroups": [group], "resources": [resource], "verbs": ["get"]})

    assert any(hint in f"{problem.rule} {problem.fix}" for problem in problems), [str(each) for each in problems]


@pytest.mark.parametrize(
    ("groups", "resources"),
    [
        ([""], ["pods", "pods/log", "nodes/metrics", "serviceaccounts/token"]),
        (["", "apps"], ["pods", "deployments"]),
        (["cert-manager.io"], ["certificates"]),
        (["metrics.k8s.io"], ["pods", "nodes"]),
        (["apps", "argoproj.io"], ["rollouts"]),
        (["apps"], ["*/scale", "*"]),
        (["*"], ["deployments"]),
        (["certificates.k8s.io"], ["signers"]),
        (["authentication.k8s.io"], ["userextras/scopes"]),
        (["extensions", "networking.k8s.io"], ["ingresses", "ingresses/status"]),
        (["apps"], ["deployments/finalizers"]),
    ],
)
def test_what_a_cluster_may_have_is_left_alone(groups: list[str], resources: list[str]) -> None:
    assert found({"apiGroups": groups, "resources": resources, "verbs": ["get"]}) == []


@pytest.mark.parametrize(
    ("group", "resource", "since"),
    [("networking.k8s.io", "servicecidrs", "1.33"), ("resource.k8s.io", "resourceclaims", "1.33")],
)
def test_what_came_with_a_later_kubernetes_is_unknown_to_an_earlier_one(group: str, resource: str, since: str) -> None:
    rule = {"apiGroups": [group], "resources": [resource], "verbs": ["get"]}

    (problem,) = found(rule, "1.32")
    assert f"comes with {since}" in problem.rule
    assert found(rule, since) == []


def test_a_role_of_somebody_else_is_held_to_the_rules_of_form_that_a_declared_one_is() -> None:
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "theirs", "namespace": "default"},
        "rules": [
            {"apiGroups": [""], "resources": ["pods"], "verbs": ["lsit", "*"]},
            {"apiGroups": ["v1"], "resources": ["pods"], "verbs": ["get"]},
            {"nonResourceURLs": ["metrics"], "verbs": ["get"]},
            {"resources": ["pods"], "verbs": ["get"]},
        ],
    }

    problems = find_state_problems(state_of_documents([role]))
    assert {problem.check for problem in problems} == {"EA602", "EA603", "EA606", "EA613", "EA614"}
    assert {problem.path for problem in problems} == {"Role default/theirs"}


@pytest.mark.parametrize(
    ("arn", "check"),
    [
        ("arn:aws:iam::111122223333:role/x", None),
        ("arn:aws:iam::111122223333:role/path/to/x", None),
        ("arn:aws:iam::111122223333:user/x", None),
        ("arn:aws:iam::111122223333:role/service-role/x", None),
        ("arn:aws:iam::111122223333:user/aws-service-role/x", None),
        ("arn:aws:iam::111122223333:role/*", "EA504"),
        ("arn:aws:iam::111122223333:role/dev-?", "EA504"),
        ("arn:aws:iam::*:role/x", "EA504"),
        ("arn:aws:iam::111122223333:root", "EA504"),
        ("arn:aws:iam::111122223333:group/x", "EA504"),
        ("arn:aws:iam::111122223333:instance-profile/x", "EA504"),
        ("arn:aws:sts::111122223333:assumed-role/x/y", "EA504"),
        ("arn:aws:sts::111122223333:federated-user/x", "EA504"),
        ("arn:aws:iam::1234:role/x", "EA504"),
        ("arn:aws:iam:eu-west-1:111122223333:role/x", "EA504"),
        ("arn:aws:iam::111122223333:role/", "EA504"),
        ("arn:aws:iam::111122223333:role/" + "x" * 65, "EA504"),
        ("111122223333", "EA504"),
        ("*", "EA504"),
        ("", "EA504"),
        ("arn:amazon:iam::111122223333:role/x", "EA505"),
        ("arn:aws-us-gov:iam::111122223333:role/x", "EA505"),
        ("arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/x", "EA507"),
        ("arn:aws:iam::111122223333:role/AWSReservedSSO_Ops_*", "EA504"),
        ("arn:aws:iam::111122223333:role/AWSReservedSSO_Ops_0123", "EA509"),
        ("arn:aws:iam::111122223333:role/AWSReservedSSO_Ops_0123456789abcdef", None),
    ],
)
def test_an_arn_that_is_no_principal_is_told_which_rule_it_breaks(arn: str, check: str | None) -> None:
    fault = arn_fault(arn, "aws")

    assert (fault.check if fault else None) == check
    assert fault is None or (fault.rule and fault.fix)


def outside(rule: dict[str, Any], *namespaces: str) -> list[Problem]:
    grants = [{"person": "chie", "role": "r", "namespaces": list(namespaces)}]
    declared = small(namespaces={name: {} for name in namespaces}, roles={"r": {"rules": [rule]}}, grants=grants)
    return [problem for problem in find_problems(plan_of(declared)) if problem.check == "EA618"]


@pytest.mark.parametrize(
    ("groups", "resources", "verbs", "said"),
    [
        ([""], ["pods", "nodes"], ["get"], "nodes"),
        ([""], ["nodes/proxy", "persistentvolumes"], ["get"], "nodes/proxy, persistentvolumes"),
        ([""], ["namespaces"], ["list", "watch"], "namespaces"),
        (["rbac.authorization.k8s.io"], ["clusterroles"], ["get", "create"], "clusterroles"),
        ([""], ["users", "serviceaccounts"], ["impersonate"], "users"),
        (["", "apps"], ["nodes", "deployments"], ["*"], "nodes"),
        ([""], ["namespaces"], ["get", "list"], None),
        (["rbac.authorization.k8s.io"], ["clusterroles"], ["bind"], None),
        (["example.org"], ["nodes"], ["get"], None),
        (["", "example.org"], ["nodes"], ["get"], None),
        (["*"], ["nodes"], ["get"], None),
        ([""], ["*"], ["get"], None),
    ],
)
def test_a_role_that_names_what_lives_in_no_namespace_is_told_so(
    groups: list[str], resources: list[str], verbs: list[str], said: str | None
) -> None:
    found = outside({"apiGroups": groups, "resources": resources, "verbs": verbs}, "payments")

    assert [problem.value for problem in found] == ([said] if said else [])


def test_a_role_that_is_granted_in_many_namespaces_is_told_once() -> None:
    found = outside({"apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]}, "east", "west", "north")

    assert [problem.path for problem in found] == ["roles.r"]
