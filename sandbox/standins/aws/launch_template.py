"""EC2 launch templates: one template, a version per change."""

from __future__ import annotations

from typing import Any

from sandbox.standins.aws.ec2 import ec2_tags
from sandbox.standins.aws.shapes import Translation, written_over
from sandbox.standins.aws.spec import Autoname, Call, Props, Spec, Update

TYPE = "aws:ec2/launchTemplate:LaunchTemplate"
_DATA = (
    *("blockDeviceMappings", "capacityReservationSpecification", "cpuOptions", "creditSpecification"),
    *("disableApiStop", "disableApiTermination", "ebsOptimized", "enclaveOptions", "hibernationOptions"),
    *("iamInstanceProfile", "imageId", "instanceInitiatedShutdownBehavior", "instanceMarketOptions"),
    *("instanceRequirements", "instanceType", "kernelId", "keyName", "licenseSpecifications", "maintenanceOptions"),
    *("metadataOptions", "monitoring", "networkInterfaces", "networkPerformanceOptions", "placement"),
    *("privateDnsNameOptions", "ramDiskId", "secondaryInterfaces", "securityGroupNames", "tagSpecifications"),
    *("userData", "vpcSecurityGroupIds"),
)
_CONTENT = Translation(
    TYPE,
    "ec2",
    "CreateLaunchTemplate",
    "LaunchTemplateData",
    _DATA,
    renames={
        "vpcSecurityGroupIds": "SecurityGroupIds",
        "securityGroupNames": "SecurityGroups",
        "networkInterfaces.securityGroups": "Groups",
        "networkInterfaces.ipv4Addresses": "PrivateIpAddresses",
        "networkInterfaces.ipv4AddressCount": "SecondaryPrivateIpAddressCount",
        "cpuOptions.amdSevSnp": "AmdSevSnp",
    },
)


def _data(props: Props) -> dict[str, Any]:
    return _CONTENT.to_api(props)


def _read_data(client: Any, answer: Any, props: Props) -> Props:
    """Return the newest version's content.

    The emulator's record of a version lacks some settings (the market options, the placement); those stay as written.
    """
    template = answer["LaunchTemplates"][0]["LaunchTemplateId"]
    versions = client.describe_launch_template_versions(LaunchTemplateId=template, Versions=["$Latest"])
    newest = (versions["LaunchTemplateVersions"] or [{}])[0]
    live = _CONTENT.from_api(newest.get("LaunchTemplateData"))
    content = {name: written_over(props.get(name), live.get(name)) for name in _DATA}
    return {**content, "description": newest.get("VersionDescription") or props.get("description")}


def _new_version(client: Any, _old: Props, new: Props) -> None:
    """Add a version; make it the default one if the program says that updates do."""
    about = {"VersionDescription": new["description"]} if new.get("description") else {}
    answer = client.create_launch_template_version(LaunchTemplateId=new["id"], LaunchTemplateData=_data(new), **about)
    if new.get("updateDefaultVersion"):
        latest = str(answer["LaunchTemplateVersion"]["VersionNumber"])
        client.modify_launch_template(LaunchTemplateId=new["id"], DefaultVersion=latest)


def _set_default(client: Any, _old: Props, new: Props) -> None:
    if new.get("defaultVersion"):
        client.modify_launch_template(LaunchTemplateId=new["id"], DefaultVersion=str(new["defaultVersion"]))


LAUNCH_TEMPLATE = Spec(
    type=TYPE,
    service="ec2",
    title="EC2 Launch Template",
    id="{templateId}",
    create=Call(
        "create_launch_template",
        {"LaunchTemplateName": "name", "VersionDescription": "description", "LaunchTemplateData": _data},
    ),
    created={"templateId": "LaunchTemplate.LaunchTemplateId"},
    read=Call("describe_launch_templates", {"LaunchTemplateIds": lambda props: [props["id"]]}),
    exists="LaunchTemplates.0",
    outputs={
        "arn": lambda answer, _props: _arn(answer["LaunchTemplates"][0]),
        "defaultVersion": "LaunchTemplates.0.DefaultVersionNumber",
        "latestVersion": "LaunchTemplates.0.LatestVersionNumber",
        "name": "LaunchTemplates.0.LaunchTemplateName",
        "tagsAll": "LaunchTemplates.0.Tags",
        **dict.fromkeys((*_DATA, "description"), lambda _answer, _props: None),
    },
    extra=_read_data,
    updates=(Update((*_DATA, "description"), _new_version), Update(("defaultVersion",), _set_default)),
    delete=Call("delete_launch_template", {"LaunchTemplateId": "id"}),
    replaces=("name",),
    local=("updateDefaultVersion",),
    autoname=Autoname("name", by_prefix="namePrefix"),
    adopts=("defaultVersion",),
    unordered=("vpcSecurityGroupIds", "securityGroupNames"),
    defaults={"updateDefaultVersion": False},
    tags=ec2_tags("launch-template"),
    foresee=lambda inputs: {name: inputs.get(name) for name in (*_DATA, "description")},
    update_makes_unknown=("latestVersion",),
)


def _arn(template: Any) -> str | None:
    """EC2 doesn't answer with an ARN; the creator's holds the partition and the account."""
    creator = str(template.get("CreatedBy") or "").split(":")
    if len(creator) < 5:
        return None
    return f"arn:{creator[1]}:ec2::{creator[4]}:launch-template/{template['LaunchTemplateId']}"


SPECS = (LAUNCH_TEMPLATE,)
