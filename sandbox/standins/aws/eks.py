"""EKS: the cluster, its add-ons, node groups and Fargate profiles. EKS and Pulumi mostly use the same names here."""

from __future__ import annotations

from typing import Any

from sandbox.standins.aws.eks_updates import ONLY_WRITTEN, SETTINGS, UPDATES, log_types
from sandbox.standins.aws.readings import moment
from sandbox.standins.aws.shapes import written_over
from sandbox.standins.aws.spec import ARN_TAGS, Autoname, Call, Props, Source, Spec, Wait, pick
from sandbox.standins.resource import UNKNOWN


def _logging(props: Props) -> dict[str, Any] | None:
    enabled = log_types(props.get("enabledClusterLogTypes") or [])
    return {"clusterLogging": enabled} if enabled else None


def _encryption(props: Props) -> list[dict[str, Any]] | None:
    return [props["encryptionConfig"]] if props.get("encryptionConfig") else None


def _enabled_logs(answer: Any, _props: Props) -> list[str] | None:
    groups = pick("cluster.logging.clusterLogging", answer) or []
    return sorted(kind for group in groups if group.get("enabled") for kind in group["types"]) or None


def _oidc(answer: Any, _props: Props) -> list[dict[str, Any]]:
    issuer = pick("cluster.identity.oidc.issuer", answer)
    return [{"oidcs": [{"issuer": issuer}] if issuer else []}]


def _auto_mode_is_whole(inputs: Props) -> str | None:
    """Auto Mode is on or off; half of it is refused before anything is made."""
    places = ("computeConfig.enabled", "kubernetesNetworkConfig.elasticLoadBalancing.enabled")
    switches = [pick(place, inputs) for place in (*places, "storageConfig.blockStorage.enabled")]
    if UNKNOWN in switches or any(inputs.get(place.split(".")[0]) is UNKNOWN for place in (*places, "storageConfig")):
        return None
    if len({bool(switch) for switch in switches}) == 1:
        return None
    names = "compute_config.enabled, kubernetes_networking_config.elastic_load_balancing.enabled"
    return f"{names}, and storage_config.block_storage.enabled must all be set to either true or false"


def _setting(name: str) -> Any:
    """Return a setting in EKS's form; its name is the same on both sides."""
    return lambda props: SETTINGS.to_api({name: props.get(name)}).get(name)


def _tuned(name: str) -> Any:
    """Read a setting that EKS may not mention; then it is as written."""
    return lambda answer, props: written_over(props.get(name), SETTINGS.from_api(answer["cluster"]).get(name))


def _foreseen(inputs: Props) -> Props:
    given = {name: inputs.get(name) for name in ONLY_WRITTEN}
    if not isinstance(inputs.get("vpcConfig"), dict):
        return given
    return {**given, "vpcConfig": {"clusterSecurityGroupId": UNKNOWN, "vpcId": UNKNOWN, **inputs["vpcConfig"]}}


_AS_THEY_ARE: tuple[str, ...] = (
    "name",
    "roleArn",
    "version",
    "accessConfig",
    "bootstrapSelfManagedAddons",
    "kubernetesNetworkConfig",
    "upgradePolicy",
)
_CLUSTER_PARAMS: dict[str, Source] = {
    **{name: name for name in _AS_THEY_ARE},
    "resourcesVpcConfig": "vpcConfig",
    "logging": _logging,
    "encryptionConfig": _encryption,
    **{name: _setting(name) for name in SETTINGS.names},
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
        **{name: _tuned(name) for name in SETTINGS.names},
    },
    refuse=_auto_mode_is_whole,
    updates=UPDATES,
    delete=Call("delete_cluster", {"name": "id"}),
    replaces=(
        "name",
        "roleArn",
        "bootstrapSelfManagedAddons",
        "outpostConfig",
        "accessConfig.bootstrapClusterCreatorAdminPermissions",
        "kubernetesNetworkConfig.ipFamily",
        "kubernetesNetworkConfig.serviceIpv4Cidr",
    ),
    replaces_if={
        "encryptionConfig": lambda old, new: bool(old) and not new,
        "computeConfig.nodeRoleArn": lambda old, new: bool(old),
    },
    local=("forceUpdateVersion", "defaultAddonsToRemoves"),
    autoname=Autoname("name"),
    unordered=(
        "enabledClusterLogTypes",
        "vpcConfig.subnetIds",
        "vpcConfig.securityGroupIds",
        "vpcConfig.publicAccessCidrs",
        "computeConfig.nodePools",
        "encryptionConfig.resources",
        "remoteNetworkConfig.remoteNodeNetworks.cidrs",
        "remoteNetworkConfig.remotePodNetworks.cidrs",
    ),
    adopts=(
        *("version", "accessConfig", "accessConfig.authenticationMode", "upgradePolicy"),
        *("kubernetesNetworkConfig", "kubernetesNetworkConfig.serviceIpv4Cidr", "kubernetesNetworkConfig.ipFamily"),
        *("kubernetesNetworkConfig.elasticLoadBalancing",),
    ),
    defaults={
        "bootstrapSelfManagedAddons": True,
        "deletionProtection": False,
        "accessConfig.bootstrapClusterCreatorAdminPermissions": True,
        "vpcConfig.endpointPrivateAccess": False,
        "vpcConfig.endpointPublicAccess": True,
        "kubernetesNetworkConfig.ipFamily": "ipv4",
        "kubernetesNetworkConfig.elasticLoadBalancing.enabled": False,
        "computeConfig.enabled": False,
        "storageConfig.blockStorage.enabled": False,
    },
    tags=ARN_TAGS,
    foresee=_foreseen,
    retry=("Role is not authorized", "is not authorized to perform: sts:AssumeRole"),
)

SPECS = (CLUSTER,)
