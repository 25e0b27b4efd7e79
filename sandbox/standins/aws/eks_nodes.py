"""EKS: what runs pods, node groups and Fargate profiles."""

from __future__ import annotations

from typing import Any

from sandbox.standins.aws.shapes import Translation, written_over
from sandbox.standins.aws.spec import ARN_TAGS, Autoname, Call, Props, Source, Spec, Update, Wait, pick

_NODES = {"clusterName": "clusterName", "nodegroupName": "nodeGroupName"}


def _label_change(client: Any, old: Props, new: Props) -> None:
    """Labels and taints are changed by what to add and what to remove, unlike everything else of a node group."""
    before, after = old.get("labels") or {}, new.get("labels") or {}
    taints = new.get("taints") or []
    gone = [taint for taint in old.get("taints") or [] if taint not in taints]
    client.update_nodegroup_config(
        **{name: new[source] for name, source in _NODES.items()},
        labels={"addOrUpdateLabels": after, "removeLabels": sorted(set(before) - set(after))},
        taints={"addOrUpdateTaints": taints, "removeTaints": gone},
    )


def _scaling(props: Props) -> Any:
    """Return the three numbers; the real provider sends all of them, whichever changed."""
    return {name: props["scalingConfig"][name] for name in ("minSize", "maxSize", "desiredSize")}


def _template(props: Props) -> Any:
    """Name the launch template by its id or by its name, never by both."""
    template = props.get("launchTemplate")
    if not template:
        return None
    wanted = ("id", "version") if template.get("id") else ("name", "version")
    return {name: str(template[name]) for name in wanted if template.get(name) is not None}


_TYPE = "aws:eks/nodeGroup:NodeGroup"
_PARTS = Translation(
    _TYPE,
    "eks",
    "CreateNodegroup",
    names=("nodeRepairConfig", "remoteAccess", "warmPoolConfig"),
    renames={"remoteAccess.sourceSecurityGroupIds": "sourceSecurityGroups"},
)


def _part(name: str) -> Any:
    """Return one object in EKS's names."""
    target = name
    return lambda props: _PARTS.to_api({name: props.get(name)}).get(target)


def _seen(name: str) -> Any:
    """Return an object as EKS has it; what it doesn't say stays as written."""
    return lambda answer, props: written_over(props.get(name), _PARTS.from_api(pick("nodegroup", answer)).get(name))


def _warm_pool(props: Props) -> Any:
    return {**(_PARTS.to_api(props).get("warmPoolConfig") or {}), "enabled": bool(props.get("warmPoolConfig"))}


def _launched_by(answer: Any, props: Props) -> Any:
    """Return the template by what the program named it; EKS knows both its id and its name."""
    live = pick("nodegroup.launchTemplate", answer)
    return written_over(props.get("launchTemplate"), live) if live else None


def _resources(answer: Any, _props: Props) -> list[Props]:
    found = pick("nodegroup.resources", answer) or {}
    groups = [{"name": group["name"]} for group in found.get("autoScalingGroups") or []]
    return [{"autoscalingGroups": groups, "remoteAccessSecurityGroupId": found.get("remoteAccessSecurityGroup", "")}]


_VERSION: dict[str, Source] = {
    "version": "version",
    "releaseVersion": "releaseVersion",
    "launchTemplate": _template,
    "force": "forceUpdateVersion",
}

_ONLY_WRITTEN = ("labels", "launchTemplate", "remoteAccess", "taints", "warmPoolConfig")
"""Nothing is made up for these where the program leaves them out."""

