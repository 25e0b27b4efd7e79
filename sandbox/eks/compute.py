"""Managed node groups and Fargate profiles as records: no machine is started, but what EKS does for access is done."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.eks.access_entries import now
from sandbox.eks.errors import in_use, invalid_parameter, not_found


@dataclass(frozen=True, slots=True)
class Kind:
    """How the API spells one kind of child of a cluster."""

    label: str
    collection: str
    """Path segment."""
    one: str
    """Key of a single one in answers."""
    many: str
    name_key: str
    arn_key: str
    arn_segment: str
    role_key: str
    defaults: Mapping[str, Any]


NODE_GROUPS = Kind(
    label="NodeGroup",
    collection="node-groups",
    one="nodegroup",
    many="nodegroups",
    name_key="nodegroupName",
    arn_key="nodegroupArn",
    arn_segment="nodegroup",
    role_key="nodeRole",
    defaults={
        "capacityType": "ON_DEMAND",
        "scalingConfig": {"minSize": 1, "maxSize": 2, "desiredSize": 2},
        "instanceTypes": ["t3.medium"],
        "subnets": [],
        "amiType": "AL2023_x86_64_STANDARD",
        "diskSize": 20,
        "labels": {},
        "taints": [],
        "releaseVersion": "",
        "updateConfig": {"maxUnavailable": 1},
        "health": {"issues": []},
    },
)

FARGATE_PROFILES = Kind(
    label="Fargate profile",
    collection="fargate-profiles",
    one="fargateProfile",
    many="fargateProfileNames",
    name_key="fargateProfileName",
    arn_key="fargateProfileArn",
    arn_segment="fargateprofile",
    role_key="podExecutionRoleArn",
    defaults={"selectors": [], "subnets": [], "health": {"issues": []}},
)

KINDS = (NODE_GROUPS, FARGATE_PROFILES)


def entry_type(kind: Kind, record: Mapping[str, Any]) -> str:
    """Return the type of the access entry that EKS makes for the record's role."""
    if kind is FARGATE_PROFILES:
        return "FARGATE_LINUX"
    return "EC2_WINDOWS" if str(record.get("amiType", "")).startswith("WINDOWS") else "EC2_LINUX"


class Children:
    """The node groups or the Fargate profiles of one cluster."""

    def __init__(self, kind: Kind, cluster_name: str, cluster_arn: str) -> None:
        self.kind = kind
        self._cluster_name = cluster_name
        self._arn_base = cluster_arn.replace(":cluster/", f":{kind.arn_segment}/", 1)
        self._records: dict[str, dict[str, Any]] = {}

    def names(self) -> list[str]:
        """In order of creation, as the API lists them."""
        return list(self._records)

    def add(self, body: Mapping[str, Any], version: str) -> dict[str, Any]:
        """Record a new one; the caller has checked the role."""
        kind = self.kind
        name = body.get(kind.name_key) or ""
        if not name or not body.get(kind.role_key):
            raise invalid_parameter(f"{kind.name_key} and {kind.role_key} are required.")
        if name in self._records:
            raise in_use(f"{kind.label} already exists with name {name} and cluster name {self._cluster_name}")
        record = {
            **kind.defaults,
            **{key: value for key, value in body.items() if key != "clientRequestToken"},
            "clusterName": self._cluster_name,
            kind.arn_key: f"{self._arn_base}/{name}/{uuid.uuid4()}",
            "createdAt": now(),
            "status": "ACTIVE",
            "tags": dict(body.get("tags") or {}),
        }
        if kind is NODE_GROUPS:
            group = f"eks-{name}-{uuid.uuid4()}"
            record |= {"modifiedAt": now(), "version": body.get("version") or version}
            record["resources"] = {"autoScalingGroups": [{"name": group}]}
        self._records[name] = record
        return record

    def get(self, name: str) -> dict[str, Any]:
        """One record."""
        if name not in self._records:
            raise not_found(f"No {self.kind.label} found for name: {name}.")
        return self._records[name]

    def update(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Take over what UpdateNodegroupConfig and UpdateNodegroupVersion may change."""
        record = self.get(name)
        for key in ("scalingConfig", "updateConfig", "version", "releaseVersion", "launchTemplate"):
            if body.get(key) is not None:
                record[key] = {**record.get(key, {}), **body[key]} if isinstance(body[key], dict) else body[key]
        labels = body.get("labels") or {}
        kept = {k: v for k, v in record.get("labels", {}).items() if k not in (labels.get("removeLabels") or [])}
        record["labels"] = kept | (labels.get("addOrUpdateLabels") or {})
        taints = body.get("taints") or {}
        gone = [*(taints.get("removeTaints") or []), *(taints.get("addOrUpdateTaints") or [])]
        stays = [t for t in record.get("taints", []) if not any(t.get("key") == g.get("key") for g in gone)]
        record["taints"] = stays + list(taints.get("addOrUpdateTaints") or [])
        record["modifiedAt"] = now()
        return record

    def remove(self, name: str) -> dict[str, Any]:
        """Forget one; its access entry stays, as on EKS."""
        record = {**self.get(name), "status": "DELETING"}
        del self._records[name]
        return record

    def by_arn(self, arn: str) -> dict[str, Any] | None:
        """Return the record with this ARN, for tagging."""
        return next((r for r in self._records.values() if r[self.kind.arn_key] == arn), None)
