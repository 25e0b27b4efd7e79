"""What is told of manifests beside what they grant: what no API server takes, what is there twice, templates."""

from __future__ import annotations

from typing import Any

import pytest
from eks_access.review.dumps import state_of_documents

from .manifests import binding

API = "rbac.authorization.k8s.io/v1"


def role(name: str, kind: str = "ClusterRole", **metadata: Any) -> dict[str, Any]:
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
    return {"apiVersion": API, "kind": kind, "metadata": {"name": name, **metadata}, "rules": rules}


def notices(*documents: object) -> str:
    return "\n".join(state_of_documents(documents).notices)


def test_objects_that_no_api_server_has_are_told_and_do_not_count() -> None:
    old = {**role("old"), "apiVersion": "rbac.authorization.k8s.io/v1beta1"}
    wrong = {**role("typo"), "kind": "clusterrole"}
    state = state_of_documents([role("reader"), old, wrong])

    assert not any(each.name in ("old", "typo") for each in state.rbac.roles)
    assert "refuses ClusterRole old, so it does not count: apiVersion: " in notices(old)
    assert "has no kind clusterrole; did you mean ClusterRole?" in notices(role("reader"), wrong)


@pytest.mark.parametrize(
    "odd",
    [
        {"roleRef": {"kind": "Role", "name": "{{ .Values.role }}"}},
        {"subjects": [{"kind": "User", "name": "{{ .Values.user }}"}]},
        {"subjects": [{"kind": "ServiceAccount", "name": "ci", "namespace": "{{ .Release.Namespace }}"}]},
        {"metadata": {"name": "b", "namespace": "a", "labels": {"release": "{{ .Release.Name }}"}}},
        {"metadata": {"generateName": "{{ .Release.Name }}-", "namespace": "a"}},
    ],
)
def test_text_of_a_template_is_told_wherever_it_names_something(odd: dict[str, Any]) -> None:
    assert "of a template that isn't rendered, RoleBinding a/" in notices(binding(**odd))
    assert "template" not in notices(binding())


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ({"metadata": {"name": "r", "label": {"a": "b"}}}, "ClusterRole r: metadata.label; did you mean labels?"),
        (
            {"aggregationRule": {"clusterRoleSelectors": [{"matchLabel": {"a": "b"}}]}},
            "aggregationRule.clusterRoleSelectors[0].matchLabel; did you mean matchLabels?",
        ),
    ],
)
def test_a_field_that_is_dropped_is_told_wherever_it_is(odd: dict[str, Any], said: str) -> None:
    assert said in notices({**role("r"), **odd})
    assert "drops" not in notices(role("r", labels={"a": "b"}, annotations={}, uid="1", managedFields=[]))


def test_a_template_that_is_not_rendered_is_told() -> None:
    raw = role("{{ .Release.Name }}-reader", "Role", namespace="{{ .Release.Namespace }}")

    assert "of a template that isn't rendered, Role {{ .Release.Namespace }}/" in notices(raw)
    assert "helm template" in notices(raw)
