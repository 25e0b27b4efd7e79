"""Add-ons, and what EKS says about their versions."""

from __future__ import annotations

import json

from sandbox.eks.addons import describe_versions
from sandbox.eks.clusters import DEFAULT_VERSION
from sandbox.eks.registry import Answer, Call, Registry, Route, route

ADDONS = "/clusters/{name}/addons"
USUAL = ("coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni")


def routes(registry: Registry) -> list[Route]:
    """Return the calls about add-ons."""
    calls = AddonCalls(registry)
    return [
        route("GET", "/addons/supported-versions", calls.versions),
        route("GET", "/addons/configuration-schemas", calls.configuration),
        route("POST", ADDONS, calls.create),
        route("GET", ADDONS, calls.list),
        route("GET", ADDONS + "/{addon}", calls.describe),
        route("POST", ADDONS + "/{addon}/update", calls.update),
        route("DELETE", ADDONS + "/{addon}", calls.delete),
    ]


class AddonCalls:
    """The calls for add-ons."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def versions(self, call: Call) -> Answer:
        """DescribeAddonVersions: one version of whatever is asked for."""
        asked = call.first("addonName")
        kubernetes = call.first("kubernetesVersion") or DEFAULT_VERSION
        return {"addons": [describe_versions(name, kubernetes) for name in ([asked] if asked else USUAL)]}

    def configuration(self, call: Call) -> Answer:
        """DescribeAddonConfiguration: a schema that takes everything."""
        return {
            "addonName": call.first("addonName"),
            "addonVersion": call.first("addonVersion"),
            "configurationSchema": json.dumps({"type": "object"}),
            "podIdentityConfiguration": [],
        }

    def create(self, call: Call, name: str) -> Answer:
        """CreateAddon."""
        cluster = self._registry.cluster(name)
        return {"addon": cluster.addons.add(call.body, cluster.version)}

    def list(self, call: Call, name: str) -> Answer:
        """ListAddons."""
        return call.page("addons", self._registry.cluster(name).addons.names())

    def describe(self, call: Call, name: str, addon: str) -> Answer:
        """DescribeAddon."""
        return {"addon": self._registry.cluster(name).addons.get(addon)}

    def update(self, call: Call, name: str, addon: str) -> Answer:
        """UpdateAddon."""
        return {"update": self._registry.cluster(name).update_addon(addon, call.body)}

    def delete(self, call: Call, name: str, addon: str) -> Answer:
        """DeleteAddon."""
        return {"addon": self._registry.cluster(name).addons.remove(addon)}
