"""EKS: who gets in (access entries, access policies) and what runs pods (node groups, Fargate profiles)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.standins.aws.eks import EKS_TAGS, moment
from sandbox.standins.aws.spec import Autoname, Call, Props, Source, Spec, Update, Wait

_ENTRY = {"clusterName": "clusterName", "principalArn": "principalArn"}
_IDENTITY: dict[str, Source] = {"kubernetesGroups": "kubernetesGroups", "username": "userName"}

ACCESS_ENTRY = Spec(
    type="aws:eks/accessEntry:AccessEntry",
    service="eks",
    title="EKS Access Entry",
    id="{clusterName}:{principalArn}",
    create=Call("create_access_entry", {**_ENTRY, **_IDENTITY, "type": "type"}),
    read=Call("describe_access_entry", {**_ENTRY}),
    exists="accessEntry",
    outputs={
        "accessEntryArn": "accessEntry.accessEntryArn",
        "clusterName": "accessEntry.clusterName",
        "createdAt": moment("accessEntry.createdAt"),
        "kubernetesGroups": "accessEntry.kubernetesGroups",
        "modifiedAt": moment("accessEntry.modifiedAt"),
        "principalArn": "accessEntry.principalArn",
        "type": "accessEntry.type",
        "userName": "accessEntry.username",
        "tagsAll": "accessEntry.tags",
    },
    updates=(
        Update(
            ("kubernetesGroups", "userName"),
            Call(
                "update_access_entry",
                {**_ENTRY, **_IDENTITY, "kubernetesGroups": lambda props: props.get("kubernetesGroups") or []},
            ),
        ),
    ),
    delete=Call("delete_access_entry", {**_ENTRY}),
    replaces=("clusterName", "principalArn", "type"),
    unordered=("kubernetesGroups",),
    adopts=("kubernetesGroups", "userName"),
    defaults={"type": "STANDARD"},
    tags=replace(EKS_TAGS, target={"resourceArn": "accessEntryArn"}),
    retry=("invalid principal",),
)

_ASSOCIATION = {**_ENTRY, "policyArn": "policyArn"}


def _association(answer: Any, props: Props) -> Any:
    policies = answer["associatedAccessPolicies"]
    return next((policy for policy in policies if policy["policyArn"] == props["policyArn"]), None)


def _scope(answer: Any, props: Props) -> Any:
    """Leave out the empty list of namespaces that a cluster-wide scope has, as the real provider does."""
    scope = dict(_association(answer, props)["accessScope"])
    return {key: value for key, value in scope.items() if value}


POLICY_ASSOCIATION = Spec(
    type="aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    service="eks",
    title="EKS Access Policy Association",
    id="{clusterName}#{principalArn}#{policyArn}",
    create=Call("associate_access_policy", {**_ASSOCIATION, "accessScope": "accessScope"}),
    read=Call("list_associated_access_policies", {**_ENTRY}),
    exists=_association,
    outputs={
        "accessScope": _scope,
        "associatedAt": lambda answer, props: moment_of(_association(answer, props), "associatedAt"),
        "clusterName": "clusterName",
        "modifiedAt": lambda answer, props: moment_of(_association(answer, props), "modifiedAt"),
        "policyArn": lambda _answer, props: props["policyArn"],
        "principalArn": "principalArn",
    },
    delete=Call("disassociate_access_policy", {**_ASSOCIATION}),
    replaces=("accessScope", "clusterName", "policyArn", "principalArn"),
    unordered=("accessScope.namespaces",),
    retry=("The specified principalArn could not be found", "invalid principal"),
)


def moment_of(association: Any, name: str) -> Any:
    """Return a time of an association."""
    how = moment(name)
    return how(association, {}) if callable(how) else None


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
    tags=EKS_TAGS,
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
    tags=EKS_TAGS,
)

SPECS = (ACCESS_ENTRY, POLICY_ASSOCIATION, NODE_GROUP, FARGATE_PROFILE)
