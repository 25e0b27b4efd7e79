"""A running cluster is read whole, page by page; what goes wrong is one sentence with a remedy."""

from __future__ import annotations

import base64
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import yaml
from eks_access.declaration.cluster_models import AuthenticationMode
from eks_access.errors import NoAnswerError
from eks_access.live.api_server import of_endpoint
from eks_access.live.aws import session
from eks_access.live.cluster import Reach, read_live
from eks_access.live.eks import token
from eks_access.review.access_review import AccessReview
from eks_access.review.asking import Question, question

from ..review.test_definitions import discovery
from .conftest import RBAC, Answer, Cluster

ARN = "arn:aws:iam::111122223333:user/{}"


def reach(cluster: Cluster, name: str | None = "prod") -> Reach:
    return Reach(cluster=name, region="eu-west-1", kubeconfig=cluster.kubeconfig)


def refusal(cluster: Cluster, name: str | None = "prod", **options: Any) -> str:
    with pytest.raises(NoAnswerError) as told:
        read_live(Reach(cluster=name, region="eu-west-1", **{"kubeconfig": cluster.kubeconfig, **options}))
    assert "\n" not in str(told.value)
    return str(told.value)


def roles(count: int) -> list[dict[str, Any]]:
    return [{"metadata": {"name": f"r{i}"}, "rules": [{"verbs": ["get"]}]} for i in range(count)]


def role(resource: str, namespace: str | None = None) -> dict[str, Any]:
    rule = {"verbs": ["list"], "apiGroups": ["" if resource != "widgets" else "example.org"], "resources": [resource]}
    return {"metadata": metadata(resource, namespace), "rules": [rule]}


def binding(kind: str, name: str, namespace: str | None = None) -> dict[str, Any]:
    group = "rbac.authorization.k8s.io"
    subjects = [{"apiGroup": group, "kind": "Group", "name": "ants"}]
    return {
        "metadata": metadata(f"{kind}-{name}", namespace),
        "roleRef": {"apiGroup": group, "kind": kind, "name": name},
        "subjects": subjects,
    }


def metadata(name: str, namespace: str | None) -> dict[str, str]:
    return {"name": name, **({"namespace": namespace} if namespace else {})}


def test_all_pages_of_everything_are_read(cluster: Cluster) -> None:
    cluster.entries = {ARN.format(f"u{i}"): {"username": f"u{i}", "kubernetesGroups": ["ants"]} for i in range(5)}
    scope = {"type": "namespace", "namespaces": ["east"]}
    names = ("AmazonEKSViewPolicy", "AmazonEKSEditPolicy", "AmazonEKSAdminPolicy")
    associated = [{"policyArn": f"arn:aws:eks::aws:cluster-access-policy/{n}", "accessScope": scope} for n in names]
    cluster.policies = {ARN.format("u3"): associated}
    cluster.objects = {"clusterroles": roles(5), "namespaces": [{"metadata": {"name": "east"}}]}
    cluster.aws_auth = {"mapUsers": "- userarn: arn:aws:iam::111122223333:user/old\n  username: old\n"}

    state = read_live(reach(cluster))

    assert (state.name, state.version, state.mode) == ("prod", "1.33", AuthenticationMode.API_AND_CONFIG_MAP)
    assert [entry.username for entry in state.entries] == [f"u{i}" for i in range(5)]
    assert {p.policy for p in state.entries[3].policies} == set(names)
    assert {f"r{i}" for i in range(5)} <= {role.name for role in state.rbac.roles}
    assert {way.principal_arn for way in state.ways} == {ARN.format(n) for n in ("u0", "u1", "u2", "u3", "u4", "old")}
    assert "east" in state.namespaces
    assert state.notices == ()


@pytest.mark.parametrize(
    ("mode", "entries", "aws_auth"),
    [("CONFIG_MAP", False, True), ("API_AND_CONFIG_MAP", True, True), ("API", True, False)],
)
def test_only_what_the_mode_asks_is_asked(mode: str, entries: bool, aws_auth: bool, cluster: Cluster) -> None:
    cluster.mode = mode
    read_live(reach(cluster))

    assert ("/clusters/prod/access-entries" in cluster.asked) is entries
    assert any(path.endswith("aws-auth") for path in cluster.asked) is aws_auth


CLUSTER_WIDE = {f"{RBAC}/clusterroles", f"{RBAC}/clusterrolebindings"}
EVERYTHING = CLUSTER_WIDE | {f"{RBAC}/roles", f"{RBAC}/rolebindings", "/api/v1/namespaces"}


