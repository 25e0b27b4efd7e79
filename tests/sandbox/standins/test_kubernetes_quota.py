"""A ResourceQuota is done when it is enforced."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.standins.kubernetes import quota
from sandbox.standins.kubernetes.handler import ObjectHandler
from sandbox.standins.kubernetes.rules import kind_of
from sandbox.standins.resource import PartialFailure

INPUTS: dict[str, Any] = {"metadata": {"name": "pods", "namespace": "payments"}, "spec": {"hard": {"pods": "4"}}}


class Server:
    """A cluster that enforces a quota after it was asked for it some times."""

    namespace, upsert, patch_force = "default", False, False

    def __init__(self, enforced_after: int | None) -> None:
        self._left = enforced_after
        self.asked = 0
        self.live: dict[str, Any] = {}

    def api(self) -> Server:
        return self

    def path(self, *_place: object) -> str:
        return "/"

    def request(self, method: str, path: str, query: object = None, body: Any = None, *_rest: object) -> dict[str, Any]:
        if method in ("POST", "PATCH"):
            self.live = {**body, "status": self.live.get("status", {})}
            return dict(self.live)
        self.asked += 1
        if self._left is not None and self.asked > self._left:
            self.live["status"] = {"hard": self.live["spec"]["hard"], "used": {"pods": "0"}}
        return dict(self.live)


def handler(server: Server) -> ObjectHandler:
    return ObjectHandler(kind_of("kubernetes:core/v1:ResourceQuota"), server)  # type: ignore[arg-type]


def test_a_new_quota_is_waited_for() -> None:
    state = handler(Server(2)).create("urn", INPUTS, preview=False)
    assert state.outputs["status"]["hard"] == {"pods": "4"}


def test_a_changed_quota_is_waited_for_and_an_unchanged_one_not() -> None:
    server = Server(0)
    made = handler(server).create("urn", INPUTS, preview=False)
    changed = {**INPUTS, "spec": {"hard": {"pods": "5"}}}
    outputs = handler(server).update(made.id, made.outputs, changed, preview=False)
    assert outputs["status"]["hard"] == {"pods": "5"}

    asked = server.asked
    labelled = {**changed, "metadata": {**changed["metadata"], "labels": {"a": "b"}}}
    handler(server).update(made.id, outputs, labelled, preview=False)
    assert server.asked == asked + 1, "only for who owns its fields"


def test_a_quota_that_nobody_enforces_fails_but_is_in_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota.once_enforced, "__defaults__", (0.05,))
    with pytest.raises(PartialFailure, match=r"payments/pods: status\.hard was not equal") as failure:
        handler(Server(None)).create("urn", INPUTS, preview=False)
    assert failure.value.state.id == "payments/pods"
    assert failure.value.state.outputs["spec"] == INPUTS["spec"]
