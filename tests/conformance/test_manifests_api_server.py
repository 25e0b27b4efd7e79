"""What the real API server makes of manifests: which RBAC it takes, and where it looks for custom resources."""

from __future__ import annotations

from typing import Any

import pytest
from eks_access.live.cluster import read_api_server
from eks_access.live.kubeconfig import of_kubeconfig
from eks_access.review.access_review import AccessReview
from eks_access.review.asking import question
from eks_access.review.dumps import state_of_documents

from sandbox.controlplane import ControlPlane

from ..unit.review.manifests import API, CASES, binding, counts, role, there
from .api_server import ApiServer
from .conftest import Show
from .test_rbac_api_server import wait

pytestmark = pytest.mark.sandbox

OK, CREATED, FORBIDDEN, REFUSED = 200, 201, 403, 422
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def test_manifests_are_taken_and_refused_as_by_the_api_server(control_plane: ControlPlane, show: Show) -> None:
    api = ApiServer(control_plane.admin_kubeconfig)
    api.call("POST", "/api/v1/namespaces", {"metadata": {"name": "a"}})
    answers = {name: api.call("POST", f"{path(case)}?dryRun=All", case) for name, (case, _) in CASES.items()}
    first, second = binding(), binding(roleRef={"apiGroup": API, "kind": "Role", "name": "other"})
    bound = [api.call("POST", path(first), first).status, api.call("PUT", f"{path(first)}/r", second).status]
    api.close()

    taken = {name: answer.body for name, answer in answers.items() if answer.status == CREATED}
    assert {name: name in taken for name in CASES} == {name: counts(case) for name, (case, _) in CASES.items()}
    named = [name for name in taken if "generateName" not in taken[name]["metadata"]]
    assert {name: there([CASES[name][0]]) for name in named} == {name: there([taken[name]]) for name in named}
    assert bound == [CREATED, REFUSED]
    show("manifests against the API server", manifests=len(CASES), taken=len(taken))


def test_a_role_gives_nothing_of_a_custom_resource_that_lives_in_no_namespace(control_plane: ControlPlane) -> None:
    api = ApiServer(control_plane.admin_kubeconfig)
    rule = {"verbs": ["list"], "apiGroups": ["shop.example.org"], "resources": ["stores", "shelves"]}
    documents = [
        definition("stores", "Store", "Cluster"),
        definition("shelves", "Shelf", "Namespaced"),
        role(metadata={"name": "shop", "namespace": "a"}, rules=[rule]),
        binding(metadata={"name": "shop", "namespace": "a"}, roleRef={"apiGroup": API, "kind": "Role", "name": "shop"}),
    ]
    api.call("POST", "/api/v1/namespaces", {"metadata": {"name": "a"}})
    for document in documents:
        api.call("POST", DEFINITIONS if "spec" in document else path(document), document)
    review = AccessReview(state_of_documents(documents))
    as_ann, shop = {"Impersonate-User": "ann"}, "/apis/shop.example.org/v1"
    wait(lambda: api.call("GET", f"{shop}/namespaces/a/shelves", headers=as_ann).status == OK, "the definitions")

    answer = api.call("GET", f"{shop}/stores", headers=as_ann)
    asked = question("list", "stores", namespace="a", objects=review.state.rbac, defined=review.state.resources)
    (mine,) = review.can("user:ann", asked.request).verdicts
    running = state_of_documents(read_api_server(of_kubeconfig(control_plane.admin_kubeconfig, None)))
    api.close()

    assert answer.status == FORBIDDEN
    # what other tests left behind may be told after it
    assert f"Error from server (Forbidden): {answer.body['message']}".startswith(mine.said)
    inside = question("list", "shelves", namespace="a", objects=review.state.rbac, defined=review.state.resources)
    assert review.can("user:ann", inside.request).allowed
    assert {str(each): each for each in running.resources}.items() >= {
        str(each): each for each in review.state.resources
    }.items()


def definition(plural: str, kind: str, scope: str) -> dict[str, Any]:
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.shop.example.org"},
        "spec": {
            "group": "shop.example.org",
            "scope": scope,
            "names": {"plural": plural, "kind": kind},
            "versions": [version],
        },
    }


def path(document: dict[str, Any]) -> str:
    """Return where it is created by what it says of itself; a kind in other letters leads nowhere."""
    version, kind = document["apiVersion"], document["kind"]
    namespace = (document["metadata"] or {}).get("namespace", "a")
    inside = "" if kind.startswith("Cluster") else f"/namespaces/{namespace}"
    resource = f"{kind.lower()}s" if kind[0].isupper() else kind
    return f"/{'apis' if '.' in version else 'api'}/{version}{inside}/{resource}"
