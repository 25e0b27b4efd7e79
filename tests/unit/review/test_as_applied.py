"""What of RBAC manifests counts is what the API server would make of them; the rest is told."""

from __future__ import annotations

from typing import Any

import pytest
from eks_access.errors import Refused
from eks_access.review.access_review import AccessReview
from eks_access.review.asking import question
from eks_access.review.dumps import state_of_documents

from .manifests import CASES, binding, counts, role

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


def test_an_aws_auth_that_nobody_reads_is_told_with_where_it_belongs() -> None:
    with pytest.raises(Refused, match="aws-auth is in the namespace default, where nobody reads it") as refusal:
        state_of_documents([AWS_AUTH])

    assert "namespace: kube-system" in str(refusal.value)
    assert "aws-auth in the namespace default counts for nothing: kube-system is where" in told(AWS_AUTH, role())
