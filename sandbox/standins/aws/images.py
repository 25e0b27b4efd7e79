"""The images that EKS recommends for nodes, and the public parameters that name them.

The emulator has neither. An image is registered in its account when a parameter first asks for it, so that an id which
a program got is known to EC2 too, stays the same from run to run, and is shared by all stacks.
"""

from __future__ import annotations

import re
import threading
from typing import Any

from sandbox.standins.aws.session import Session

_LAST_AMAZON_LINUX_2 = (1, 32)
_VERSION = r"(?P<version>1\.\d+)"
_FAMILIES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"/aws/service/eks/optimized-ami/{_VERSION}/(?P<al2>amazon-linux-2(?:-gpu|-arm64)?)/recommended/(?P<what>\w+)",
        rf"/aws/service/eks/optimized-ami/{_VERSION}/amazon-linux-2023/(?P<cpu>x86_64|arm64)/"
        r"(?P<kind>standard|nvidia|neuron)/recommended/(?P<what>\w+)",
        rf"/aws/service/(?P<rocket>bottlerocket)/aws-k8s-{_VERSION}(?P<kind>-nvidia|-fips)?/(?P<cpu>x86_64|arm64)/"
        r"latest/(?P<what>\w+)",
        r"/aws/service/ami-windows-latest/(?P<windows>Windows_Server-\d{4}-English-(?:Core|Full))-EKS_Optimized-"
        rf"{_VERSION}/(?P<what>\w+)",
    )
)
_registering = threading.Lock()


def public_parameter(session: Session, name: str) -> dict[str, Any] | None:
    """Return one of EKS's public parameters as SSM would; None where AWS has none of that name."""
    match = next((found for family in _FAMILIES if (found := family.fullmatch(name))), None)
    parts = {key: value or "" for key, value in match.groupdict().items()} if match else {}
    if not parts or (parts.get("al2") and _newer(parts["version"])):
        return None
    release = f"{parts['version']}.0-sandbox"
    image = _image_name(parts)
    values = {"release_version": release, "image_version": release, "image_name": image}
    if parts["what"] == "image_id":
        values["image_id"] = _image_id(session, image, parts)
    if parts["what"] not in values:
        return None
    arn = f"arn:aws:ssm:{session.region}::parameter{name}"
    return {"ARN": arn, "Name": name, "Type": "String", "Value": values[parts["what"]], "Version": 1}


def _newer(version: str) -> bool:
    """Whether EKS has stopped making Amazon Linux 2 images for this version."""
    return tuple(int(part) for part in version.split(".")) > _LAST_AMAZON_LINUX_2


def _image_name(parts: dict[str, str]) -> str:
    """Name an image as EKS does, with `sandbox` where the date would be."""
    version = parts["version"]
    if parts.get("al2"):
        return f"amazon-eks-node{parts['al2'].removeprefix('amazon-linux-2')}-{version}-sandbox"
    if parts.get("rocket"):
        return f"bottlerocket-aws-k8s-{version}{parts['kind']}-{parts['cpu']}-sandbox"
    if parts.get("windows"):
        return f"{parts['windows']}-EKS_Optimized-{version}-sandbox"
    return f"amazon-eks-node-al2023-{parts['cpu']}-{parts['kind']}-{version}-sandbox"


def _image_id(session: Session, name: str, parts: dict[str, str]) -> str:
    client = session.client("ec2")
    with _registering:
        found = client.describe_images(Owners=["self"], Filters=[{"Name": "name", "Values": [name]}])["Images"]
        if found:
            return str(found[0]["ImageId"])
        devices = [("/dev/xvda", 2), ("/dev/xvdb", 20)] if parts.get("rocket") else [("/dev/xvda", 20)]
        devices = [("/dev/sda1", 50)] if parts.get("windows") else devices
        arm = parts.get("cpu") == "arm64" or parts.get("al2", "").endswith("arm64")
        answer = client.register_image(
            Name=name,
            Description="Stands for the image that EKS recommends",
            Architecture="arm64" if arm else "x86_64",
            RootDeviceName=devices[0][0],
            VirtualizationType="hvm",
            BlockDeviceMappings=[{"DeviceName": at, "Ebs": {"VolumeSize": size}} for at, size in devices],
        )
        return str(answer["ImageId"])
