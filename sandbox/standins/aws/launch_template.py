"""EC2 launch templates: one template, a version per change."""

from __future__ import annotations

from typing import Any

from sandbox.standins.aws.ec2 import ec2_tags
from sandbox.standins.aws.readings import pairs
from sandbox.standins.aws.spec import Autoname, Call, Constant, Props, Spec, Update

_DATA = (
    *("blockDeviceMappings", "ebsOptimized", "iamInstanceProfile", "imageId", "instanceType", "keyName"),
    *("metadataOptions", "monitoring", "networkInterfaces", "tagSpecifications", "userData", "vpcSecurityGroupIds"),
)
_RENAMED = {"vpcSecurityGroupIds": "SecurityGroupIds", "securityGroups": "Groups"}


def _data(props: Props) -> dict[str, Any]:
    """Return the template's content in EC2's names."""
    data = {
        _RENAMED.get(name, _upper(name)): _converted(name, props[name]) for name in _DATA if props.get(name) is not None
    }
    for specification in data.get("TagSpecifications") or []:
        specification["Tags"] = pairs(specification.get("Tags") or {})
    return data


def _converted(name: str, value: Any) -> Any:
    """Names with a capital, and the booleans that Pulumi's schema has as text; tags are data and stay."""
    if name == "tags":
        return value
    if isinstance(value, dict):
        return {_RENAMED.get(key, _upper(key)): _converted(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_converted(name, item) for item in value]
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _upper(name: str) -> str:
    return name[:1].upper() + name[1:]


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
    type="aws:ec2/launchTemplate:LaunchTemplate",
    service="ec2",
    title="EC2 Launch Template",
    id="{templateId}",
    create=Call(
        "create_launch_template",
        {"LaunchTemplateName": "name", "VersionDescription": "description", "LaunchTemplateData": _data},
    ),
    created={"templateId": "LaunchTemplate.LaunchTemplateId"},
    read=Call(
        "describe_launch_templates", {"LaunchTemplateIds": lambda props: [props["id"]], "DryRun": Constant(None)}
    ),
    exists="LaunchTemplates.0",
    outputs={
        "arn": lambda answer, _props: _arn(answer["LaunchTemplates"][0]),
        "defaultVersion": "LaunchTemplates.0.DefaultVersionNumber",
        "latestVersion": "LaunchTemplates.0.LatestVersionNumber",
        "name": "LaunchTemplates.0.LaunchTemplateName",
        "tagsAll": "LaunchTemplates.0.Tags",
    },
    updates=(Update((*_DATA, "description"), _new_version), Update(("defaultVersion",), _set_default)),
    delete=Call("delete_launch_template", {"LaunchTemplateId": "id"}),
    replaces=("name",),
    local=("updateDefaultVersion",),
    autoname=Autoname("name"),
    adopts=("defaultVersion",),
    unordered=("vpcSecurityGroupIds",),
    defaults={"updateDefaultVersion": False},
    tags=ec2_tags("launch-template"),
    update_makes_unknown=("latestVersion",),
)


def _arn(template: Any) -> str | None:
    """EC2 doesn't answer with an ARN; the creator's holds the partition and the account."""
    creator = str(template.get("CreatedBy") or "").split(":")
    if len(creator) < 5:
        return None
    return f"arn:{creator[1]}:ec2::{creator[4]}:launch-template/{template['LaunchTemplateId']}"


SPECS = (LAUNCH_TEMPLATE,)
