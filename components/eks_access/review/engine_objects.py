"""Kubernetes objects among a stack's resources.

Their types tell what they are: ``kubernetes:GROUP/VERSION:KIND``, with ``Patch`` behind it where somebody else made
the object; a CustomResource has the apiVersion as it is (pulumi-kubernetes sdk apiextensions/CustomResource), and where
no SDK makes its type of that, its properties tell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..authz.manifests import RBAC_API
from ..authz.reading import DEFAULT_NAMESPACE, is_rbac, read_objects
from ..errors import Refused
from .definitions import defined_in
from .engine_clusters import Belonging
from .engine_gathered import Gathered
from .engine_reading import Resource, is_whole, known
from .facts import AWS_AUTH
from .gaps import listed

_OBJECT = re.compile(r"kubernetes:(?:(?P<group>[a-z0-9.-]+)/)?(?P<version>v\w+):(?P<kind>\w+?)(?P<patch>Patch)?")
_CUSTOM = ("kubernetes:apiextensions.k8s.io:CustomResource", "kubernetes:apiextensions.k8s.io:CustomResourcePatch")
_PATCH = "Patch"
_CONFIG_MAP = ("v1", "ConfigMap")
_DECIDES_OF = {"Role": ("rules",), "ding": ("roleRef", "subjects")}
_DECIDES = ("metadata", "rules", "aggregationRule", "roleRef", "subjects")


def add_objects(gathered: Gathered, belonging: Belonging) -> None:
    """Add what the Kubernetes objects of a cluster say.

    Raises:
        Refused: one of them has not the form that the API server would take.
    """
    objects = _Objects(gathered)
    lost = []
    for resource in gathered.resources.by_urn.values():
        if not resource.type.startswith("kubernetes:"):
            continue
        if belonging.holds(resource):
            objects.add(resource)
        elif resource.custom and belonging.lost(resource):
            lost.append(resource.name)
    objects.finish()
    gathered.uncounted(lost, f"in which cluster these are can't be told, so they are not counted: {listed(lost)}")


def is_config_map(resource: Resource) -> bool:
    """Tell a ConfigMap, or a patch of one."""
    return _what(resource) == _CONFIG_MAP


class _Objects:
    """The objects of one cluster, one after the other."""

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered
        self._facts = gathered.facts
        self._parts: list[dict[str, Any]] = []
        self._unknown: list[Resource] = []
        self._patches: list[str] = []

    def add(self, resource: Resource) -> None:
        version, kind = what = _what(resource)
        item = _manifest(resource, version, kind)
        if item is None:
            self._unknown += [resource] if what == _CONFIG_MAP or _is_meant_as_rbac(version, kind) else []
            return
        self._facts.resources |= {str(found): found for found in defined_in(item)}
        if namespace := _text(item["metadata"].get("namespace")):
            self._facts.namespaces.add(namespace)
        name = _text(item["metadata"].get("name"))
        if kind == "Namespace" and name:
            self._facts.namespaces.add(name)
            self._gathered.places[f"Namespace {name}"] = resource.urn
        elif what == _CONFIG_MAP and (namespace, name) == AWS_AUTH:
            self._add_aws_auth(resource)
        elif what == _CONFIG_MAP and _may_be_aws_auth(resource):
            self._unknown.append(resource)
        elif is_rbac(item):
            self._add_rbac(resource, item, namespace, name)

    def finish(self) -> None:
        """Read what was found, and tell what is not counted."""
        try:
            self._facts.objects = read_objects(self._parts)
        except Refused as refusal:
            raise self._gathered.document.placed(refusal) from None
        self._gathered.untold(self._unknown)
        rule = "change what others made, whose rest is not in the state and not counted"
        self._gathered.uncounted(self._patches, f"the patches {listed(self._patches)} {rule}")

    def _add_rbac(self, resource: Resource, item: dict[str, Any], namespace: str, name: str) -> None:
        if resource.type.endswith(_PATCH) and not all(key in item for key in _DECIDES_OF[item["kind"][-4:]]):
            self._patches.append(resource.name)
        elif is_whole([resource.values.get(key) for key in _DECIDES]) and name:
            self._parts.append(item)
            self._gathered.places[_place(item["kind"], namespace, name)] = resource.urn
        else:
            self._unknown.append(resource)

    def _add_aws_auth(self, resource: Resource) -> None:
        data = known(resource.values.get("data")) or {}
        sections = dict(self._facts.aws_auth or {})
        self._gathered.places[AWS_AUTH[1]] = resource.urn
        for key, text in data.items() if isinstance(data, Mapping) else ():
            if isinstance(text, str):
                sections[key] = text
            elif text is not None:
                path = f"{resource.name}.data.{key}"
                raise self._gathered.document.refused(path, text, "a section of aws-auth is one text")
        self._facts.aws_auth = sections
        if not isinstance(data, Mapping) or not is_whole(resource.values.get("data")):
            self._gathered.untold([resource])
        self._patches += [resource.name] if resource.type.endswith(_PATCH) else []


def _what(resource: Resource) -> tuple[str, str]:
    """Return the apiVersion and the kind of an object; empty where it is none."""
    if match := _OBJECT.fullmatch(resource.type):
        group = match["group"]
        return match["version"] if group in (None, "core") else f"{group}/{match['version']}", match["kind"]
    if resource.type in _CUSTOM:
        return _text(known(resource.values.get("apiVersion"))), _text(known(resource.values.get("kind")))
    return "", ""


def _is_meant_as_rbac(version: str, kind: str) -> bool:
    return version.startswith(f"{RBAC_API}/") and not kind.endswith("List")


def _may_be_aws_auth(resource: Resource) -> bool:
    """Tell a ConfigMap of which the update may make aws-auth."""
    metadata = resource.values["metadata"]
    parts = zip(AWS_AUTH, (metadata.get(key) for key in ("namespace", "name")), strict=True)
    return all(value == wanted or not is_whole(value) for wanted, value in parts)


def _place(kind: str, namespace: str, name: str) -> str:
    """Name an object as the checks do (`checks.view`)."""
    if kind in ("ClusterRole", "ClusterRoleBinding"):
        return f"{kind} {name}"
    return f"{kind} {namespace or DEFAULT_NAMESPACE}/{name}"


def _manifest(resource: Resource, version: str, kind: str) -> dict[str, Any] | None:
    """Return a Kubernetes object as a manifest."""
    metadata = known(resource.values.get("metadata"))
    if not version or not isinstance(metadata, Mapping):
        return None
    keys = (*_DECIDES, "spec") if kind == "CustomResourceDefinition" else _DECIDES
    decides = {key: known(resource.values[key]) for key in keys if key in resource.values}
    return {**decides, "apiVersion": version, "kind": kind, "metadata": metadata}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
