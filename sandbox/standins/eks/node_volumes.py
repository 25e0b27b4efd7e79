"""The volumes of self-managed nodes: what the image brings, unless the program changes it (nodegroup.ts)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from sandbox.standins.eks.images import AL2, BOTTLEROCKET

_PLAIN = {
    "volumeSize": "nodeRootVolumeSize",
    "volumeType": "nodeRootVolumeType",
    "iops": "nodeRootVolumeIops",
    "throughput": "nodeRootVolumeThroughput",
}
_FLAGS = {"encrypted": "nodeRootVolumeEncrypted", "deleteOnTermination": "nodeRootVolumeDeleteOnTermination"}


def block_devices(
    args: Mapping[str, Any], image: pulumi.Input[str], system: pulumi.Output[str], parent: pulumi.Resource
) -> pulumi.Output[Any]:
    """Return the launch template's volumes; none when the program sets nothing, but for Amazon Linux 2."""
    return system.apply(lambda name: _of_system(args, name, image, parent))


def _of_system(
    args: Mapping[str, Any], system: str, image: pulumi.Input[str], parent: pulumi.Resource
) -> list[dict[str, Any]]:
    volume = {key: args[name] for key, name in _PLAIN.items() if name in args}
    volume |= {key: _flag(args[name]) for key, name in _FLAGS.items() if name in args}
    if system == AL2:
        defaults = {"encrypted": "false", "volumeSize": 20, "volumeType": "gp2", "deleteOnTermination": "true"}
        volume = {**defaults, **volume}
    return [{"deviceName": _device(image, system, parent), "ebs": volume}] if volume else []


def _flag(value: pulumi.Input[bool]) -> pulumi.Output[str]:
    return pulumi.Output.from_input(value).apply(lambda given: "true" if given else "false")


def _device(image: Any, system: str, parent: pulumi.Resource) -> pulumi.Output[str]:
    """Return the image's first device; for Bottlerocket the one with data, not the one with the system.

    An image without a list of devices, as an emulator may have it, has AWS's usual names.
    """
    found = aws.ec2.get_ami_output(
        owners=["self", "amazon"],
        include_deprecated=True,
        filters=[aws.ec2.GetAmiFilterArgs(name="image-id", values=[image])],
        opts=pulumi.InvokeOutputOptions(parent=parent),
    )
    return found.apply(lambda ami: _device_of(ami, system))


def _device_of(ami: Any, system: str) -> str:
    names = [str(mapping.device_name) for mapping in ami.block_device_mappings]
    if system != BOTTLEROCKET:
        return names[0] if names else "/dev/xvda"
    others = [name for name in names if name != ami.root_device_name]
    return others[0] if others else str(ami.root_device_name) if names else "/dev/xvdb"
