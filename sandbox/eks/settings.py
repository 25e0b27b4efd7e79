"""A cluster's settings: what CreateCluster and UpdateClusterConfig take, refuse, and DescribeCluster shows again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from sandbox.eks import access_rules as rules
from sandbox.eks.access_entries import now
from sandbox.eks.errors import invalid_parameter

Settings = dict[str, Any]

NAME = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}")
BUILT_IN_POOLS = ("general-purpose", "system")
UPDATES = {
    "logging": ("LoggingUpdate", "ClusterLogging"),
    "resourcesVpcConfig": ("VpcConfigUpdate", "PublicAccessCidrs"),
    "computeConfig": ("AutoModeUpdate", "ComputeConfig"),
    "kubernetesNetworkConfig": ("AutoModeUpdate", "KubernetesNetworkConfig"),
    "storageConfig": ("AutoModeUpdate", "StorageConfig"),
    "remoteNetworkConfig": ("RemoteNetworkConfigUpdate", "RemoteNetworkConfig"),
    "zonalShiftConfig": ("ZonalShiftConfigUpdate", "ZonalShiftConfig"),
    "upgradePolicy": ("UpgradePolicyUpdate", "UpgradePolicy"),
    "deletionProtection": ("DeletionProtectionUpdate", "DeletionProtection"),
}
"""What UpdateClusterConfig takes beside the authentication mode, and how it names the update and its parameter."""
OPTIONAL = ("computeConfig", "storageConfig", "remoteNetworkConfig", "zonalShiftConfig")
"""Shown only where they were given."""


def check_new_cluster(body: Mapping[str, Any]) -> None:
    """Refuse what EKS refuses before it makes anything."""
    if not NAME.fullmatch(body.get("name") or ""):
        raise invalid_parameter(f"The cluster name {body.get('name')!r} is invalid: it must match {NAME.pattern}")
    access = body.get("accessConfig") or {}
    mode = access.get("authenticationMode") or rules.CONFIG_MAP
    rules.check_creation_access(mode, access.get("bootstrapClusterCreatorAdminPermissions", True))
    check(body, mode)
    if auto_mode(body) and body.get("bootstrapSelfManagedAddons", True):
        raise invalid_parameter("When EKS Auto Mode is enabled, bootstrapSelfManagedAddons must be set to false.")


def initial(body: Mapping[str, Any]) -> Settings:
    """Return the settings of a new cluster, with EKS's defaults."""
    network = {"serviceIpv4Cidr": "10.100.0.0/16", "ipFamily": "ipv4"}
    return {
        "createdAt": now(),
        "roleArn": body.get("roleArn", ""),
        "kubernetesNetworkConfig": network | (body.get("kubernetesNetworkConfig") or {}),
        "logging": body.get("logging") or {"clusterLogging": []},
        "encryptionConfig": body.get("encryptionConfig") or [],
        "upgradePolicy": body.get("upgradePolicy") or {"supportType": "EXTENDED"},
        "deletionProtection": bool(body.get("deletionProtection")),
        "platformVersion": "eks.1",
        **{name: body[name] for name in OPTIONAL if body.get(name)},
    }


def changed(settings: Settings, body: Mapping[str, Any], mode: str) -> tuple[Settings, str, list[dict[str, str]]]:
    """Return the settings after UpdateClusterConfig, the kind of update and its parameters; refuse as EKS does."""
    given = [name for name in UPDATES if body.get(name) is not None]
    kinds = {UPDATES[name][0] for name in given}
    if len(kinds) != 1:
        raise invalid_parameter("The type for cluster update was not provided.")
    after = merged(settings, body)
    check(after, mode)
    return after, kinds.pop(), [{"type": UPDATES[name][1], "value": json.dumps(body[name])} for name in given]


def merged(settings: Mapping[str, Any], body: Mapping[str, Any]) -> Settings:
    """Return the settings with those of an update over them; what a part doesn't say stays."""
    after = dict(settings)
    for name in UPDATES:
        if (new := body.get(name)) is not None:
            after[name] = {**(settings.get(name) or {}), **new} if isinstance(new, dict) else new
    return after


def check(settings: Mapping[str, Any], mode: str) -> None:
    """Refuse settings that contradict each other."""
    _check_auto_mode(settings, mode)
    if _networks(settings) and mode not in rules.ENTRY_MODES:
        raise invalid_parameter(
            "AccessConfig AuthMode must be API_AND_CONFIG_MAP or API when remoteNetworkConfig is specified"
        )


def check_remote_networks(settings: Mapping[str, Any], vpc_cidrs: list[str]) -> None:
    """Networks of hybrid nodes lie outside the VPC's."""
    for kind, cidr in _networks(settings):
        for other in vpc_cidrs:
            if ip_network(cidr, strict=False).overlaps(ip_network(other)):
                raise invalid_parameter(f"Invalid remote {kind} network: CIDR {cidr} overlaps with VPC CIDR {other}")


def auto_mode(settings: Mapping[str, Any]) -> bool:
    """Whether EKS runs nodes, load balancers and disks itself."""
    return any(_auto_mode_parts(settings))


def auto_mode_node_role(settings: Mapping[str, Any]) -> str | None:
    """Return the role of the built-in node pools; without such pools EKS knows none."""
    compute = settings.get("computeConfig") or {}
    return compute.get("nodeRoleArn") if auto_mode(settings) and compute.get("nodePools") else None


def _auto_mode_parts(settings: Mapping[str, Any]) -> tuple[bool, bool, bool]:
    compute = settings.get("computeConfig") or {}
    balancing = (settings.get("kubernetesNetworkConfig") or {}).get("elasticLoadBalancing") or {}
    storage = (settings.get("storageConfig") or {}).get("blockStorage") or {}
    on = (bool(part.get("enabled")) for part in (compute, balancing, storage))
    return next(on), next(on), next(on)


def _check_auto_mode(settings: Mapping[str, Any], mode: str) -> None:
    if len(set(_auto_mode_parts(settings))) > 1:
        raise invalid_parameter(
            "For EKS Auto Mode, please ensure that all required configs, including computeConfig, "
            "kubernetesNetworkConfig, and blockStorage are all either fully enabled or fully disabled."
        )
    if not auto_mode(settings):
        return
    if mode not in rules.ENTRY_MODES:
        raise invalid_parameter("AccessConfig AuthMode must be API_AND_CONFIG_MAP or API when Auto Mode is enabled")
    compute = settings["computeConfig"]
    role, pools = compute.get("nodeRoleArn"), compute.get("nodePools") or []
    if pools and not role:
        raise invalid_parameter("When Compute Config nodeRoleArn is null or empty, nodePool list cannot be populated.")
    if role and not pools:
        raise invalid_parameter(
            "When Compute Config nodeRoleArn is not null or empty, nodePool value(s) must be provided."
        )
    if unknown := [pool for pool in pools if pool not in BUILT_IN_POOLS]:
        raise invalid_parameter(f"Invalid node pool {unknown[0]}. Valid values: {', '.join(BUILT_IN_POOLS)}")


def _networks(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    remote = settings.get("remoteNetworkConfig") or {}
    kinds = (("node", "remoteNodeNetworks"), ("pod", "remotePodNetworks"))
    return [(kind, cidr) for kind, key in kinds for each in remote.get(key) or [] for cidr in each.get("cidrs") or []]
