"""EKS: add-ons."""

from __future__ import annotations

from sandbox.standins.aws.readings import moment
from sandbox.standins.aws.spec import ARN_TAGS, Call, Source, Spec, Update, Wait

_ADDON = {"clusterName": "clusterName", "addonName": "addonName"}
_ADDON_SETTINGS: dict[str, Source] = {
    "addonVersion": "addonVersion",
    "configurationValues": "configurationValues",
    "serviceAccountRoleArn": "serviceAccountRoleArn",
    "podIdentityAssociations": "podIdentityAssociations",
}
_CREATION: dict[str, Source] = {**_ADDON_SETTINGS, "namespaceConfig": "namespaceConfig"}

ADDON = Spec(
    type="aws:eks/addon:Addon",
    service="eks",
    title="EKS Add-On",
    id="{clusterName}:{addonName}",
    create=Call("create_addon", {**_ADDON, **_CREATION, "resolveConflicts": "resolveConflictsOnCreate"}),
    read=Call("describe_addon", {**_ADDON}),
    exists="addon",
    wait=Wait("addon.status"),
    outputs={
        "addonName": "addon.addonName",
        "addonVersion": "addon.addonVersion",
        "arn": "addon.addonArn",
        "clusterName": "addon.clusterName",
        "configurationValues": "addon.configurationValues",
        "createdAt": moment("addon.createdAt"),
        "modifiedAt": moment("addon.modifiedAt"),
        "serviceAccountRoleArn": "addon.serviceAccountRoleArn",
        "tagsAll": "addon.tags",
    },
    updates=(
        Update(
            tuple(_ADDON_SETTINGS),
            Call("update_addon", {**_ADDON, **_ADDON_SETTINGS, "resolveConflicts": "resolveConflictsOnUpdate"}),
        ),
    ),
    delete=Call("delete_addon", {**_ADDON, "preserve": "preserve"}),
    replaces=("addonName", "clusterName", "namespaceConfig"),
    local=("preserve", "resolveConflictsOnCreate", "resolveConflictsOnUpdate"),
    documents=("configurationValues",),
    adopts=("addonVersion", "configurationValues"),
    defaults={"preserve": False},
    tags=ARN_TAGS,
)

SPECS = (ADDON,)
