"""EKS: how a cluster is changed. EKS takes one kind of change at a time."""

from __future__ import annotations

import time
from typing import Any

from sandbox.standins.aws.shapes import Translation
from sandbox.standins.aws.spec import Props, Update, pick

ONLY_WRITTEN = (
    *("computeConfig", "controlPlaneScalingConfig", "deletionProtection", "encryptionConfig"),
    *("kubeApiServerConfig", "kubeControllerManagerConfig", "kubeSchedulerConfig", "outpostConfig"),
    *("remoteNetworkConfig", "storageConfig", "zonalShiftConfig"),
)
SETTINGS = Translation("aws:eks/cluster:Cluster", "eks", "CreateCluster", names=ONLY_WRITTEN[:3] + ONLY_WRITTEN[4:])
"""Settings that have the same form on both sides, but for lists and plurals."""


def log_types(enabled: list[str]) -> list[dict[str, Any]]:
    """Return the logs that are on, as EKS groups them."""
    return [{"types": sorted(enabled), "enabled": True}] if enabled else []


def _change(client: Any, props: Props, **change: Any) -> None:
    """One configuration change. EKS takes one at a time, so wait until the cluster is active again."""
    client.update_cluster_config(name=props["name"], **change)
    _await_active(client, props["name"])


def _await_active(client: Any, name: str) -> None:
    deadline = time.monotonic() + 600
    while client.describe_cluster(name=name)["cluster"]["status"] != "ACTIVE" and time.monotonic() < deadline:
        time.sleep(0.2)


def _update_version(client: Any, _old: Props, new: Props) -> None:
    client.update_cluster_version(name=new["name"], version=new["version"])
    _await_active(client, new["name"])


def _update_logging(client: Any, old: Props, new: Props) -> None:
    before, after = set(old.get("enabledClusterLogTypes") or []), set(new.get("enabledClusterLogTypes") or [])
    off = [{"types": sorted(before - after), "enabled": False}] if before - after else []
    _change(client, new, logging={"clusterLogging": log_types(sorted(after)) + off})


def _update_mode(client: Any, _old: Props, new: Props) -> None:
    _change(client, new, accessConfig={"authenticationMode": new["accessConfig"]["authenticationMode"]})


def _update_vpc(client: Any, old: Props, new: Props) -> None:
    """Endpoint access and subnets are two different updates for EKS."""
    for names in (
        ("endpointPrivateAccess", "endpointPublicAccess", "publicAccessCidrs"),
        ("subnetIds", "securityGroupIds"),
    ):
        change = {name: new["vpcConfig"][name] for name in names if new["vpcConfig"].get(name) is not None}
        if change and any(pick(f"vpcConfig.{name}", old) != value for name, value in change.items()):
            _change(client, new, resourcesVpcConfig=change)


def _encrypt(client: Any, _old: Props, new: Props) -> None:
    client.associate_encryption_config(clusterName=new["name"], encryptionConfig=[new["encryptionConfig"]])
    _await_active(client, new["name"])


def _configure(name: str) -> Update:
    """Return an input that `UpdateClusterConfig` takes as it is."""

    def run(client: Any, _old: Props, new: Props) -> None:
        value = SETTINGS.to_api(new).get(name) if name in SETTINGS.names else new.get(name)
        _change(client, new, **{name: value if value is not None else _OFF.get(name, {})})

    return Update((name,), run)


_CHANGEABLE = (
    *("controlPlaneScalingConfig", "deletionProtection", "kubeApiServerConfig", "kubeControllerManagerConfig"),
    *("kubeSchedulerConfig", "remoteNetworkConfig", "zonalShiftConfig"),
)
_OFF: dict[str, Any] = {
    "deletionProtection": False,
    "remoteNetworkConfig": {"remoteNodeNetworks": [], "remotePodNetworks": []},
    "zonalShiftConfig": {"enabled": False},
}
"""What is sent where the program takes a setting away."""


def _update_auto_mode(client: Any, _old: Props, new: Props) -> None:
    """Send the three settings of Auto Mode in one request, as EKS wants them."""
    balancing = pick("kubernetesNetworkConfig.elasticLoadBalancing", new)
    change = {
        "computeConfig": new.get("computeConfig") or {"enabled": False},
        "kubernetesNetworkConfig": {"elasticLoadBalancing": balancing or {"enabled": False}},
        "storageConfig": new.get("storageConfig") or {"blockStorage": {"enabled": False}},
    }
    _change(client, new, **change)


UPDATES = (
    Update(("version",), _update_version),
    Update(("accessConfig.authenticationMode",), _update_mode),
    Update(("enabledClusterLogTypes",), _update_logging),
    Update(("vpcConfig",), _update_vpc),
    Update(("encryptionConfig",), _encrypt),
    Update(("computeConfig", "kubernetesNetworkConfig.elasticLoadBalancing", "storageConfig"), _update_auto_mode),
    *(_configure(name) for name in ("upgradePolicy", *_CHANGEABLE)),
)
