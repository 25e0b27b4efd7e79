"""A team's own program: it binds groups that the platform's program maps, and needs nothing else of the declaration."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from eks_access import Platform, TeamRbac, team_group

from ..mock_engine import refusal
from ..plans import small
from .conftest import Run

RBAC = "kubernetes:rbac.authorization.k8s.io/v1:"
RULES = [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "patch"]}]
PART: dict[str, Any] = {
    "roles": {"deployer": {"rules": RULES}},
    "grants": [
        {"team": "payments", "role": "deployer", "namespaces": ["payments"]},
        {"serviceAccount": "payments/runner", "role": "view", "namespaces": ["payments"]},
    ],
}
PLATFORM = small(
    teams={"payments": {"members": ["chie"]}}, namespaces={"payments": {}}, externalGroups=[team_group("payments")]
)


def part(mapped: Any = None, *, namespaces: list[str] | None = None, **changed: Any) -> TeamRbac:
    args: Any = {"access": PART | changed, "existing_namespaces": ["payments"] if namespaces is None else namespaces}
    return TeamRbac("team", args | ({} if mapped is None else {"mapped_groups": mapped}))


@pytest.mark.parametrize("later", [False, True], ids=["plain", "output"])
def test_a_team_binds_its_group_in_a_namespace_that_the_platform_made(run: Run, later: bool) -> None:
    groups = ["eks-access:admins", "team:payments"]
    recorder = run(lambda: part(pulumi.Output.from_input(groups) if later else groups))

    bindings = recorder.inputs(f"{RBAC}RoleBinding")
    assert recorder.inputs("kubernetes:core/v1:Namespace") == {}
    assert bindings["team-payments/eks-access:team:payments:deployer"]["subjects"] == [
        {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "team:payments"}
    ]
    assert set(recorder.inputs(f"{RBAC}Role")) == {"team-payments/eks-access:deployer"}
    (outputs,) = recorder.outputs.values()
    assert outputs == {"groups": ["team:payments"]}


def test_what_the_platform_maps_is_what_a_team_binds(run: Run) -> None:
    """P3 in split programs: one name, computed in both."""
    recorder = run(lambda: part(Platform("p", {"access": PLATFORM}).groups))

    bound = recorder.inputs(f"{RBAC}RoleBinding")["team-payments/eks-access:team:payments:deployer"]
    entries = recorder.inputs("aws:eks/accessEntry:AccessEntry")
    assert bound["subjects"][0]["name"] in entries["p-cluster-access-person-chie"]["kubernetesGroups"]


def test_service_accounts_need_no_mapping(run: Run) -> None:
    recorder = run(lambda: part(grants=PART["grants"][1:]))

    assert set(recorder.inputs(f"{RBAC}RoleBinding")) == {"team-payments/eks-access:sa:payments:runner:view"}


def test_a_group_that_nobody_carries_is_refused_before_anything_is_registered() -> None:
    text, recorder = refusal(lambda: part(["team:payment"]))

    assert recorder.registered == {}
    assert "did you mean team:payment? Otherwise let the platform's declaration carry it: `externalGroups" in text


@pytest.mark.parametrize("known", [["team:search"], None])
def test_a_group_that_nobody_carries_is_refused_once_the_other_stack_tells(run: Run, known: Any) -> None:
    with pytest.raises(pulumi.RunError, match=r"mapped_groups|the cluster maps nobody to it"):
        run(lambda: part(pulumi.Output.from_input(known)))


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "nothing": ({"roles": None, "grants": None}, "nothing is declared", "write `grants`"),
    "people": ({"people": {"a": {"iamUser": {}}}}, "people: belongs into", "take it out"),
    "admins": ({"admins": {"teams": ["payments"]}}, "admins: belongs into", "take it out"),
    "readers": ({"metricsReaders": [{"serviceAccount": "a/b"}]}, "metricsReaders:", "use the component MetricsAccess"),
    "a typing error": ({"grant": []}, "grant: ", "grants"),
    "an access policy": (
        {"grants": [{"team": "payments", "accessPolicy": "AmazonEKSViewPolicy", "namespaces": ["payments"]}]},
        "grants[0].accessPolicy",
        "grant a `role` here",
    ),
    "cluster-admin": (
        {"grants": [{"team": "payments", "role": "cluster-admin", "clusterWide": True}]},
        "grants[0].role",
        "declared under `admins:`",
    ),
    "an unknown role": (
        {"grants": [{"team": "payments", "role": "deploier", "namespaces": ["payments"]}]},
        "grants[0].role",
        "did you mean `deployer`?",
    ),
}


@pytest.mark.parametrize(("changed", "place", "remedy"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_a_teams_to_declare_is_refused(changed: dict[str, Any], place: str, remedy: str) -> None:
    text, recorder = refusal(lambda: part(["team:payments"], **changed))

    assert recorder.registered == {}
    assert place in text
    assert remedy in text


def test_a_namespace_that_nobody_makes_is_refused() -> None:
    text, _ = refusal(lambda: part(["team:payments"], namespaces=["payment"]))

    assert "grants[0].namespaces[0]" in text
    assert "did you mean `payment`?" in text


def test_not_asking_what_is_mapped_is_refused() -> None:
    text, recorder = refusal(part)

    assert recorder.registered == {}
    assert "mapped_groups: is required" in text
    assert "require_output('groups')" in text
