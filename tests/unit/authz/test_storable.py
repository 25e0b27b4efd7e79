"""What the API server would refuse grants nothing, however a manifest reads.

The rules are those of k8s.io/kubernetes pkg/apis/rbac/validation, held against the real API server once.
"""

from __future__ import annotations

from typing import Any

import pytest
from eks_access.authz.model import RbacObjects
from eks_access.authz.reading import read_objects
from eks_access.review.access_review import AccessReview
from eks_access.review.applying import applied
from eks_access.review.asking import question
from eks_access.review.dumps import state_of_documents

RBAC = "rbac.authorization.k8s.io"
API = f"{RBAC}/v1"
PODS = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
BOTH = {**PODS, "nonResourceURLs": ["/metrics"]}


def gathers(operator: str, *values: str) -> dict[str, Any]:
    expression = {"key": "a", "operator": operator, "values": list(values)}
    return {"clusterRoleSelectors": [{"matchExpressions": [expression]}]}


TARO = {"kind": "User", "name": "taro"}


def role(*rules: dict[str, Any], kind: str = "ClusterRole", name: str = "r", **more: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "east" if kind == "Role" else None, **more.pop("metadata", {})}
    return {"apiVersion": API, "kind": kind, "metadata": metadata, "rules": list(rules), **more}


def binding(
    *subjects: dict[str, Any], kind: str = "ClusterRoleBinding", to: str = "ClusterRole", name: str = "b", of: str = "r"
) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "east" if kind == "RoleBinding" else None}
    reference = {"kind": to, "name": of}
    return {"apiVersion": API, "kind": kind, "metadata": metadata, "roleRef": reference, "subjects": list(subjects)}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        *(
            (
                role({key: PODS[key] for key in keys} | {"nonResourceURLs": ["/metrics"], "verbs": ["get"]}),
                "rules[0].nonResourceURLs: rules cannot apply to both regular resources and non-resource URLs",
            )
            for keys in (("apiGroups", "resources"), ("apiGroups",), ("resources",))
        ),
        (role(PODS, {**PODS, "verbs": []}), "rules[1].verbs: verbs must contain at least one value"),
        (role({**PODS, "apiGroups": []}), "rules[0].apiGroups: resource rules must supply at least one api group"),
        (role({**PODS, "resources": None}), "rules[0].resources: resource rules must supply at least one resource"),
        (
            role({"nonResourceURLs": ["/metrics"], "verbs": ["get"]}, kind="Role"),
            "rules[0].nonResourceURLs: namespaced rules cannot apply to non-resource URLs",
        ),
        *(
            (role(PODS, name=name), "metadata.name: a name is neither '.' nor '..' and has no '/' and no '%'")
            for name in ("a/b", "a%b", ".", "..")
        ),
        (
            role({**PODS, "verbs": []}, aggregationRule=gathers("Exists")),
            "rules[0].verbs: verbs must contain at least one value",
        ),
        (role(aggregationRule={}), "aggregationRule.clusterRoleSelectors: an aggregationRule has at least one"),
        *(
            (
                role(aggregationRule=gathers(*odd)),
                f"aggregationRule: {odd[0]} is no operator, or has values where it must not",
            )
            for odd in (("Like", "b"), ("In",), ("NotIn",), ("Exists", "b"), ("DoesNotExist", "b"))
        ),
        (binding(TARO, to="Role"), "roleRef.kind: Role is none of ClusterRole"),
        (binding(TARO, kind="RoleBinding", to="Group"), "roleRef.kind: Group is none of Role, ClusterRole"),
        (binding(TARO, of="a%b"), "roleRef.name: a role's name is neither '.' nor '..' and has no '/' and no '%'"),
        (
            binding(TARO, {"kind": "Robot", "name": "x"}),
            "subjects[1].kind: Robot is none of User, Group, ServiceAccount",
        ),
        (
            binding({"kind": "ServiceAccount", "name": "ci", "namespace": "east", "apiGroup": RBAC}),
            f"subjects[0].apiGroup: {RBAC} is not the one of a ServiceAccount",
        ),
        (binding({**TARO, "apiGroup": "v1"}), "subjects[0].apiGroup: v1 is not the one of a User"),
        (
            {**binding(TARO), "roleRef": {"apiGroup": API, "kind": "ClusterRole", "name": "r"}},
            f"roleRef.apiGroup: {API} is not {RBAC}",
        ),
        (binding({"kind": "Group", "name": ""}), "subjects[0].name: a subject has a name"),
        (
            binding({"kind": "ServiceAccount", "name": "ci"}),
            "subjects[0].namespace: a ClusterRoleBinding names a ServiceAccount's namespace",
        ),
        (
            binding({"kind": "ServiceAccount", "name": "a" * 254, "namespace": "east"}),
            "subjects[0].name: a ServiceAccount's name is lower-case letters, digits, '-' and '.'",
        ),
        (
            binding({"kind": "ServiceAccount", "name": "CI", "namespace": "east"}),
            "subjects[0].name: a ServiceAccount's name is lower-case letters, digits, '-' and '.'",
        ),
    ],
)
def test_what_the_api_server_refuses_does_not_count_and_is_told(document: dict[str, Any], said: str) -> None:
    course = applied(read_objects([document]), RbacObjects())

    assert course.objects.roles == course.objects.bindings == ()
    (told,) = course.notices
    assert told.endswith(f"so it does not count: {said}")


@pytest.mark.parametrize(
    "document",
    [
        role(PODS, {"nonResourceURLs": ["/metrics"], "verbs": ["get"]}),
        role(name="system:Odd Name"),
        *(
            role(aggregationRule=gathers(*sound))
            for sound in (("In", "b"), ("NotIn", "b"), ("Exists",), ("DoesNotExist",))
        ),
        binding(),
        binding({"kind": "User", "name": "Anybody At All", "apiGroup": RBAC}),
        binding({"kind": "ServiceAccount", "name": "ci"}, kind="RoleBinding", to="Role"),
        binding({"kind": "ServiceAccount", "name": "a" * 253, "namespace": "east"}),
    ],
)
def test_what_the_api_server_takes_counts(document: dict[str, Any]) -> None:
    objects = read_objects([document])

    course = applied(objects, RbacObjects())
    assert (course.objects, course.notices) == (objects, ())


def test_a_rule_about_pods_and_metrics_at_once_lets_nobody_see_either() -> None:
    review = AccessReview(state_of_documents([role(BOTH), binding(TARO)]))

    assert not review.can("user:taro", question("get", "/metrics").request).allowed
    assert not review.can("user:taro", question("get", "pods", namespace="east").request).allowed
    assert any("the API server refuses ClusterRole r" in notice for notice in review.state.notices)


def test_of_a_refused_role_no_rule_gets_into_the_aggregated_one_that_would_gather_it() -> None:
    labels = {"labels": {"rbac.authorization.k8s.io/aggregate-to-view": "true"}}
    secrets = {**PODS, "resources": ["secrets"]}
    documents = [role(secrets, BOTH, metadata=labels), binding(TARO, of="view")]
    review = AccessReview(state_of_documents(documents, version="1.36"))

    assert review.can("user:taro", question("list", "configmaps", namespace="east").request).allowed
    assert not review.can("user:taro", question("get", "secrets", namespace="east").request).allowed
    assert not review.can("user:taro", question("get", "/metrics").request).allowed
