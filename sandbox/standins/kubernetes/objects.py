"""Reading, making, applying and removing the objects of one kind, as the plugin asks the API server to."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from typing import Any, Final

from sandbox.standins.kubernetes.api import APPLY, JSON_PATCH, ApiError
from sandbox.standins.kubernetes.cluster import Cluster
from sandbox.standins.kubernetes.diff import metadata
from sandbox.standins.kubernetes.rules import Kind
from sandbox.standins.resource import Failure

_GONE_SECONDS: Final = 300
_CONFLICT_HELP: Final = (
    "Server-Side Apply field conflict detected. See https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/"
    "managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources for troubleshooting "
    "help\n: "
)


class Objects:
    """All objects of a kind. Raises ApiError for refusals and Unreachable when there is no answer."""

    def __init__(self, kind: Kind, cluster: Cluster) -> None:
        self._kind = kind
        self._cluster = cluster

    def get(self, namespace: str, name: str) -> dict[str, Any] | None:
        """Return the live object, or None."""
        try:
            return self._cluster.api().request("GET", self._cluster.path(self._kind, namespace, name))
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def post(self, inputs: Mapping[str, Any], manager: str, dry_run: bool = False) -> dict[str, Any]:
        """Make a new object; refused when there is one of that name."""
        path = self._cluster.path(self._kind, namespace_of(inputs))
        query = _query(manager, dry_run)
        return self._cluster.api().request("POST", path, query, _manifest(inputs))

    def apply(self, inputs: Mapping[str, Any], manager: str, force: bool, dry_run: bool = False) -> dict[str, Any]:
        """Server-side apply: make the object, or set the fields of the manifest and drop those it no longer has."""
        query = _query(manager, dry_run) | {"force": "true" if force else "false"}
        try:
            return self._cluster.api().request("PATCH", self._path(inputs), query, _manifest(inputs), APPLY)
        except ApiError as error:
            if error.status != 409:
                raise
            raise ApiError(409, error.reason, _CONFLICT_HELP + error.message) from error

    def owns_by_create(self, inputs: Mapping[str, Any], manager: str) -> dict[str, Any] | None:
        """Return the live object, if our fields in it are those of a create, which apply would conflict with."""
        live = self.get(namespace_of(inputs), str(metadata(inputs)["name"]))
        entries = metadata(live or {}).get("managedFields") or []
        operations = {item.get("operation") for item in entries if item.get("manager") == manager}
        return live if operations == {"Update"} else None

    def take_over(self, live: Mapping[str, Any], manager: str) -> None:
        """Turn what we own by having created the object into what we own by having applied it."""
        entries = copy.deepcopy(list(live["metadata"]["managedFields"]))
        next(item for item in entries if item.get("manager") == manager)["operation"] = "Apply"
        patch = [
            {"op": "test", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]},
            {"op": "replace", "path": "/metadata/managedFields", "value": entries},
        ]
        self._cluster.api().request("PATCH", self._path(live), None, patch, JSON_PATCH)

    def remove(self, namespace: str, name: str) -> None:
        """Delete what depends on the object, then the object, and wait until it is gone or another has its name."""
        body = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Foreground"}
        live = self.get(namespace, name)
        if live is None:
            return
        uid = metadata(live).get("uid")
        self._cluster.api().request("DELETE", self._cluster.path(self._kind, namespace, name), body=body)
        deadline, pause = time.monotonic() + _GONE_SECONDS, 0.02
        while (live := self.get(namespace, name)) is not None and metadata(live).get("uid") == uid:
            if time.monotonic() > deadline:
                raise Failure(_still_there(self._kind, namespace, name, live))
            time.sleep(pause)
            pause = min(pause * 2, 1)

    def relinquish(self, namespace: str, name: str, manager: str) -> None:
        """Give up the fields of one manager, and so remove those that nobody else owns."""
        if manager and self.get(namespace, name) is not None:
            place = {"name": name} | ({"namespace": namespace} if namespace else {})
            bare = {"apiVersion": self._kind.api_version, "kind": self._kind.name, "metadata": place}
            self.apply(bare, manager, force=False)

    def _path(self, value: Mapping[str, Any]) -> str:
        return self._cluster.path(self._kind, namespace_of(value), str(metadata(value)["name"]))


def namespace_of(value: Mapping[str, Any]) -> str:
    """Return the object's namespace, where the default one needs no name."""
    return str(metadata(value).get("namespace") or "default")


def _query(manager: str, dry_run: bool) -> dict[str, str]:
    query = {"fieldManager": manager, "fieldValidation": "Warn"}
    return query | ({"dryRun": "All"} if dry_run else {})


def _manifest(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in inputs.items() if not key.startswith("__")}


def _still_there(kind: Kind, namespace: str, name: str, live: Mapping[str, Any]) -> str:
    finalizers = ", ".join(metadata(live).get("finalizers") or []) or "none"
    place = f"{namespace}/{name}" if namespace else name
    return (
        f"{kind.name} {place} is still there {_GONE_SECONDS} s after its deletion (finalizers: {finalizers}); "
        "is the cluster's controller manager running?"
    )