@pytest.mark.parametrize(
    ("within", "lists"),
    [
        (None, EVERYTHING),
        ("", CLUSTER_WIDE),
        ("east", CLUSTER_WIDE | {f"{RBAC}/namespaces/east/roles", f"{RBAC}/namespaces/east/rolebindings"}),
        ("../east", CLUSTER_WIDE),
    ],
)
@pytest.mark.parametrize("served", [False, True])
def test_only_what_the_question_is_about_is_listed(
    within: str | None, served: bool, lists: set[str], cluster: Cluster
) -> None:
    cluster.aws_auth = {}
    read_live(replace(reach(cluster, None), within=within, served=served))

    discovery = {"/apis"} if within is None or served else set()
    config_map = "/api/v1/namespaces/kube-system/configmaps/aws-auth"
    assert set(cluster.asked) == {"/version", config_map, *lists, *discovery}


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ((200, discovery(group="example.org")), ["stores.example.org"]),
        ((200, {"kind": "APIGroupList", "apiVersion": "v1", "groups": []}), []),
        ((403, {"kind": "Status", "message": "no"}), []),
        ((404, {"kind": "Status"}), []),
    ],
)
def test_a_cluster_says_what_it_serves_where_it_tells_the_caller(
    answer: Answer, found: list[str], cluster: Cluster
) -> None:
    cluster.wrong["/apis"] = answer

    assert [str(each) for each in read_live(reach(cluster)).resources] == found


def test_what_is_not_listed_does_not_change_the_answer(cluster: Cluster) -> None:
    cluster.aws_auth = {"mapUsers": f"- {{userarn: {ARN.format('u')}, username: u, groups: [ants]}}\n"}
    cluster.objects = {
        "clusterroles": [
            role("pods"),
            {**role("metrics"), "rules": [{"verbs": ["get"], "nonResourceURLs": ["/metrics"]}]},
        ],
        "clusterrolebindings": [binding("ClusterRole", "metrics")],
        "roles": [role("pods", "east"), role("widgets", "west"), role("secrets", "kube-public")],
        "rolebindings": [
            binding("Role", "pods", "east"),
            binding("ClusterRole", "pods", "west"),
            binding("Role", "widgets", "west"),
            binding("Role", "nowhere", "west"),
            binding("Role", "secrets", "kube-public"),
        ],
    }
    questions = [
        *(
            question("list", what, namespace=where)
            for what in ("pods", "secrets")
            for where in ("east", "west", "none")
        ),
        question("list", "secrets", namespace="kube-public"),
        question("list", "pods", all_namespaces=True),
        question("get", "nodes"),
        question("get", "namespaces", name="east"),
        question("get", "/metrics"),
    ]
    whole = AccessReview(read_live(reach(cluster, None)))

    for asked in questions:
        part = AccessReview(read_live(replace(reach(cluster, None), within=asked.within)))
        assert part.who_can(asked.request) == whole.who_can(asked.request)
        assert part.can("group:ants", asked.request) == whole.can("group:ants", asked.request)
        assert part.state.notices == whole.state.notices
    assert [len(whole.who_can(asked.request).people) for asked in questions] == [1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1]


def test_a_resource_that_only_rules_name_needs_all_of_them() -> None:
    def within(*words: str, **more: Any) -> str | None:
        asked: Question = question(*words, **more)
        return asked.within

    assert within("get", "widgets", namespace="east") is None
    assert within("get", "Widget.example.org", namespace="east") is None
    assert within("get", "*", namespace="east") == "east"
    assert within("get", "nodes", namespace="east") == ""


def test_a_kubeconfig_alone_will_do_and_says_what_it_lacks(cluster: Cluster) -> None:
    cluster.aws_auth = {}
    state = read_live(reach(cluster, None))

    assert not any(path.startswith("/clusters") for path in cluster.asked)
    assert state.version == "1.33"
    assert any("AWS was not asked" in notice for notice in state.notices)


def test_a_kubeconfig_that_leads_elsewhere_is_told(cluster: Cluster) -> None:
    there = cluster.endpoint
    cluster.endpoint = "https://prod.eks.example"

    assert any(there in notice and "is it the same one?" in notice for notice in read_live(reach(cluster)).notices)


def test_a_list_that_grew_too_old_is_read_again_in_one_piece(cluster: Cluster) -> None:
    cluster.objects = {"clusterroles": roles(5)}
    path = f"{RBAC}/clusterroles"
    cluster.wrong[path] = lambda query: (410, {"message": "too old"}) if "continue" in query else None

    assert {role.name for role in read_live(reach(cluster)).rbac.roles} >= {f"r{i}" for i in range(5)}


def test_an_entry_that_was_deleted_meanwhile_is_none(cluster: Cluster) -> None:
    cluster.entries = {ARN.format("a"): {"username": "a"}, ARN.format("b"): {"username": "b"}}
    path = f"/clusters/prod/access-entries/{quote(ARN.format('a'), safe='')}"
    cluster.wrong[path] = (404, {"message": "gone"})

    assert [entry.username for entry in read_live(reach(cluster)).entries] == ["b"]


