"""Render planned RBAC objects as Kubernetes manifests."""

from __future__ import annotations

from typing import Any

from ..plan.model import Binding, NamespacePlan, Rbac, RbacRole, RbacRule, Subject

RBAC_API = "rbac.authorization.k8s.io"
MANAGED_BY = {"app.kubernetes.io/managed-by": "eks-access"}
"""Label on every object, so that an audit can tell ours from others'."""

QUOTA_NAME = "eks-access"
"""Name of the one ResourceQuota and the one LimitRange of a namespace."""

Manifest = dict[str, Any]


def namespace_manifest(namespace: NamespacePlan) -> Manifest:
    """Render a Namespace."""
    metadata: Manifest = {"name": namespace.name, "labels": {**namespace.labels, **MANAGED_BY}}
    if namespace.annotations:
        metadata["annotations"] = dict(namespace.annotations)
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def quota_manifests(namespace: NamespacePlan) -> list[Manifest]:
    """Render a namespace's ResourceQuota and LimitRange, where they are declared."""
    metadata = _metadata(QUOTA_NAME, namespace.name)
    rendered: list[Manifest] = []
    if namespace.quota:
        spec: Manifest = {"hard": dict(namespace.quota)}
        rendered.append({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": spec})
    if namespace.limits:
        spec = {"limits": [dict(limit) for limit in namespace.limits]}
        rendered.append({"apiVersion": "v1", "kind": "LimitRange", "metadata": metadata, "spec": spec})
    return rendered


def role_manifest(role: RbacRole) -> Manifest:
    """Render a Role or ClusterRole."""
    return {
        "apiVersion": f"{RBAC_API}/v1",
        "kind": "Role" if role.namespace else "ClusterRole",
        "metadata": _metadata(role.name, role.namespace),
        "rules": [_rule(rule) for rule in role.rules],
    }


def binding_manifest(binding: Binding) -> Manifest:
    """Render a RoleBinding or ClusterRoleBinding."""
    return {
        "apiVersion": f"{RBAC_API}/v1",
        "kind": "RoleBinding" if binding.namespace else "ClusterRoleBinding",
        "metadata": _metadata(binding.name, binding.namespace),
        "roleRef": {"apiGroup": RBAC_API, "kind": binding.role_kind, "name": binding.role_name},
        "subjects": [_subject(binding.subject)],
    }


def manifests(rbac: Rbac) -> list[Manifest]:
    """Render everything, in the order in which it can be applied."""
    return [
        *map(namespace_manifest, rbac.namespaces),
        *(manifest for namespace in rbac.namespaces for manifest in quota_manifests(namespace)),
        *map(role_manifest, rbac.roles),
        *map(binding_manifest, rbac.bindings),
    ]


def _metadata(name: str, namespace: str | None) -> Manifest:
    metadata: Manifest = {"name": name, "labels": dict(MANAGED_BY)}
    return {**metadata, "namespace": namespace} if namespace else metadata


def _rule(rule: RbacRule) -> Manifest:
    if rule.non_resource_urls:
        return {"nonResourceURLs": list(rule.non_resource_urls), "verbs": list(rule.verbs)}
    rendered: Manifest = {
        "apiGroups": list(rule.api_groups),
        "resources": list(rule.resources),
        "verbs": list(rule.verbs),
    }
    return {**rendered, "resourceNames": list(rule.resource_names)} if rule.resource_names else rendered


def _subject(subject: Subject) -> Manifest:
    if subject.kind == "ServiceAccount":
        return {"kind": subject.kind, "name": subject.name, "namespace": subject.namespace}
    return {"kind": subject.kind, "name": subject.name, "apiGroup": RBAC_API}
