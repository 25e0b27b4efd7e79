"""What the words of a question ask of the API server.

Namespaces: k8s.io/apiserver pkg/endpoints/request/requestinfo.go, where the path alone says which one is meant.
"""

from __future__ import annotations

import pytest
from eks_access.authz.model import Request
from eks_access.errors import Refused
from eks_access.review.asking import describe, question


@pytest.mark.parametrize("verb", ["get", "update", "patch", "delete"])
def test_a_namespace_that_is_named_belongs_to_itself(verb: str) -> None:
    assert question(verb, "namespaces", name="payments").request.namespace == "payments"
    assert question(verb, "namespaces", namespace="payments").request.namespace == "payments"


@pytest.mark.parametrize("verb", ["list", "watch", "create", "deletecollection"])
def test_many_namespaces_belong_to_none_so_no_role_in_one_can_grant_them(verb: str) -> None:
    asked = question(verb, "namespaces", namespace="payments")

    assert asked.request.namespace == ""
    assert asked.notices == ("namespaces live in no namespace, so -n payments is left out",)
    assert question(verb, "namespaces", name="payments").request.namespace == ""


def test_what_deletes_many_names_none_whatever_is_said() -> None:
    asked = question("deletecollection", "configmaps", name="web", namespace="a")

    assert asked.request.name == ""
    assert asked.notices == (
        "a request to delete many names none, so web is left out: no rule with resourceNames allows it",
    )


def test_what_a_post_makes_has_no_name_yet_and_that_is_told() -> None:
    asked = question("create", "configmaps", name="web", namespace="a")

    assert asked.request.name == "web"
    assert "a POST, as of `kubectl create`, names nothing" in asked.notices[0]
    assert question("create", "pods/exec", name="web", namespace="a").notices == ()
    assert question("create", "configmaps", namespace="a").notices == ()


def test_leave_to_bind_a_cluster_role_is_asked_in_the_namespace_of_the_binding() -> None:
    assert question("bind", "clusterroles", name="view", namespace="web").request.namespace == "web"
    assert question("bind", "clusterroles", name="view").request.namespace == ""
    assert question("get", "clusterroles", name="view", namespace="web").request.namespace == ""


@pytest.mark.parametrize(
    ("verb", "resource", "inside"),
    [
        ("list", "pods", True),
        ("get", "widgets.example.org", True),
        ("get", "nodes", False),
        ("bind", "clusterroles", True),
        ("get", "clusterroles", False),
        ("delete", "namespaces", True),
        ("create", "namespaces", False),
        ("get", "/metrics", False),
    ],
)
def test_what_a_role_in_a_namespace_can_grant_is_told(verb: str, resource: str, inside: bool) -> None:
    assert question(verb, resource).inside is inside


def test_the_query_of_a_url_decides_nothing() -> None:
    asked = question("get", "/livez?verbose")

    assert asked.request.path == "/livez"
    assert asked.notices == ("?verbose is no part of the path that is decided about",)


def test_a_path_is_asked_with_http_methods() -> None:
    assert question("get", "/metrics").notices == question("*", "/logs").notices == ()
    assert "never list; did you mean get?" in question("list", "/metrics").notices[0]


def test_a_path_without_its_slash_is_recognised() -> None:
    assert any("did you mean the path /metrics?" in notice for notice in question("get", "metrics").notices)


def test_a_path_is_asked_with_the_http_method_in_lower_case() -> None:
    assert question("GET", "/metrics").request == Request(verb="get", path="/metrics")


@pytest.mark.parametrize("more", [{"namespace": "x"}, {"all_namespaces": True}, {"name": "x"}])
def test_a_path_has_neither_namespace_nor_name(more: dict[str, str | bool]) -> None:
    with pytest.raises(Refused, match="has no namespace and no name"):
        question("get", "/metrics", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("verb", "resource", "namespace", "within"),
    [
        ("list", "pods", "web", "web"),
        ("list", "*", "web", "web"),
        ("list", "nodes", "web", ""),
        ("get", "/metrics", None, ""),
        ("list", "widgets.example.org", "web", None),  # a Role elsewhere may say what it is called
    ],
)
def test_it_is_known_whose_rbac_a_question_needs(
    verb: str, resource: str, namespace: str | None, within: str | None
) -> None:
    assert question(verb, resource, namespace=namespace).within == within


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (Request(verb="get", path="/metrics"), "get /metrics"),
        (Request(verb="list", resource="pods"), "list pods in the whole cluster"),
        (
            Request(verb="get", resource="pods", api_group="metrics.k8s.io", name="a", namespace="web"),
            "get pods.metrics.k8s.io a in web",
        ),
        (Request(verb="get", resource="pods", subresource="log", namespace="web"), "get pods/log in web"),
    ],
)
def test_a_request_is_said_in_the_words_of_who_asked(request_: Request, said: str) -> None:
    assert describe(request_) == said
