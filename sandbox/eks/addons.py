"""A cluster's add-ons as records: nothing is installed, but every answer has the shape that providers read."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sandbox.eks.access_entries import now
from sandbox.eks.errors import in_use, invalid_parameter, not_found

AS_GIVEN = ("addonVersion", "serviceAccountRoleArn", "configurationValues", "namespaceConfig")


def version_for(kubernetes: str) -> str:
    """Return the version that every add-on has for a Kubernetes minor; its name says where it comes from."""
    return f"v{kubernetes}.0-eksbuild.sandbox"


def describe_versions(addon: str, kubernetes: str) -> dict[str, Any]:
    """Return an add-on as DescribeAddonVersions shows it."""
    compatible = {"clusterVersion": kubernetes, "platformVersions": ["*"], "defaultVersion": True}
    version = {
        "addonVersion": version_for(kubernetes),
        "architecture": ["amd64", "arm64"],
        "computeTypes": ["ec2", "auto", "hybrid"],
        "compatibilities": [compatible],
        "requiresConfiguration": False,
        "requiresIamPermissions": False,
    }
    return {"addonName": addon, "type": "networking", "addonVersions": [version], "publisher": "eks", "owner": "aws"}


class Addons:
    """The add-ons of one cluster."""

    def __init__(self, cluster_name: str, cluster_arn: str) -> None:
        self._cluster_name = cluster_name
        self._cluster_arn = cluster_arn
        self._records: dict[str, dict[str, Any]] = {}

    def names(self) -> list[str]:
        """In the alphabet's order, as the API lists them."""
        return sorted(self._records)

    def add(self, body: Mapping[str, Any], kubernetes: str) -> dict[str, Any]:
        """CreateAddon."""
        name = body.get("addonName") or ""
        if not name:
            raise invalid_parameter("addonName is required.")
        if name in self._records:
            raise in_use("Addon already exists.")
        self._records[name] = {
            "addonName": name,
            "clusterName": self._cluster_name,
            "status": "ACTIVE",
            "addonVersion": version_for(kubernetes),
            "health": {"issues": []},
            "addonArn": f"{self._cluster_arn.replace(':cluster/', ':addon/', 1)}/{name}/{uuid.uuid4()}",
            "createdAt": now(),
            "modifiedAt": now(),
            "tags": dict(body.get("tags") or {}),
            "publisher": "eks",
            "owner": "aws",
        }
        return self.update(name, body)

    def get(self, name: str) -> dict[str, Any]:
        """DescribeAddon."""
        if name not in self._records:
            raise not_found(f"No addon: {name} found in cluster: {self._cluster_name}")
        return self._records[name]

    def update(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Take over what UpdateAddon may change; an empty list takes the pod identities away."""
        record = self.get(name)
        record |= {key: body[key] for key in AS_GIVEN if body.get(key)}
        if body.get("podIdentityAssociations") is not None:
            base = self._cluster_arn.replace(":cluster/", ":podidentityassociation/", 1)
            record["podIdentityAssociations"] = [
                f"{base}/a-{uuid.uuid4().hex[:17]}" for _ in body["podIdentityAssociations"]
            ]
        record["modifiedAt"] = now()
        return record

    def remove(self, name: str) -> dict[str, Any]:
        """DeleteAddon."""
        record = {**self.get(name), "status": "DELETING"}
        del self._records[name]
        return record

    def by_arn(self, arn: str) -> dict[str, Any] | None:
        """Return the record with this ARN, for tagging."""
        return next((record for record in self._records.values() if record["addonArn"] == arn), None)
