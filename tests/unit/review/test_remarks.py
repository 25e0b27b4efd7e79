"""What is told of manifests beside what they grant: what no API server takes, what is there twice, templates."""

from __future__ import annotations

from typing import Any

from eks_access.review.dumps import state_of_documents

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
    assert "refuses ClusterRole old, so it does not count: from Kubernetes 1.22 on there is" in notices(old)
    assert "has no kind clusterrole; did you mean ClusterRole?" in notices(role("reader"), wrong)


def test_a_second_object_of_one_name_is_told_where_it_says_something_else() -> None:
    other = {**role("a"), "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["delete"]}]}

    assert "not always the same, so that the last counts: ClusterRole a" in notices(role("a"), other)
    assert "more than once" not in notices(role("a"), role("a"))


def test_a_template_that_is_not_rendered_is_told() -> None:
    raw = role("{{ .Release.Name }}-reader", "Role", namespace="{{ .Release.Namespace }}")

    assert "of a template that isn't rendered, Role {{ .Release.Namespace }}/" in notices(raw)
    assert "helm template" in notices(raw)


def test_a_second_binding_of_another_role_is_told_since_the_api_server_changes_no_role_ref() -> None:
    def binding(to: str) -> dict[str, Any]:
        reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": to}
        return {"apiVersion": API, "kind": "ClusterRoleBinding", "metadata": {"name": "b"}, "roleRef": reference}

    assert "can't change: the last counts" in notices(binding("view"), binding("edit"))
    assert "more than once" not in notices(binding("view"), binding("view"))
