"""Which RBAC manifests the real API server takes: the evaluator counts those and no others."""

from __future__ import annotations

from typing import Any

import pytest
from eks_access.authz.storable import storable
from eks_access.review.dumps import read_dump

from sandbox.controlplane import ControlPlane

from ..unit.review.manifests import API, CASES, binding
from .api_server import ApiServer
from .conftest import Show

pytestmark = pytest.mark.sandbox

CREATED, REFUSED = 201, 422


def test_manifests_are_taken_and_refused_as_by_the_api_server(control_plane: ControlPlane, show: Show) -> None:
    api = ApiServer(control_plane.admin_kubeconfig)
    api.call("POST", "/api/v1/namespaces", {"metadata": {"name": "a"}})
    answers = {name: api.call("POST", f"{path(case)}?dryRun=All", case).status for name, (case, _) in CASES.items()}
    first, second = binding(), binding(roleRef={"apiGroup": API, "kind": "Role", "name": "other"})
    bound = [api.call("POST", path(first), first).status, api.call("PUT", f"{path(first)}/r", second).status]
    api.close()

    assert {name: status == CREATED for name, status in answers.items()} == {
        name: counts(case) for name, (case, _) in CASES.items()
    }
    assert bound == [CREATED, REFUSED]
    show("manifests against the API server", manifests=len(CASES), taken=list(answers.values()).count(CREATED))


def path(document: dict[str, Any]) -> str:
    """Return where it is created by what it says of itself; a kind in other letters leads nowhere."""
    version, kind = document["apiVersion"], document["kind"]
    inside = "" if kind.startswith("Cluster") else "/namespaces/a"
    resource = f"{kind.lower()}s" if kind[0].isupper() else kind
    return f"/{'apis' if '.' in version else 'api'}/{version}{inside}/{resource}"


def counts(document: dict[str, Any]) -> bool:
    kept, _ = storable(read_dump([document]).objects())
    return bool(kept.roles or kept.bindings)
