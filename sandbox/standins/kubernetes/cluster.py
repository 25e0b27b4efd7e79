"""A configured kubernetes provider: its settings, its API server, and where that serves each kind."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from sandbox.standins.kubernetes.api import Api, ApiError, Unreachable, kubeconfig_of, named
from sandbox.standins.kubernetes.rules import Kind
from sandbox.standins.resource import Failure
from sandbox.standins.values import parsed


class Cluster:
    """What the handlers ask. The server is called only when needed, since a preview may come before it exists."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._api: Api | None = None
        self._served: dict[str, dict[str, tuple[str, bool]]] = {}
        self.config_map_mutable = self._flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE")
        self.secret_mutable = self._flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE")
        self.upsert = self._flag("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS")
        self.patch_force = self._flag("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE")
        self.delete_unreachable = self._flag("deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE")
        self.skip_unreachable = self._flag("skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE")

    @property
    def namespace(self) -> str:
        """The namespace of objects that name none: the provider's, then the context's, then `default`."""
        explicit = self._config.get("namespace")
        if isinstance(explicit, str) and explicit:
            return explicit
        context = active_context(self._config)
        found = context.get("namespace") if isinstance(context, Mapping) else None
        return found if isinstance(found, str) and found else "default"

    def api(self) -> Api:
        """Return the connection, made on first use. A failure isn't remembered: the next resource tries again."""
        with self._lock:
            if self._api is None:
                kubeconfig = self._config.get("kubeconfig")
                self._api = Api(kubeconfig, self._config.get("context"))
            return self._api

    def namespaced(self, kind: Kind) -> bool:
        """Whether objects of the kind live in a namespace; a guess from the kind's name when nobody can be asked."""
        if kind.cluster_scoped:
            return False
        try:
            return self._location(kind)[1]
        except (Unreachable, ApiError, Failure):
            return True

    def path(self, kind: Kind, namespace: str, name: str = "") -> str:
        """Where the API server serves an object, or the collection it belongs to."""
        plural, namespaced = self._location(kind)
        place = f"/namespaces/{quote(namespace)}" if namespaced else ""
        return f"{kind.path}{place}/{plural}" + (f"/{quote(name, safe='')}" if name else "")

    def _location(self, kind: Kind) -> tuple[str, bool]:
        if kind.name not in self._served.get(kind.path, {}):
            listing = self.api().request("GET", kind.path)
            self._served[kind.path] = {
                item["kind"]: (item["name"], bool(item["namespaced"]))
                for item in listing.get("resources", [])
                if "/" not in item["name"]
            }
        served = self._served[kind.path].get(kind.name)
        if served is None:
            raise Failure(
                "the Kubernetes API server reported that the apiVersion for this resource does not exist. "
                f"Verify that any required CRDs have been created: no matches for kind "
                f'"{kind.name}" in version "{kind.api_version}"'
            )
        return served

    def _flag(self, setting: str, variable: str) -> bool:
        value = parsed(self._config.get(setting))
        return os.environ.get(variable) == "true" if value is None else value is True


def active_context(config: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the context that a provider's settings select in its kubeconfig, or None where there is none to find."""
    text = config.get("kubeconfig")
    try:
        kubeconfig = kubeconfig_of(text) if isinstance(text, str) and text else None
    except (OSError, ValueError):
        return None
    if not isinstance(kubeconfig, Mapping):
        return None
    wanted = config.get("context") or kubeconfig.get("current-context")
    return named(kubeconfig, "contexts", wanted, "context")


def active_cluster(config: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the cluster entry that a provider's settings lead to: what tells one cluster from another."""
    context = active_context(config)
    text = config.get("kubeconfig")
    if context is None or not isinstance(text, str):
        return None
    return named(kubeconfig_of(text), "clusters", config.get("cluster") or context.get("cluster"), "cluster")
