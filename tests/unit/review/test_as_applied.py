"""What of RBAC manifests counts is what the API server would make of them; the rest is told."""

from __future__ import annotations

from typing import Any

import pytest
from eks_access.errors import Refused
from eks_access.review.access_review import AccessReview
from eks_access.review.asking import question
from eks_access.review.dumps import state_of_documents

from .manifests import CASES, RULE, binding, counts, role

AWS_AUTH = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "aws-auth", "namespace": "default"}}


def told(*documents: dict[str, Any]) -> str:
    return "\n".join(state_of_documents(documents).notices)


def may(*documents: dict[str, Any]) -> bool:
    asked = question("get", "secrets", namespace="a").request
    return AccessReview(state_of_documents(documents)).can("user:ann", asked).allowed


@pytest.mark.parametrize(("document", "taken"), CASES.values(), ids=CASES)
def test_what_the_api_server_refuses_counts_for_nothing_and_is_told(document: dict[str, Any], taken: bool) -> None:
    assert counts(document) == taken
    assert ("the API server refuses" in told(document)) != taken


def test_a_version_that_is_served_no_more_is_told_with_the_one_to_write() -> None:
    old = role(apiVersion="rbac.authorization.k8s.io/v1beta1")

    assert not may(old, binding())
    assert "so it does not count: apiVersion: rbac.authorization.k8s.io/v1beta1 is not" in told(old)
    assert "rbac.authorization.k8s.io/v1, the only version since Kubernetes 1.22" in told(old)


def test_a_role_of_another_api_is_none_of_rbac_and_nothing_is_said() -> None:
    other = {"apiVersion": "iam.services.k8s.aws/v1alpha1", "kind": "Role", "metadata": {"name": "r", "namespace": "a"}}

    assert "Role" not in told(other, role(), binding())


def test_a_field_that_is_dropped_does_not_narrow_and_that_is_told() -> None:
    wide = role(rules=[{"verbs": ["get"], "apiGroups": [""], "resources": ["secrets"], "resourceName": ["one"]}])
    lost = binding(subject=[{"kind": "User", "name": "bob"}])

    assert may(wide, binding())
    assert "(the first: Role a/r: rules[0].resourceName; did you mean resourceNames?)" in told(wide)
    assert "RoleBinding a/r: subject; did you mean subjects?" in told(lost)
    assert "drops" not in told(role(), binding())


def test_an_api_group_that_is_null_is_the_core_group_and_a_null_verb_is_none() -> None:
    assert may(role(rules=[{**RULE, "apiGroups": [None]}]), binding())
    assert not may(role(rules=[{**RULE, "verbs": [None]}]), binding())


NULLS = [role(rules=[None]), binding(subjects=[None]), binding(roleRef=None), role(metadata={}), role(metadata=None)]


@pytest.mark.parametrize("odd", NULLS)
def test_one_object_of_nulls_is_refused_by_itself(odd: dict[str, Any]) -> None:
    elsewhere = {**odd, "metadata": odd["metadata"] and {"name": "odd", "namespace": "a"}}

    assert may(role(), binding(), elsewhere)
    assert "the API server refuses" in told(role(), binding(), elsewhere)


def test_objects_that_ask_for_a_name_count_each_under_its_own() -> None:
    asks = {"generateName": "r-", "namespace": "a"}
    nobody, ann = binding(metadata=asks, subjects=[]), binding(metadata=asks)

    assert may(role(), ann, nobody)
    assert "2 objects ask the API server for a name, which `kubectl create` allows and" in told(role(), ann, nobody)
    assert "(the first: RoleBinding a/r-<generated 1>)" in told(role(), ann, nobody)


def test_a_namespace_that_cannot_be_holds_nothing_and_is_not_known() -> None:
    nowhere = {"name": "r", "namespace": "Web_1"}
    state = state_of_documents([role(metadata=nowhere), binding(metadata=nowhere)])

    assert "Web_1" not in AccessReview(state).namespaces
    assert "refuses Role Web_1/r, so it does not count: metadata.namespace: a namespace's name is" in told(
        role(metadata=nowhere)
    )


def test_an_aws_auth_that_nobody_reads_is_told_with_where_it_belongs() -> None:
    with pytest.raises(Refused, match="aws-auth is in the namespace default, where nobody reads it") as refusal:
        state_of_documents([AWS_AUTH])

    assert "namespace: kube-system" in str(refusal.value)
    assert "aws-auth in the namespace default counts for nothing: kube-system is where" in told(AWS_AUTH, role())
