"""What the kubernetes plugin knows about kinds: which fields force a replacement, which kinds have no namespace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_RBAC: Final = "rbac.authorization.k8s.io"
_ALWAYS: Final = ("metadata.name", "metadata.namespace")
_FORCE_NEW: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("apps", "DaemonSet"): ("spec.selector",),
    ("apps", "Deployment"): ("spec.selector",),
    ("apps", "StatefulSet"): (
        "spec.podManagementPolicy",
        "spec.selector",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
    ),
    ("batch", "Job"): ("spec.completions", "spec.parallelism", "spec.selector", "spec.template"),
    ("", "PersistentVolumeClaim"): ("spec",),
    ("", "ResourceQuota"): ("spec.scopes",),
    ("", "Service"): ("spec.clusterIP",),
    (_RBAC, "ClusterRoleBinding"): ("roleRef",),
    (_RBAC, "RoleBinding"): ("roleRef",),
    ("storage.k8s.io", "StorageClass"): ("parameters", "provisioner"),
}
_CONFIG_MAP_DATA: Final = ("binaryData", "data")
_SECRET_DATA: Final = ("type", "stringData", "data")

# For a cluster that can't be asked (a preview before it exists); all others are taken to have a namespace.
_CLUSTER_SCOPED: Final = frozenset(
    {
        ("", "Namespace"),
        ("", "Node"),
        ("", "PersistentVolume"),
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("apiregistration.k8s.io", "APIService"),
        ("certificates.k8s.io", "CertificateSigningRequest"),
        ("networking.k8s.io", "IngressClass"),
        ("node.k8s.io", "RuntimeClass"),
        (_RBAC, "ClusterRole"),
        (_RBAC, "ClusterRoleBinding"),
        ("scheduling.k8s.io", "PriorityClass"),
        ("storage.k8s.io", "CSIDriver"),
        ("storage.k8s.io", "StorageClass"),
    }
)


@dataclass(frozen=True)
class Kind:
    """A Kubernetes kind as a Pulumi type token names it. `patch` marks the Patch variants (`ConfigMapPatch`)."""

    group: str
    version: str
    name: str
    patch: bool = False

    @property
    def api_version(self) -> str:
        """As it stands in manifests: `v1`, `apps/v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def path(self) -> str:
        """Where the API server serves the group and version."""
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"

    @property
    def cluster_scoped(self) -> bool:
        """Whether the kind is known to have no namespace, without asking a server."""
        return (self.group, self.name) in _CLUSTER_SCOPED


def kind_of(token: str) -> Kind:
    """Return the kind that a token like `kubernetes:core/v1:ConfigMap` names. Raises KeyError for anything else."""
    parts = token.split(":")
    if len(parts) != 3 or parts[0] != "kubernetes" or parts[1].count("/") != 1:
        raise KeyError(token)
    group, version = parts[1].split("/")
    if group in ("helm.sh", "yaml", "kustomize", "index") or not version.startswith("v") or parts[2].endswith("List"):
        raise KeyError(token)
    patch = parts[2].endswith("Patch") and len(parts[2]) > len("Patch")
    name = parts[2].removesuffix("Patch") if patch else parts[2]
    return Kind("" if group == "core" else group, version, name, patch)


def force_new(kind: Kind, news: Mapping[str, Any], config_map_mutable: bool, secret_mutable: bool) -> tuple[str, ...]:
    """Return the paths whose change replaces the object; for a Patch, which touches what others own, its identity."""
    if kind.patch:
        return _ALWAYS
    immutable = news.get("immutable") is True
    if (kind.group, kind.name) == ("", "ConfigMap"):
        return _ALWAYS + (() if config_map_mutable and not immutable else _CONFIG_MAP_DATA)
    if (kind.group, kind.name) == ("", "Secret"):
        return _ALWAYS + (() if secret_mutable and not immutable else _SECRET_DATA)
    return _ALWAYS + _FORCE_NEW.get((kind.group, kind.name), ())
