"""What the API server makes of an RBAC manifest before anything is decided by it.

Sources: k8s.io/kubernetes pkg/registry/rbac/rest/storage_rbac.go (v1 is the only version), k8s.io/apimachinery
pkg/api/validation/objectmeta.go; https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation (fields
that it doesn't know are dropped, with a warning; kubectl refuses them).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from ..authz.manifests import RBAC_API
from ..authz.names import is_label_key, is_label_value
from ..authz.reading import BINDING_KINDS, ROLE_KINDS

_SERVED = f"{RBAC_API}/v1"
_MEANT = ("rbac", "authorization.k8s.io")
"""How versions begin that are meant as it; other groups have kinds called Role, too."""
_KINDS = {kind.lower(): kind for kind in (*ROLE_KINDS, *BINDING_KINDS)}
_FIELDS: Mapping[str, frozenset[str]] = {
    "Role": frozenset({"apiVersion", "kind", "metadata", "rules"}),
    "ClusterRole": frozenset({"apiVersion", "kind", "metadata", "rules", "aggregationRule"}),
    "RoleBinding": frozenset({"apiVersion", "kind", "metadata", "roleRef", "subjects"}),
    "ClusterRoleBinding": frozenset({"apiVersion", "kind", "metadata", "roleRef", "subjects"}),
    "metadata": frozenset(
        {
            *("name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation"),
            *("creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"),
            *("labels", "annotations", "ownerReferences", "finalizers", "managedFields"),
        }
    ),
    "aggregationRule": frozenset({"clusterRoleSelectors"}),
    "clusterRoleSelectors": frozenset({"matchLabels", "matchExpressions"}),
    "rules": frozenset({"verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"}),
    "subjects": frozenset({"kind", "apiGroup", "name", "namespace"}),
    "roleRef": frozenset({"kind", "apiGroup", "name"}),
}


def is_meant_as_rbac(document: Mapping[str, Any]) -> bool:
    """Tell what somebody wrote as an RBAC object, whatever version or spelling of the kind they gave it."""
    version, kind = document.get("apiVersion"), document.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str) or kind.endswith("List"):
        return False
    if version.partition("/")[0] == RBAC_API:
        return True
    return kind.lower() in _KINDS and (version == "v1" or version.startswith(_MEANT))


def why_refused(document: Mapping[str, Any]) -> str:
    """Say why the API server refuses what is meant as RBAC for its kind or its metadata; empty where it doesn't."""
    version, kind = document["apiVersion"], document["kind"]
    if version != _SERVED:
        former = ", the only version since Kubernetes 1.22" if version.startswith(f"{RBAC_API}/v1") else ""
        return f"apiVersion: {version} is not {_SERVED}{former}"
    if kind not in (*ROLE_KINDS, *BINDING_KINDS):
        near = difflib.get_close_matches(kind.lower(), _KINDS, n=1)
        return f"{RBAC_API} has no kind {kind}" + (f"; did you mean {_KINDS[near[0]]}?" if near else "")
    metadata = document.get("metadata")
    if not isinstance(metadata, Mapping):
        return ""
    return (
        _labels_fault(metadata.get("labels"), "metadata.labels")
        or _annotations_fault(metadata.get("annotations"))
        or (_selectors_fault(document.get("aggregationRule")) if kind == "ClusterRole" else "")
    )


def _labels_fault(found: object, path: str) -> str:
    if not isinstance(found, Mapping | None):
        return f"{path}: these are a map; write each as `name: value`"
    for key, value in (found or {}).items():
        if value is not None and not isinstance(value, str):
            return f"{path}: the value of {key} is no text; write it in quotes"
        if not is_label_key(str(key)) or not is_label_value(value or ""):
            return f"{path}: {key} and its value are up to 63 letters, digits, '-', '_' and '.' each"
    return ""


def _annotations_fault(found: object) -> str:
    if not isinstance(found, Mapping | None):
        return "metadata.annotations: these are a map; write each as `name: value`"
    for key, value in (found or {}).items():
        if value is not None and not isinstance(value, str):
            return f"metadata.annotations: the value of {key} is no text; write it in quotes"
        if not is_label_key(str(key).lower()):
            return f"metadata.annotations: {key} is up to 63 letters, digits, '-', '_' and '.'"
    return ""


def _selectors_fault(rule: object) -> str:
    selectors = rule.get("clusterRoleSelectors") if isinstance(rule, Mapping) else None
    for index, selector in enumerate(selectors if isinstance(selectors, list) else ()):
        labels = selector.get("matchLabels") if isinstance(selector, Mapping) else None
        if fault := _labels_fault(labels, f"aggregationRule.clusterRoleSelectors[{index}].matchLabels"):
            return fault
    return ""


def is_template(document: Mapping[str, Any]) -> bool:
    """Tell an object of which rendering would make another: some name in it, or a label, is a template's."""
    metadata, subjects = document.get("metadata"), document.get("subjects")
    if _has_template(metadata) or _has_template(document.get("roleRef")):
        return True
    if isinstance(metadata, dict) and _has_template(metadata.get("labels")):
        return True
    if isinstance(subjects, list):
        for each in subjects:
            if _has_template(each):
                return True
    return False


def _has_template(found: object) -> bool:
    if isinstance(found, dict):
        for text in found.values():
            if isinstance(text, str) and "{{" in text:
                return True
    return False


def unknown_fields(document: Mapping[str, Any]) -> list[str]:
    """Name the fields that the API server drops, with the ones that were probably meant."""
    kind = document["kind"]
    found = _unknown(document, kind, "") + _unknown(document.get("metadata"), "metadata", "metadata.")
    if kind in BINDING_KINDS:
        found += _unknown(document.get("roleRef"), "roleRef", "roleRef.")
        return found + _unknown_of_each(document, "subjects", "")
    found += _unknown_of_each(document, "rules", "")
    aggregation = document.get("aggregationRule")
    if kind == "ClusterRole" and isinstance(aggregation, Mapping):
        found += _unknown(aggregation, "aggregationRule", "aggregationRule.")
        found += _unknown_of_each(aggregation, "clusterRoleSelectors", "aggregationRule.")
    return found


def _unknown_of_each(within: Mapping[str, Any], items: str, path: str) -> list[str]:
    found: list[str] = []
    listed = within.get(items)
    for index, each in enumerate(listed if isinstance(listed, list) else ()):
        if not isinstance(each, dict) or not each.keys() <= _FIELDS[items]:
            found += _unknown(each, items, f"{path}{items}[{index}].")
    return found


def _unknown(found: object, of: str, path: str) -> list[str]:
    if not isinstance(found, dict) or found.keys() <= _FIELDS[of]:
        return []
    unknown = sorted(map(str, found.keys() - _FIELDS[of]))
    near = (difflib.get_close_matches(key, sorted(_FIELDS[of]), n=1) for key in unknown)
    return [
        f"{path}{key}" + (f"; did you mean {meant[0]}?" if meant else "")
        for key, meant in zip(unknown, near, strict=True)
    ]
