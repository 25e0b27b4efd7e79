"""StorageClasses of `storageClasses` (storageclass.ts)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from sandbox.standins.eks.texts import text

_DEFAULT = "storageclass.kubernetes.io/is-default-class"


def storage_classes(
    name: str, wanted: Any, provider: kubernetes.Provider, after: list[pulumi.Resource], parent: pulumi.Resource
) -> dict[str, kubernetes.storage.v1.StorageClass]:
    """Make a class per entry; a volume type alone is the default class of that type."""
    entries = {wanted: {"type": wanted, "default": True}} if isinstance(wanted, str) else wanted or {}
    opts = pulumi.ResourceOptions(parent=parent, provider=provider, depends_on=after)
    return {key: _storage_class(f"{name.lower()}-{key}", entry, opts) for key, entry in entries.items()}


def _storage_class(
    name: str, entry: Mapping[str, Any], opts: pulumi.ResourceOptions
) -> kubernetes.storage.v1.StorageClass:
    metadata = pulumi.Output.all(entry.get("metadata") or {}, entry.get("default"))
    parameters: dict[str, pulumi.Input[str]] = {"type": entry["type"]}
    if entry.get("zones"):
        parameters["zones"] = pulumi.Output.from_input(entry["zones"]).apply(", ".join)
    for key in ("iopsPerGb", "encrypted"):
        if entry.get(key):
            parameters[key] = pulumi.Output.from_input(entry[key]).apply(text)
    if entry.get("kmsKeyId"):
        parameters["kmsKeyId"] = entry["kmsKeyId"]
    return kubernetes.storage.v1.StorageClass(
        name,
        metadata=metadata.apply(lambda parts: _with_default(parts[0], parts[1])),
        provisioner="kubernetes.io/aws-ebs",
        parameters=parameters,
        allow_volume_expansion=entry.get("allowVolumeExpansion"),
        mount_options=entry.get("mountOptions"),
        reclaim_policy=entry.get("reclaimPolicy"),
        volume_binding_mode=entry.get("volumeBindingMode"),
        opts=opts,
    )


def _with_default(metadata: Mapping[str, Any], default: bool | None) -> Any:
    if not default:
        return dict(metadata)
    return {**metadata, "annotations": {**(metadata.get("annotations") or {}), _DEFAULT: "true"}}