NODE_GROUP = Spec(
    type=_TYPE,
    service="eks",
    title="EKS Node Group",
    id="{clusterName}:{nodeGroupName}",
    create=Call(
        "create_nodegroup",
        {
            **_NODES,
            "nodeRole": "nodeRoleArn",
            "subnets": "subnetIds",
            "scalingConfig": _scaling,
            "launchTemplate": _template,
            **{name: name for name in ("amiType", "capacityType", "diskSize", "instanceTypes", "labels", "taints")},
            **{name: name for name in ("releaseVersion", "updateConfig", "version")},
            **{name: _part(name) for name in ("nodeRepairConfig", "remoteAccess")},
            "warmPoolConfig": lambda props: _warm_pool(props) if props.get("warmPoolConfig") else None,
        },
    ),
    read=Call("describe_nodegroup", {**_NODES}),
    exists="nodegroup",
    wait=Wait("nodegroup.status"),
    outputs={
        "amiType": "nodegroup.amiType",
        "arn": "nodegroup.nodegroupArn",
        "capacityType": "nodegroup.capacityType",
        "diskSize": "nodegroup.diskSize",
        "instanceTypes": "nodegroup.instanceTypes",
        "clusterName": "nodegroup.clusterName",
        "labels": "nodegroup.labels",
        "launchTemplate": _launched_by,
        "nodeGroupName": "nodegroup.nodegroupName",
        "nodeRepairConfig": _seen("nodeRepairConfig"),
        "nodeRoleArn": "nodegroup.nodeRole",
        "releaseVersion": "nodegroup.releaseVersion",
        "remoteAccess": _seen("remoteAccess"),
        "resources": _resources,
        "scalingConfig": "nodegroup.scalingConfig",
        "status": "nodegroup.status",
        "subnetIds": "nodegroup.subnets",
        "taints": lambda answer, _props: pick("nodegroup.taints", answer) or None,
        "updateConfig": "nodegroup.updateConfig",
        "version": "nodegroup.version",
        "warmPoolConfig": _seen("warmPoolConfig"),
        "tagsAll": "nodegroup.tags",
    },
    updates=(
        Update(("scalingConfig",), Call("update_nodegroup_config", {**_NODES, "scalingConfig": _scaling})),
        Update(("labels", "taints"), _label_change),
        Update(("updateConfig",), Call("update_nodegroup_config", {**_NODES, "updateConfig": "updateConfig"})),
        Update(
            ("nodeRepairConfig",),
            Call("update_nodegroup_config", {**_NODES, "nodeRepairConfig": _part("nodeRepairConfig")}),
        ),
        Update(("warmPoolConfig",), Call("update_nodegroup_config", {**_NODES, "warmPoolConfig": _warm_pool})),
        Update(
            ("version", "releaseVersion", "launchTemplate"), Call("update_nodegroup_version", {**_NODES, **_VERSION})
        ),
    ),
    delete=Call("delete_nodegroup", {**_NODES}),
    replaces=(
        *("clusterName", "nodeGroupName", "nodeRoleArn", "subnetIds"),
        *("amiType", "capacityType", "diskSize", "instanceTypes", "launchTemplate.id", "launchTemplate.name"),
        "remoteAccess",
    ),
    local=("forceUpdateVersion",),
    autoname=Autoname("nodeGroupName", by_prefix="nodeGroupNamePrefix"),
    unordered=("subnetIds", "taints"),
    adopts=(
        *("amiType", "capacityType", "diskSize", "instanceTypes"),
        *("releaseVersion", "version", "updateConfig", "launchTemplate.id", "launchTemplate.name"),
        *("nodeRepairConfig",),
    ),
    tags=ARN_TAGS,
    foresee=lambda inputs: {name: inputs.get(name) for name in _ONLY_WRITTEN},
)

_PROFILE = {"clusterName": "clusterName", "fargateProfileName": "fargateProfileName"}

FARGATE_PROFILE = Spec(
    type="aws:eks/fargateProfile:FargateProfile",
    service="eks",
    title="EKS Fargate Profile",
    id="{clusterName}:{fargateProfileName}",
    create=Call(
        "create_fargate_profile",
        {
            **_PROFILE,
            "podExecutionRoleArn": "podExecutionRoleArn",
            "selectors": "selectors",
            "subnets": "subnetIds",
        },
    ),
    read=Call("describe_fargate_profile", {**_PROFILE}),
    exists="fargateProfile",
    wait=Wait("fargateProfile.status"),
    outputs={
        "arn": "fargateProfile.fargateProfileArn",
        "clusterName": "fargateProfile.clusterName",
        "fargateProfileName": "fargateProfile.fargateProfileName",
        "podExecutionRoleArn": "fargateProfile.podExecutionRoleArn",
        "selectors": "fargateProfile.selectors",
        "status": "fargateProfile.status",
        "subnetIds": "fargateProfile.subnets",
        "tagsAll": "fargateProfile.tags",
    },
    delete=Call("delete_fargate_profile", {**_PROFILE}),
    replaces=("clusterName", "fargateProfileName", "podExecutionRoleArn", "selectors", "subnetIds"),
    autoname=Autoname("fargateProfileName"),
    unordered=("subnetIds", "selectors"),
    tags=ARN_TAGS,
)

SPECS = (NODE_GROUP, FARGATE_PROFILE)
