"""EKS: what runs pods, node groups and Fargate profiles."""

from __future__ import annotations

from typing import Any

from sandbox.standins.aws.spec import ARN_TAGS, Autoname, Call, Props, Source, Spec, Update, Wait

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


_VERSION: dict[str, Source] = {
    "version": "version",
    "releaseVersion": "releaseVersion",
    "launchTemplate": _template,
    "force": "forceUpdateVersion",
}

NODE_GROUP = Spec(
    type="aws:eks/nodeGroup:NodeGroup",
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
        "labels": "nodegroup.labels",
        "nodeRoleArn": "nodegroup.nodeRole",
        "releaseVersion": "nodegroup.releaseVersion",
        "scalingConfig": "nodegroup.scalingConfig",
        "status": "nodegroup.status",
        "subnetIds": "nodegroup.subnets",
        "version": "nodegroup.version",
        "tagsAll": "nodegroup.tags",
    },
    updates=(
        Update(("scalingConfig",), Call("update_nodegroup_config", {**_NODES, "scalingConfig": _scaling})),
        Update(("labels", "taints"), _label_change),
        Update(("updateConfig",), Call("update_nodegroup_config", {**_NODES, "updateConfig": "updateConfig"})),
        Update(
            ("version", "releaseVersion", "launchTemplate"), Call("update_nodegroup_version", {**_NODES, **_VERSION})
        ),
    ),
    delete=Call("delete_nodegroup", {**_NODES}),
    replaces=(
        *("clusterName", "nodeGroupName", "nodeRoleArn", "subnetIds"),
        *("amiType", "capacityType", "diskSize", "instanceTypes", "launchTemplate.id", "launchTemplate.name"),
    ),
    local=("forceUpdateVersion",),
    autoname=Autoname("nodeGroupName"),
    unordered=("subnetIds", "taints"),
    adopts=(
        *("amiType", "capacityType", "diskSize", "instanceTypes"),
        *("releaseVersion", "version", "updateConfig"),
    ),
    tags=ARN_TAGS,
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