@pytest.mark.parametrize(
    ("path", "answer", "says"),
    [
        (
            "/clusters/prod",
            (404, {"message": "No cluster found for name: prod."}),
            "eks:DescribeCluster prod in eu-west-1",
        ),
        ("/clusters/prod", (403, {"message": "no"}), "is not allowed (AccessDeniedException): no; use a --profile"),
        ("/clusters/prod/access-entries", (403, {"message": "no"}), "eks:ListAccessEntries is not allowed"),
        (
            f"{RBAC}/clusterroles",
            (401, {"message": "Unauthorized"}),
            "(Unauthorized): no aws-auth line and no access entry",
        ),
        (
            f"{RBAC}/clusterroles",
            (403, {"message": 'clusterroles is forbidden: User "u"\ncannot list'}),
            'may not list clusterroles (Forbidden): clusterroles is forbidden: User "u" cannot list; ',
        ),
        (f"{RBAC}/roles", (500, {"message": "etcd"}), "refused to list /apis/rbac.authorization.k8s.io/v1/roles: etcd"),
        ("/version", (200, b"<html>"), "answers no JSON"),
        ("/api/v1/namespaces/kube-system/configmaps/aws-auth", (403, {"message": "no"}), "may not get aws-auth"),
    ],
)
def test_what_is_refused_says_what_to_do_on_one_line(path: str, answer: Answer, says: str, cluster: Cluster) -> None:
    cluster.wrong[path] = answer

    assert says in refusal(cluster)


def test_a_server_that_is_not_there_is_told(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eks_access.live.api_server._RETRIES", 0)
    document = yaml.safe_load(Path(cluster.kubeconfig).read_text())
    document["clusters"][0]["cluster"]["server"] = "http://127.0.0.1:1"
    (tmp_path / "elsewhere").write_text(yaml.safe_dump(document))

    assert "no answer from the API server at http://127.0.0.1:1" in refusal(cluster, kubeconfig=tmp_path / "elsewhere")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"kubeconfig": "nowhere"}, "no usable kubeconfig"),
        ({"context": "there"}, "no usable kubeconfig"),
        ({"kubeconfig": None}, "or --cluster to go there by AWS alone"),
    ],
)
def test_a_kubeconfig_that_is_no_use_is_told(options: dict[str, Any], says: str, cluster: Cluster) -> None:
    assert says in refusal(cluster, None, **options)


def test_a_command_of_the_kubeconfig_that_fails_is_told(cluster: Cluster, tmp_path: Path) -> None:
    document = yaml.safe_load(Path(cluster.kubeconfig).read_text())
    document["clusters"][0]["cluster"]["server"] = cluster.endpoint.replace("http:", "https:")
    run = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "no-such-command",
        "interactiveMode": "Never",
    }
    document["users"][0]["user"] = {"exec": run}
    (tmp_path / "broken").write_text(yaml.safe_dump(document))

    said = refusal(cluster, None, kubeconfig=tmp_path / "broken")
    assert "gives no credentials ([Errno 2] No such file or directory: 'no-such-command')" in said


def test_a_cluster_that_is_still_made_has_no_endpoint(cluster: Cluster) -> None:
    cluster.wrong["/clusters/prod"] = (200, {"cluster": {"name": "prod", "status": "CREATING"}})

    assert "has no endpoint yet (it is CREATING)" in refusal(cluster, kubeconfig=None)
    with pytest.raises(NoAnswerError, match="no certificate authority yet"):
        of_endpoint("https://x", "", "token", "somebody")


def test_the_token_names_the_cluster_and_aws_s_own_host(cluster: Cluster) -> None:
    made = token(session(region="eu-west-1"), "prod", "eu-west-1")
    prefix, _, encoded = made.partition(".")
    url = urlsplit(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode())
    query = {key: value[0] for key, value in parse_qs(url.query).items()}

    assert (prefix, url.scheme, url.netloc) == ("k8s-aws-v1", "https", "sts.eu-west-1.amazonaws.com")
    assert query["Action"] == "GetCallerIdentity"
    assert query["X-Amz-Expires"] == "60"
    assert query["X-Amz-SignedHeaders"] == "host;x-k8s-aws-id"
    assert cluster.asked == []


def test_a_cluster_of_many_entries_is_asked_several_calls_at_once(cluster: Cluster) -> None:
    cluster.entries = {ARN.format(f"u{i}"): {"username": f"u{i}"} for i in range(8)}
    meeting = threading.Barrier(4, timeout=10)
    for arn in list(cluster.entries)[:4]:
        path = f"/clusters/prod/access-entries/{quote(arn, safe='')}"
        cluster.wrong[path] = lambda query: (meeting.wait(), None)[1]

    assert len(read_live(reach(cluster)).entries) == 8
