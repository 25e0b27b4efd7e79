"""TeamRbac and MetricsAccess: what lives inside the cluster."""

from __future__ import annotations

from typing import Any

import pytest
from eks_access import MetricsAccess, TeamRbac

from ..mock_engine import Recorder, refusal
from ..plans import small
from .conftest import Run

RBAC = "kubernetes:rbac.authorization.k8s.io/v1:"
RULES = [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]}]
RAW: dict[str, Any] = small(
    namespaces={"east": {}},
    roles={"releaser": {"rules": RULES}},
    teams={"t": {"members": ["chie"]}},
    grants=[
        {"team": "t", "role": "releaser", "namespaces": ["east"]},
        {"team": "t", "role": "view", "clusterWide": True},
    ],
)


def needs(recorder: Recorder, kind: str, name: str) -> set[str]:
    urns = recorder.options(f"{RBAC}{kind}")[name].dependencies
    return {urn.rpartition("::")[2] for urn in urns}


def test_a_team_gets_its_objects_under_explicit_names(run: Run) -> None:
    recorder = run(lambda: TeamRbac("rbac", {"access": RAW}))

    (namespace,) = recorder.inputs("kubernetes:core/v1:Namespace").values()
    (role,) = recorder.inputs(f"{RBAC}Role").values()
    (binding,) = recorder.inputs(f"{RBAC}RoleBinding").values()
    assert namespace["metadata"]["name"] == "east"
    assert (role["metadata"]["name"], role["rules"]) == ("eks-access:releaser", RULES)
    assert binding["metadata"]["name"] == "eks-access:team:t:releaser"
    assert binding["subjects"][0]["name"] == "team:t"


def test_a_binding_waits_for_its_namespace_and_its_role(run: Run) -> None:
    recorder = run(lambda: TeamRbac("rbac", {"access": RAW}))

    assert needs(recorder, "RoleBinding", "rbac-east/eks-access:team:t:releaser") == {
        "rbac-east",
        "rbac-east/eks-access:releaser",
    }
    assert needs(recorder, "Role", "rbac-east/eks-access:releaser") == {"rbac-east"}
    assert needs(recorder, "ClusterRoleBinding", "rbac-eks-access:team:t:view") == set()


def test_the_groups_that_are_bound_are_told(run: Run) -> None:
    recorder = run(lambda: TeamRbac("rbac", {"access": RAW}))

    (outputs,) = recorder.outputs.values()
    assert outputs == {"groups": ["eks-access:admins", "team:t"]}


def test_a_reader_gets_one_url_and_one_verb(run: Run) -> None:
    recorder = run(lambda: MetricsAccess("metrics", {"readers": [{"service_account": "monitoring/prometheus"}]}))

    (role,) = recorder.inputs(f"{RBAC}ClusterRole").values()
    (binding,) = recorder.inputs(f"{RBAC}ClusterRoleBinding").values()
    assert role["rules"] == [{"nonResourceURLs": ["/metrics"], "verbs": ["get"]}]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "prometheus", "namespace": "monitoring"}]


def test_kubelets_are_read_by_those_who_ask_for_them(run: Run) -> None:
    recorder = run(
        lambda: MetricsAccess(
            "metrics",
            {
                "readers": [
                    {"service_account": "monitoring/prometheus", "kubelets": True},
                    {"service_account": "monitoring/grafana"},
                ]
            },
        )
    )

    bound = {
        (b["subjects"][0]["name"], b["roleRef"]["name"]) for b in recorder.inputs(f"{RBAC}ClusterRoleBinding").values()
    }
    assert bound == {
        ("prometheus", "eks-access:metrics"),
        ("prometheus", "eks-access:kubelet-metrics"),
        ("grafana", "eks-access:metrics"),
    }


@pytest.mark.parametrize(
    ("reader", "reason"),
    [
        ({"service_account": "m/p", "role": "r"}, "a Role cannot give /metrics"),
        ({"service_account": "m/p", "kind": "Role"}, "a Role cannot give /metrics"),
        ({"service_account": "m/p", "namespace": "m"}, "belongs to no namespace"),
        ({"service_account": "m/p", "apiGroups": [""]}, "cannot have apiGroups beside nonResourceURLs"),
        ({"service_account": "m/p", "api_groups": [""]}, "cannot have apiGroups beside nonResourceURLs"),
        ({"service_account": "m/p", "resources": ["pods"]}, "cannot have apiGroups beside nonResourceURLs"),
        ({"service_account": "system:anonymous"}, "named ServiceAccounts only"),
        ({"service_account": "system:unauthenticated"}, "named ServiceAccounts only"),
        ({"service_account": "prometheus"}, "namespace/name"),
        ({}, "namespace/name"),
    ],
)
def test_what_cannot_read_metrics_is_refused_with_the_reason(reader: dict[str, Any], reason: str) -> None:
    text, recorder = refusal(lambda: MetricsAccess("metrics", {"readers": [reader]}))  # type: ignore[typeddict-item]

    assert "readers[0]" in text
    assert reason in text
    assert recorder.registered == {}
