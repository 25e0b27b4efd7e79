"""When a change of the kubernetes provider's settings means another cluster."""

from __future__ import annotations

import json
from typing import Any

from sandbox.standins.kubernetes.cluster import Cluster
from sandbox.standins.kubernetes.config import diff_config
from sandbox.standins.kubernetes.rules import kind_of
from sandbox.standins.resource import UNKNOWN


def kubeconfig(server: str = "https://a.test", user: str = "u", namespace: str = "") -> str:
    return json.dumps(
        {
            "current-context": "x",
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", "namespace": namespace}}],
            "clusters": [{"name": "c", "cluster": {"server": server}}],
            "users": [{"name": "u", "user": {"token": user}}],
        }
    )


def replaces(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
    return diff_config(old, new).replaces


def test_another_server_is_another_cluster() -> None:
    old, new = {"kubeconfig": kubeconfig()}, {"kubeconfig": kubeconfig("https://b.test")}
    assert replaces(old, new) == ("kubeconfig",)


def test_other_credentials_are_the_same_cluster() -> None:
    diff = diff_config({"kubeconfig": kubeconfig()}, {"kubeconfig": kubeconfig(user="other")})
    assert (diff.changed, diff.replaces) == (("kubeconfig",), ())


def test_an_unknown_kubeconfig_may_be_another_cluster() -> None:
    assert replaces({"kubeconfig": kubeconfig()}, {"kubeconfig": UNKNOWN}) == ("kubeconfig",)


def test_an_unchanged_identifier_is_the_same_cluster_whatever_the_kubeconfig() -> None:
    same = {"clusterIdentifier": "dev"}
    for later in (UNKNOWN, kubeconfig("https://b.test")):
        assert replaces(same | {"kubeconfig": kubeconfig()}, same | {"kubeconfig": later}) == ()


def test_a_changed_identifier_is_another_cluster() -> None:
    old = {"clusterIdentifier": "dev", "kubeconfig": kubeconfig()}
    assert replaces(old, old | {"clusterIdentifier": "prod"}) == ("clusterIdentifier",)
    assert replaces(old, old | {"clusterIdentifier": UNKNOWN}) == ("clusterIdentifier",)


def test_an_identifier_that_comes_or_goes_replaces_nothing() -> None:
    without, named = {"kubeconfig": kubeconfig()}, {"kubeconfig": kubeconfig(), "clusterIdentifier": "dev"}
    assert replaces(without, named) == ()
    assert replaces(named, without) == ()


def test_settings_arrive_as_json_text() -> None:
    cluster = Cluster({"enableConfigMapMutable": "true", "kubeconfig": kubeconfig(namespace="team")})
    assert cluster.config_map_mutable
    assert not cluster.secret_mutable
    assert cluster.namespace == "team"


def test_scope_is_guessed_where_nobody_can_be_asked() -> None:
    cluster = Cluster({"kubeconfig": kubeconfig("https://127.0.0.1:1")})
    assert not cluster.namespaced(kind_of("kubernetes:core/v1:Namespace"))
    assert cluster.namespaced(kind_of("kubernetes:core/v1:ConfigMap"))
