"""Custom resources whose definitions are given: found as kubectl finds them, and asked for where they live."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from eks_access.errors import Refused
from eks_access.review.access_review import AccessReview
from eks_access.review.asking import Question, question
from eks_access.review.definitions import defined_in
from eks_access.review.dumps import state_of_documents
from eks_access.review.engine_state import state_of_engine
from eks_access.review.state import AccessState
from eks_access.testing import assert_can, assert_cannot

from ..cli.conftest import run
from .manifests import binding, role
from .renderings import resource

RULE = {"verbs": ["get"], "apiGroups": ["shop.example.org"], "resources": ["stores"]}


def definition(group: str = "shop.example.org", scope: str = "Cluster", **names: Any) -> dict[str, Any]:
    named = {"plural": "stores", "singular": "store", "kind": "Store", "shortNames": ["sto"]} | names
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"stores.{group}"},
        "spec": {"group": group, "scope": scope, "names": named},
    }


def discovery(group: str = "shop.example.org") -> dict[str, Any]:
    served = {
        "resource": "stores",
        "responseKind": {"group": group, "version": "v1", "kind": "Store"},
        "scope": "Cluster",
        "singularResource": "store",
        "verbs": ["get"],
        "shortNames": ["sto"],
        "subresources": [{"subresource": "status", "responseKind": {}, "verbs": ["get"]}],
    }
    versions = [{"version": version, "resources": [served]} for version in ("v1", "v1beta1")]
    items = [{"metadata": {"name": group}, "versions": versions}]
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "items": items}


def state(*definitions: dict[str, Any]) -> AccessState:
    return state_of_documents([role(rules=[RULE]), binding(), *definitions])


def asked(resource: str, of: AccessState) -> Question:
    return question("get", resource, namespace="a", objects=of.rbac, defined=of.resources)


@pytest.mark.parametrize(
    "name", ["stores", "store", "Store", "sto", "STO", "sto.shop.example.org", "stores.v1.shop.example.org"]
)
def test_every_name_of_a_definition_is_its_resource(name: str) -> None:
    found = asked(name, state(definition(scope="Namespaced")))

    assert (found.request.resource, found.request.api_group, found.notices) == ("stores", "shop.example.org", ())


def test_a_role_in_a_namespace_gives_nothing_of_what_lives_in_none() -> None:
    everywhere, inside = state(definition()), state(definition(scope="Namespaced"))

    assert asked("stores", everywhere).notices == ("stores.shop.example.org live in no namespace, so -n a is left out",)
    assert_cannot(everywhere, "user:ann", "get", "stores")
    assert_can(inside, "user:ann", "get", "stores", namespace="a")
    review = AccessReview(everywhere)
    assert not review.can("user:ann", asked("stores", everywhere).request).allowed


def test_a_short_name_of_two_groups_is_refused_with_both() -> None:
    two = state(definition(), definition(group="depot.example.org"))

    with pytest.raises(Refused, match="several API groups have sto") as refusal:
        asked("sto", two)
    assert "stores.depot.example.org, stores.shop.example.org" in str(refusal.value)
    assert asked("sto.depot.example.org", two).request.api_group == "depot.example.org"


def test_a_name_of_kubernetes_own_stays_its_own() -> None:
    assert asked("pods", state(definition(plural="pods", shortNames=["po"]))).request.api_group == ""


@pytest.mark.parametrize(
    "spec",
    [
        None,
        [],
        {},
        {"names": []},
        {"names": {}},
        {"group": 1, "scope": "Cluster", "names": {"plural": "a", "kind": "A"}},
    ],
)
def test_what_has_not_the_form_of_a_definition_defines_nothing(spec: object) -> None:
    assert list(defined_in({"kind": "CustomResourceDefinition", "spec": spec})) == []


def test_names_that_are_missing_follow_from_the_kind() -> None:
    (found,) = defined_in(definition(singular=None, shortNames="sto"))

    assert (found.singular, found.short) == ("store", ())


def test_discovery_tells_the_same_of_what_is_served_as_its_definition() -> None:
    (defined,) = defined_in(definition())

    assert state(discovery()).resources == (defined,)


def test_what_kubernetes_serves_anyway_is_not_told_twice() -> None:
    usual = discovery(group="apps")
    for version in usual["items"][0]["versions"]:
        version["resources"][0]["resource"] = "deployments"

    assert state(usual).resources == ()


@pytest.mark.parametrize("name", ["stores", "sto", "stores.apps"])
def test_what_a_cluster_serves_of_kubernetes_own_groups_beside_is_known(name: str) -> None:
    """A newer minor has more, and alpha or beta versions can be turned on; what is Kubernetes' own comes first."""
    found = asked(name, state(discovery(group="apps"), definition()))

    assert (found.request.api_group, found.namespaced) == ("apps", False)
    assert found.notices == ("stores.apps live in no namespace, so -n a is left out",)


