"""From HTTP to what is authorized. Thousands of odd ones are held against upstream in tests/conformance."""

from __future__ import annotations

import pytest
from eks_access.authz.fields import exact_match
from eks_access.authz.http_requests import kubelet_requests, request_of
from eks_access.authz.model import Request
from eks_access.errors import Refused


@pytest.mark.parametrize(
    ("method", "path", "request_"),
    [
        ("GET", "/metrics", Request(verb="get", path="/metrics")),
        ("POST", "/healthz", Request(verb="post", path="/healthz")),
        ("GET", "/apis/apps/v1", Request(verb="get", path="/apis/apps/v1")),
        ("GET", "/api/v1/pods", Request(verb="list", resource="pods")),
        ("HEAD", "/api/v1/nodes/n1", Request(verb="get", resource="nodes", name="n1")),
        (
            "POST",
            "/apis/apps/v1/namespaces/a/deployments",
            Request(verb="create", api_group="apps", resource="deployments", namespace="a"),
        ),
        (
            "GET",
            "/api/v1/namespaces/a/pods/x/log",
            Request(verb="get", resource="pods", name="x", subresource="log", namespace="a"),
        ),
        (
            "GET",
            "/api/v1/namespaces/a/pods/x/proxy/deep/er",
            Request(verb="get", resource="pods", name="x", subresource="proxy", namespace="a"),
        ),
        ("PUT", "/api/v1/nodes/n1", Request(verb="update", resource="nodes", name="n1")),
        ("PATCH", "/api/v1/nodes/n1", Request(verb="patch", resource="nodes", name="n1")),
        ("DELETE", "/api/v1/nodes/n1", Request(verb="delete", resource="nodes", name="n1")),
        ("DELETE", "/api/v1/nodes", Request(verb="deletecollection", resource="nodes")),
        ("OPTIONS", "/api/v1/nodes", Request(verb="", resource="nodes")),
        (
            "GET",
            "/apis/rbac.authorization.k8s.io/v1/clusterroles/a%3Ab",
            Request(verb="get", api_group="rbac.authorization.k8s.io", resource="clusterroles", name="a:b"),
        ),
        ("GET", "/api/v1/watch/pods", Request(verb="watch", resource="pods")),
    ],
)
def test_methods_and_paths(method: str, path: str, request_: Request) -> None:
    assert request_of(method, path) == request_


def test_a_namespace_is_in_itself() -> None:
    """So a Role in it can grant to read it, and list of namespaces stays cluster-wide."""
    assert request_of("GET", "/api/v1/namespaces/a").namespace == "a"
    assert request_of("PUT", "/api/v1/namespaces/a/status").subresource == "status"
    assert request_of("GET", "/api/v1/namespaces") == Request(verb="list", resource="namespaces")


@pytest.mark.parametrize(
    ("query", "verb", "name"),
    [
        ("watch=1", "watch", ""),
        ("watch", "watch", ""),
        ("watch=False&watch=true", "list", ""),
        ("fieldSelector=metadata.name%3Dx", "list", "x"),
        ("watch=true&fieldSelector=metadata.name==x", "watch", "x"),
        ("fieldSelector=metadata.name!=x", "list", ""),
        ("fieldSelector=metadata.name%3Da%2Fb", "list", ""),
        ("fieldSelector=metadata.name%3Dx&limit=many", "list", ""),
        ("fieldSelector=metadata.name%3Dx&limit=99999999999999999999", "list", ""),
        ("fieldSelector=metadata.name%3Dx&limit=500", "list", "x"),
        ("fieldSelector=metadata.name%3Dx%3", "list", ""),
        ("fieldSelector=metadata.name%3Dx;watch=1", "list", ""),
    ],
)
def test_queries_make_a_list_a_watch_and_may_name_one_object(query: str, verb: str, name: str) -> None:
    assert request_of("GET", "/api/v1/pods", query) == Request(verb=verb, resource="pods", name=name)


def test_a_selector_names_nothing_to_delete() -> None:
    assert request_of("DELETE", "/api/v1/pods", "fieldSelector=metadata.name%3Dx").verb == "deletecollection"
    assert request_of("DELETE", "/api/v1/pods", "fieldSelector=metadata.name%3Dx").name == ""


def test_an_old_prefix_without_a_resource_is_refused() -> None:
    with pytest.raises(Refused, match="watch stands in front of a resource"):
        request_of("GET", "/api/v1/watch")


@pytest.mark.parametrize(
    ("selector", "value"),
    [
        ("a=x", "x"),
        ("a==x,b=y", "x"),
        ("a!=x", None),
        ("a!=x,a=y", "y"),
        (r"a=x\,y", "x,y"),
        (r"a=x\\", "x\\"),
        (r"a=x\y", None),
        ("a=x=y", None),
        ("a=x\\", None),
        ("a=x,b", None),
        ("", None),
    ],
)
def test_a_field_selector_chooses_one_value_or_none(selector: str, value: str | None) -> None:
    assert exact_match(selector, "a") == value


@pytest.mark.parametrize(
    ("path", "subresources"),
    [
        ("/metrics", ["metrics"]),
        ("/metrics/cadvisor", ["metrics"]),
        ("/metricsx", ["proxy"]),
        ("/stats/summary", ["stats"]),
        ("/logs/", ["log"]),
        ("/checkpoint/a/b/c", ["checkpoint"]),
        ("/statusz", ["statusz"]),
        ("/flagz", ["configz"]),
        ("/pods", ["pods", "proxy"]),
        ("/runningpods/", ["pods", "proxy"]),
        ("/healthz/syncloop", ["healthz", "proxy"]),
        ("/configz", ["configz", "proxy"]),
        ("/exec/a/b/c", ["proxy"]),
    ],
)
def test_a_kubelet_asks_for_subresources_of_its_node(path: str, subresources: list[str]) -> None:
    asked = kubelet_requests("GET", path, "n1", "1.36")
    assert [request.subresource for request in asked] == subresources
    assert {(request.verb, request.resource, request.name) for request in asked} == {("get", "nodes", "n1")}


def test_older_kubelets_know_fewer_subresources() -> None:
    assert [request.subresource for request in kubelet_requests("GET", "/pods", "n1", "1.32")] == ["proxy"]
    assert [request.subresource for request in kubelet_requests("GET", "/statusz", "n1", "1.32")] == ["proxy"]
    assert [request.subresource for request in kubelet_requests("GET", "/checkpoint/x", "n1", "1.29")] == ["proxy"]
    assert [request.verb for request in kubelet_requests("HEAD", "/pods", "n1", "1.29")] == [""]
