"""Launch configurations, which the older `NodeGroup` component still makes."""

from __future__ import annotations

import base64
from typing import Any

from sandbox.standins.aws.spec import Autoname, Call, Props, Spec

_PLAIN = {
    "iamInstanceProfile": "IamInstanceProfile",
    "imageId": "ImageId",
    "instanceType": "InstanceType",
    "keyName": "KeyName",
    "placementTenancy": "PlacementTenancy",
    "securityGroups": "SecurityGroups",
    "spotPrice": "SpotPrice",
    "associatePublicIpAddress": "AssociatePublicIpAddress",
    "ebsOptimized": "EbsOptimized",
}
_OTHERS = (
    *("ebsBlockDevices", "enableMonitoring", "ephemeralBlockDevices", "metadataOptions"),
    *("rootBlockDevice", "userData", "userDataBase64"),
)


def _devices(props: Props) -> list[dict[str, Any]]:
    """Return all block devices; the root's has no name in Pulumi, AWS calls it by the image's."""
    root = props.get("rootBlockDevice")
    own = [{"deviceName": "/dev/xvda", **root}] if root else []
    return [*map(_device, [*own, *(props.get("ebsBlockDevices") or []), *(props.get("ephemeralBlockDevices") or [])])]


def _device(given: Props) -> dict[str, Any]:
    outer = {"deviceName": "DeviceName", "noDevice": "NoDevice", "virtualName": "VirtualName"}
    ebs = {f"{name[:1].upper()}{name[1:]}": value for name, value in given.items() if name not in outer}
    device = {outer[name]: value for name, value in given.items() if name in outer}
    return {**device, **({"Ebs": ebs} if ebs else {})}


def _creation(props: Props) -> dict[str, Any]:
    params = {target: props[name] for name, target in _PLAIN.items() if props.get(name) is not None}
    text = str(props.get("userData") or "")
    data = props.get("userDataBase64") or (base64.b64encode(text.encode()).decode() if text else None)
    metadata = {f"{name[:1].upper()}{name[1:]}": value for name, value in (props.get("metadataOptions") or {}).items()}
    parts = {"BlockDeviceMappings": _devices(props), "UserData": data, "MetadataOptions": metadata}
    return {
        "LaunchConfigurationName": props["name"],
        **params,
        "InstanceMonitoring": {"Enabled": props.get("enableMonitoring", True)},
        **{name: value for name, value in parts.items() if value},
    }


LAUNCH_CONFIGURATION = Spec(
    type="aws:ec2/launchConfiguration:LaunchConfiguration",
    service="autoscaling",
    title="Auto Scaling Launch Configuration",
    id="{name}",
    create=Call("create_launch_configuration", _creation),
    read=Call("describe_launch_configurations", {"LaunchConfigurationNames": lambda props: [props["id"]]}),
    exists="LaunchConfigurations.0",
    outputs={
        "arn": "LaunchConfigurations.0.LaunchConfigurationARN",
        "name": "LaunchConfigurations.0.LaunchConfigurationName",
        "imageId": "LaunchConfigurations.0.ImageId",
        "instanceType": "LaunchConfigurations.0.InstanceType",
        "securityGroups": "LaunchConfigurations.0.SecurityGroups",
    },
    delete=Call("delete_launch_configuration", {"LaunchConfigurationName": "id"}),
    replaces=("name", *_PLAIN, *_OTHERS),
    autoname=Autoname("name", by_prefix="namePrefix"),
    unordered=("securityGroups", "ebsBlockDevices", "ephemeralBlockDevices"),
    defaults={"enableMonitoring": True},
    adopts=("securityGroups",),
)

SPECS = (LAUNCH_CONFIGURATION,)
