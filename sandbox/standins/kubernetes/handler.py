"""Any Kubernetes object as a Pulumi resource, with the plugin's ways of naming, previewing, owning and letting go."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sandbox.standins.kubernetes.api import ApiError, Unreachable
from sandbox.standins.kubernetes.cluster import Cluster
from sandbox.standins.kubernetes.diff import AUTONAMED, compare, is_autonamed, metadata, prune, without_read_only
from sandbox.standins.kubernetes.objects import Objects
from sandbox.standins.kubernetes.quota import NOT_ENFORCED, is_quota, once_enforced
from sandbox.standins.kubernetes.rules import Kind
from sandbox.standins.resource import UNKNOWN, Diff, Failure, PartialFailure, State
from sandbox.standins.values import is_known

T = TypeVar("T")
PATCH_FORCE: Final = "pulumi.com/patchForce"
PATCH_MANAGER: Final = "pulumi.com/patchFieldManager"
_MANAGER: Final = "__fieldManager"
_INITIAL: Final = "__initialApiVersion"
_SERVER_MADE: Final = ("creationTimestamp", "resourceVersion", "uid")
_REMEDY: Final = (
    "If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the "
    'PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"'
)


class ObjectHandler:
    """One kind on one cluster."""

    def __init__(self, kind: Kind, cluster: Cluster) -> None:
        self._kind = kind
        self._cluster = cluster
        self._objects = Objects(kind, cluster)
        self.secret_outputs = ("data", "stringData") if (kind.group, kind.name) == ("", "Secret") else ()

    def check(self, urn: str, news: dict[str, Any], olds: dict[str, Any]) -> dict[str, Any]:
        """Kind, name and namespace filled in. A made-up name is kept for as long as the program gives none."""
        result = dict(news) | {"apiVersion": self._kind.api_version, "kind": self._kind.name}
        meta = news.get("metadata")
        if meta is UNKNOWN:
            return result
        filled = dict(meta) if isinstance(meta, Mapping) else {}
        if not filled.get("name") and not filled.get("generateName"):
            self._name(filled, urn, olds)
        if not filled.get("namespace") and self._cluster.namespaced(self._kind):
            filled["namespace"] = self._cluster.namespace
        return result | {"metadata": filled}

    def _name(self, meta: dict[str, Any], urn: str, olds: Mapping[str, Any]) -> None:
        if self._kind.patch:
            raise Failure("patch resources require the resource `.metadata.name` to be set", "metadata.name")
        logical = urn.rsplit("::", 1)[-1].lower()
        old = metadata(olds).get("name") if is_autonamed(olds) else None
        annotations = meta.get("annotations")
        meta["name"] = old or f"{logical}-{secrets.token_hex(4)}"
        meta["annotations"] = {**(annotations if isinstance(annotations, Mapping) else {}), AUTONAMED: "true"}

    def diff(self, id: str, old_inputs: dict[str, Any], old_outputs: dict[str, Any], news: dict[str, Any]) -> Diff:
        """Compare the live object as last seen with the program."""
        live = {key: item for key, item in old_outputs.items() if not key.startswith("__")}
        mutable = {
            "config_map_mutable": self._cluster.config_map_mutable,
            "secret_mutable": self._cluster.secret_mutable,
        }
        return compare(self._kind, old_inputs, live, news, **mutable)

    def create(self, urn: str, inputs: dict[str, Any], preview: bool) -> State:
        """Make it by a plain create, so that an object that somebody else made is never taken over by accident.

        Patches, and objects that say `pulumi.com/patchForce` (or a provider with `upsertExistingObjects`), are
        applied onto whatever is there.
        """
        manager = _manager(inputs) or f"pulumi-kubernetes-{secrets.token_hex(4)}"
        failed = f"resource {_full_name(inputs)} was not successfully created by the Kubernetes API server "
        if preview:
            return State("", self._rehearsed(inputs, failed, lambda: self._make(inputs, manager, dry_run=True)))
        with _reported(failed):
            live = _once_namespaced(lambda: self._make(inputs, manager, dry_run=False))
            live = self._settled(live, inputs, manager)
        return State(_full_name(live), self._outputs(live, manager))

    def _make(self, inputs: Mapping[str, Any], manager: str, dry_run: bool) -> dict[str, Any]:
        if self._kind.patch or self._cluster.upsert or self._forces(inputs):
            return self._objects.apply(inputs, manager, self._forces(inputs), dry_run)
        return self._objects.post(inputs, manager, dry_run)

    def _rehearsed(self, inputs: dict[str, Any], failed: str, attempt: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return a dry run's object, or the inputs where there can be none (unknowns, no cluster or namespace yet)."""
        if self._kind.patch or not is_known(inputs):
            return _unsettled(inputs)
        try:
            return _unsettled(self._outputs(attempt(), ""))
        except (Unreachable, Failure):
            return _unsettled(inputs)
        except ApiError as error:
            if error.status in (403, 404) or error.reason == "AlreadyExists":
                return _unsettled(inputs)
            raise Failure(f"{failed}: {error.message}") from error

    def read(self, id: str, inputs: dict[str, Any]) -> State | None:
        """Return the live object; its inputs are all its fields in an import, those once written in a refresh."""
        namespace, _, name = id.rpartition("/")
        try:
            live = self._objects.get(namespace or self._cluster.namespace, name)
        except Unreachable as error:
            if self._cluster.delete_unreachable:
                return None
            raise Failure(f"failed to read resource state due to unreachable cluster: {error}. {_REMEDY}") from error
        except ApiError as error:
            raise Failure(error.message) from error
        if live is None:
            return None
        written = prune(live, inputs) if inputs else without_read_only(live)
        return State(id, self._outputs(live, ""), written)

    def update(self, id: str, old_outputs: dict[str, Any], inputs: dict[str, Any], preview: bool) -> dict[str, Any]:
        """Server-side apply, as the field manager that made the object."""
        manager = _manager(inputs) or str(old_outputs.get(_MANAGER) or f"pulumi-kubernetes-{secrets.token_hex(4)}")
        force = self._forces(inputs)
        failed = (
            f'update of resource "{id}" failed because the Kubernetes API server reported that it failed to fully '
            "initialize or become live"
        )
        if preview:
            return _settled(old_outputs, self._rehearsed(inputs, failed, lambda: self._try(inputs, manager, force)))
        with _reported(failed):
            if (live := self._objects.owns_by_create(inputs, manager)) is not None:
                self._objects.take_over(live, manager)
            live = self._objects.apply(inputs, manager, force)
            if live.get("spec") != old_outputs.get("spec"):
                live = self._settled(live, inputs, manager)
            return self._outputs(live, manager)

    def _settled(self, live: dict[str, Any], inputs: dict[str, Any], manager: str) -> dict[str, Any]:
        if not is_quota(self._kind):
            return live
        live, enforced = once_enforced(self._objects, live)
        if not enforced:
            name = _full_name(live)
            state = State(name, self._outputs(live, manager), inputs)
            raise PartialFailure(f"{self._kind.name} {name}: {NOT_ENFORCED}", state)
        return live

    def _try(self, inputs: dict[str, Any], manager: str, force: bool) -> dict[str, Any]:
        """Return a dry run of an update, forced where only our own create is in the way."""
        own = self._objects.owns_by_create(inputs, manager) is not None
        return self._objects.apply(inputs, manager, force or own, dry_run=True)

    def delete(self, id: str, outputs: dict[str, Any]) -> None:
        """Foreground deletion, over when the object is gone. A patch only lets go of the fields that it had set."""
        namespace, _, name = id.rpartition("/")
        try:
            if self._kind.patch:
                self._objects.relinquish(namespace, name, str(outputs.get(_MANAGER, "")))
            else:
                self._objects.remove(namespace, name)
        except Unreachable as error:
            if not self._cluster.delete_unreachable:
                raise Failure(f"configured Kubernetes cluster is unreachable: {error}. {_REMEDY}") from error
        except ApiError as error:
            if error.status != 404:
                raise Failure(error.message) from error

    def _forces(self, inputs: Mapping[str, Any]) -> bool:
        annotation = (metadata(inputs).get("annotations") or {}).get(PATCH_FORCE)
        return self._cluster.patch_force if annotation is None else str(annotation).lower() == "true"

    def _outputs(self, live: Mapping[str, Any], manager: str) -> dict[str, Any]:
        outputs = {**live, "metadata": {k: item for k, item in metadata(live).items() if k != "managedFields"}}
        return outputs | ({_INITIAL: self._kind.api_version, _MANAGER: manager} if manager else {})


