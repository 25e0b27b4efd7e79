"""EKS: the cluster, its add-ons, node groups and Fargate profiles. EKS and Pulumi mostly use the same names here."""

from __future__ import annotations

import time
from typing import Any

from sandbox.standins.aws.readings import moment
from sandbox.standins.aws.spec import ARN_TAGS, Autoname, Call, Props, Source, Spec, Update, Wait, pick
from sandbox.standins.resource import UNKNOWN


def _log_types(enabled: list[str]) -> list[dict[str, Any]]:
    return [{"types": sorted(enabled), "enabled": True}] if enabled else []


def _logging(props: Props) -> dict[str, Any] | None:
    enabled = _log_types(props.get("enabledClusterLogTypes") or [])
    return {"clusterLogging": enabled} if enabled else None


def _encryption(props: Props) -> list[dict[str, Any]] | None:
    return [props["encryptionConfig"]] if props.get("encryptionConfig") else None


def _enabled_logs(answer: Any, _props: Props) -> list[str] | None:
    groups = pick("cluster.logging.clusterLogging", answer) or []
    return sorted(kind for group in groups if group.get("enabled") for kind in group["types"]) or None


def _oidc(answer: Any, _props: Props) -> list[dict[str, Any]]:
    issuer = pick("cluster.identity.oidc.issuer", answer)
    return [{"oidcs": [{"issuer": issuer}] if issuer else []}]


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
    _change(client, new, logging={"clusterLogging": _log_types(sorted(after)) + off})


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
        _change(client, new, **{name: new[name]})

    return Update((name,), run)


def _foreseen_network(inputs: Props) -> Props:
    if not isinstance(inputs.get("vpcConfig"), dict):
        return {}
    return {"vpcConfig": {"clusterSecurityGroupId": UNKNOWN, "vpcId": UNKNOWN, **inputs["vpcConfig"]}}


_AS_THEY_ARE: tuple[str, ...] = (
    "name",
    "roleArn",
    "version",
    "accessConfig",
    "bootstrapSelfManagedAddons",
    "computeConfig",
    "deletionProtection",
    "kubernetesNetworkConfig",
    "remoteNetworkConfig",
    "storageConfig",
    "upgradePolicy",
    "zonalShiftConfig",
)
_CLUSTER_PARAMS: dict[str, Source] = {
    **{name: name for name in _AS_THEY_ARE},
    "resourcesVpcConfig": "vpcConfig",
    "logging": _logging,
    "encryptionConfig": _encryption,
}

CLUSTER = Spec(
    type="aws:eks/cluster:Cluster",
    service="eks",
    title="EKS Cluster",
    id="{name}",
    create=Call("create_cluster", _CLUSTER_PARAMS),
    read=Call("describe_cluster", {"name": "id"}),
    exists="cluster",
    wait=Wait("cluster.status"),
    outputs={
        "accessConfig": "cluster.accessConfig",
        "arn": "cluster.arn",
        "certificateAuthority": "cluster.certificateAuthority",
        "clusterId": "cluster.id",
        "createdAt": moment("cluster.createdAt"),
        "enabledClusterLogTypes": _enabled_logs,
        "encryptionConfig": "cluster.encryptionConfig.0",
        "endpoint": "cluster.endpoint",
        "identities": _oidc,
        "kubernetesNetworkConfig": "cluster.kubernetesNetworkConfig",
        "name": "cluster.name",
        "platformVersion": "cluster.platformVersion",
        "roleArn": "cluster.roleArn",
        "status": "cluster.status",
        "tagsAll": "cluster.tags",
        "upgradePolicy": "cluster.upgradePolicy",
        "version": "cluster.version",
        "vpcConfig": "cluster.resourcesVpcConfig",
    },
    updates=(
        Update(("version",), _update_version),
        Update(("accessConfig.authenticationMode",), _update_mode),
        Update(("enabledClusterLogTypes",), _update_logging),
        Update(("vpcConfig",), _update_vpc),
        Update(("encryptionConfig",), _encrypt),
        _configure("upgradePolicy"),
        _configure("computeConfig"),
        _configure("storageConfig"),
        _configure("zonalShiftConfig"),
        _configure("remoteNetworkConfig"),
        _configure("deletionProtection"),
    ),
    delete=Call("delete_cluster", {"name": "id"}),
    replaces=(
        "name",
        "roleArn",
        "bootstrapSelfManagedAddons",
        "accessConfig.bootstrapClusterCreatorAdminPermissions",
        "kubernetesNetworkConfig.ipFamily",
        "kubernetesNetworkConfig.serviceIpv4Cidr",
    ),
    local=("forceUpdateVersion", "kubernetesNetworkConfig.elasticLoadBalancing"),
    autoname=Autoname("name"),
    unordered=(
        "enabledClusterLogTypes",
        "vpcConfig.subnetIds",
        "vpcConfig.securityGroupIds",
        "vpcConfig.publicAccessCidrs",
        "computeConfig.nodePools",
    ),
    adopts=(
        *("version", "accessConfig", "accessConfig.authenticationMode", "upgradePolicy", "computeConfig"),
        *("kubernetesNetworkConfig", "kubernetesNetworkConfig.serviceIpv4Cidr", "storageConfig", "zonalShiftConfig"),
    ),
    defaults={
        "bootstrapSelfManagedAddons": True,
        "deletionProtection": False,
        "accessConfig.bootstrapClusterCreatorAdminPermissions": True,
        "vpcConfig.endpointPrivateAccess": False,
        "vpcConfig.endpointPublicAccess": True,
        "kubernetesNetworkConfig.ipFamily": "ipv4",
    },
    tags=ARN_TAGS,
    foresee=_foreseen_network,
    retry=("Role is not authorized", "is not authorized to perform: sts:AssumeRole"),
)

SPECS = (CLUSTER,)