def test_alpha_and_beta_that_a_cluster_serves_hide_others_as_in_kubectl() -> None:
    turned_on = discovery(group="scheduling.k8s.io")
    for version in turned_on["items"][0]["versions"]:
        version["resources"][0] |= {"resource": "workloads", "scope": "Namespaced"}
    kueue = definition(group="kueue.x-k8s.io", plural="workloads", singular="workload", scope="Namespaced")

    assert asked("workloads", state(kueue)).request.api_group == "kueue.x-k8s.io"
    assert asked("workloads", state(turned_on, kueue)).request.api_group == "scheduling.k8s.io"


@pytest.mark.parametrize("words", [("workloads",), ("wl",), ("users",), ("ip",), ("stores.shop",)])
def test_all_answers_mean_the_same_by_a_name(words: tuple[str], tmp_path: Path) -> None:
    group = "shop.example.org"
    defined = [
        definition(scope="Namespaced"),
        definition(scope="Namespaced", plural="workloads", singular="workload", kind="Workload", shortNames=["wl"]),
        definition(scope="Namespaced", plural="users", singular="user", kind="User", shortNames=None),
        definition(scope="Namespaced", plural="ips", singular="ip", kind="IP", shortNames=["ip"]),
    ]
    rule = {"verbs": ["get"], "apiGroups": [group], "resources": ["*"]}
    documents = [role(rules=[rule]), binding(), *defined]
    manifests = tmp_path / "all.yaml"
    manifests.write_text(yaml.safe_dump_all(documents))
    asked_for = ("get", *words)

    assert_can(state_of_documents(documents), "user:ann", *asked_for, namespace="a")
    for command in (
        ("can", "user:ann", *asked_for, "-n", "a"),
        ("who-can", *asked_for, "-n", "a"),
        ("who-can", *asked_for),
        ("explain", "user:ann", "a", *asked_for),
        ("matrix", *words),
    ):
        told = run(*command, "-f", str(manifests))
        assert told.exit_code == 0, told.output
        assert f"s.{group}" in told.stdout


@pytest.mark.parametrize(
    "wrong",
    [
        {"versions": None},
        {"versions": [None]},
        {"versions": [{"resources": "a"}]},
        {"metadata": None},
        {"metadata": {"name": ["shop.example.org"]}},
        {"metadata": {"name": {"shop.example.org": None}}},
    ],
)
def test_what_has_not_the_form_of_discovery_tells_nothing(wrong: dict[str, Any]) -> None:
    assert list(defined_in({**discovery()["items"][0], "kind": "APIGroupDiscovery", **wrong})) == []


def test_a_definition_that_a_stack_makes_is_known_from_its_state() -> None:
    rbac = "kubernetes:rbac.authorization.k8s.io/v1"
    crd = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
    made = [
        resource(f"{rbac}:Role", "r", role(rules=[RULE])),
        resource(f"{rbac}:RoleBinding", "b", binding()),
        resource(crd, "stores", definition()),
    ]

    found = state_of_engine({"version": 3, "deployment": {"resources": made}})

    assert found.resources == state(definition()).resources
    assert_cannot(found, "user:ann", "get", "stores")


@pytest.mark.parametrize(("command", "who"), [("can", ["user:ann"]), ("who-can", [])])
def test_an_answer_that_hangs_on_where_a_resource_lives_says_so(command: str, who: list[str], tmp_path: Path) -> None:
    rbac, defined = tmp_path / "rbac.yaml", tmp_path / "crd.yaml"
    rbac.write_text(yaml.safe_dump_all([role(rules=[RULE]), binding()]))
    defined.write_text(yaml.safe_dump(definition(scope="Namespaced")))
    words = (command, *who, "get", "stores", "-n", "a", "-f", str(rbac))

    assert "whether stores.shop.example.org live in namespaces is not known here" in run(*words).output
    assert "not known here, and" not in run(*words, "-f", str(defined)).output