@contextmanager
def _reported(failed: str) -> Iterator[None]:
    try:
        yield
    except Unreachable as error:
        reason = f"unable to load schema information from the API server: {error}"
        raise Failure(f"configured Kubernetes cluster is unreachable: {reason}") from error
    except ApiError as error:
        raise Failure(f"{failed}: {error.message}") from error


def _once_namespaced(make: Callable[[], T]) -> T:
    """Try again while the namespace is missing: programs seldom say that an object depends on it."""
    for pause in (0.25, 0.5, 1, 2, 4):
        try:
            return make()
        except ApiError as error:
            if error.status != 404:
                raise
        time.sleep(pause)
    return make()


def _manager(inputs: Mapping[str, Any]) -> str:
    return str((metadata(inputs).get("annotations") or {}).get(PATCH_MANAGER) or "")


def _full_name(value: Mapping[str, Any]) -> str:
    meta = metadata(value)
    name = str(meta.get("name") or meta.get("generateName") or "")
    return f"{meta['namespace']}/{name}" if meta.get("namespace") else name


def _unsettled(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a previewed object: what only the server can make isn't known, and what a dry run made up is not shown."""
    if not isinstance(value.get("metadata"), Mapping):
        return dict(value)
    return {**value, "metadata": {**value["metadata"], **dict.fromkeys(_SERVER_MADE, UNKNOWN)}}


def _settled(old_outputs: Mapping[str, Any], outputs: dict[str, Any]) -> dict[str, Any]:
    """Return a previewed update: the object stays the same one."""
    meta = outputs.get("metadata")
    if isinstance(meta, dict):
        known = {
            key: metadata(old_outputs)[key] for key in ("creationTimestamp", "uid") if key in metadata(old_outputs)
        }
        outputs = {**outputs, "metadata": {**meta, **known}}
    return {**{key: item for key, item in old_outputs.items() if key.startswith("__")}, **outputs}
