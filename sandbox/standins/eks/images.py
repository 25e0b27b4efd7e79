"""Machine images: operating system, AMI type and the SSM parameter with the recommended image (ami.ts)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_aws as aws

AL2: Final = "AL2"
AL2023: Final = "AL2023"
BOTTLEROCKET: Final = "Bottlerocket"
_EKS: Final = "/aws/service/eks/optimized-ami/{version}/amazon-linux-{image}/recommended/image_id"
_BOTTLEROCKET: Final = "/aws/service/bottlerocket/aws-k8s-{version}{variant}/latest/image_id"
_INSTANCE_TYPE: Final = re.compile(r"([a-z]+)([0-9]+)([a-z])?-?([a-z]+)?\.([a-zA-Z0-9-]+)")


@dataclass(frozen=True)
class AmiType:
    """What EKS's name of an AMI type stands for."""

    system: str
    gpu: bool
    architecture: str
    parameter: str
    alias: str | None = None


def _amazon_linux(system: str, gpu: bool, architecture: str, image: str) -> AmiType:
    return AmiType(system, gpu, architecture, _EKS.replace("{image}", image), f"amazon-linux-{image}")


def _bottlerocket(gpu: bool, architecture: str) -> AmiType:
    variant = f"{'-nvidia' if gpu else ''}/{architecture}"
    return AmiType(BOTTLEROCKET, gpu, architecture, _BOTTLEROCKET.replace("{variant}", variant))


AMI_TYPES: Final[Mapping[str, AmiType]] = {
    "AL2_x86_64": _amazon_linux(AL2, False, "x86_64", "2"),
    "AL2_x86_64_GPU": _amazon_linux(AL2, True, "x86_64", "2-gpu"),
    "AL2_ARM_64": _amazon_linux(AL2, False, "arm64", "2-arm64"),
    "AL2023_x86_64_STANDARD": _amazon_linux(AL2023, False, "x86_64", "2023/x86_64/standard"),
    "AL2023_ARM_64_STANDARD": _amazon_linux(AL2023, False, "arm64", "2023/arm64/standard"),
    "AL2023_x86_64_NVIDIA": _amazon_linux(AL2023, True, "x86_64", "2023/x86_64/nvidia"),
    "BOTTLEROCKET_ARM_64": _bottlerocket(False, "arm64"),
    "BOTTLEROCKET_x86_64": _bottlerocket(False, "x86_64"),
    "BOTTLEROCKET_ARM_64_NVIDIA": _bottlerocket(True, "arm64"),
    "BOTTLEROCKET_x86_64_NVIDIA": _bottlerocket(True, "x86_64"),
}
_ALIASES: Final = {
    ("amazon-linux-2-arm" if name == "AL2_ARM_64" else kind.alias): name
    for name, kind in AMI_TYPES.items()
    if kind.alias
}


def operating_system(ami_type: str | None, wanted: str | None) -> str:
    """Return the system of an AMI type, which must agree with the one that the program names; AL2023 by default."""
    if not ami_type:
        return wanted or AL2023
    name = _ami_type_name(ami_type)
    if name is None:
        raise pulumi.InputPropertyError("amiType", f"Cannot determine OS of unknown AMI type: {ami_type}")
    found = AMI_TYPES[name].system
    if wanted and wanted != found:
        raise pulumi.InputPropertyError(
            "operatingSystem",
            f"Operating system '{wanted}' does not match the detected operating system '{found}' "
            f"of AMI type '{ami_type}'.",
        )
    return found


def system_of(args: Mapping[str, Any]) -> pulumi.Output[str]:
    """Return the operating system of a node group's inputs."""
    return pulumi.Output.all(args.get("amiType"), args.get("operatingSystem")).apply(
        lambda parts: operating_system(parts[0], parts[1])
    )


def matching_ami_type(system: str, gpu: bool, instance_types: Iterable[str], path: str) -> str:
    """Return the AMI type for a system on these instance types."""
    architecture = _architecture(instance_types, path)
    for name, kind in AMI_TYPES.items():
        if (kind.system, kind.gpu, kind.architecture) == (system, gpu, architecture):
            return name
    flag = str(gpu).lower()
    raise pulumi.RunError(f"No AMI type found for OS: {system}, GPU support: {flag}, architecture: {architecture}")


def recommended_image(
    args: Mapping[str, Any], kubernetes: pulumi.Input[Any], parent: pulumi.Resource
) -> pulumi.Output[str]:
    """Ask SSM for the image that AWS recommends today."""
    path = "instanceType" if args.get("instanceType") else "instanceTypes"
    types = [args["instanceType"]] if path == "instanceType" else args.get("instanceTypes") or []
    parts = pulumi.Output.all(args.get("amiType"), system_of(args), args.get("gpu"), types)
    name = parts.apply(lambda given: _chosen_ami_type(given[0], given[1], bool(given[2]), given[3], path))
    version = args.get("version") or kubernetes
    parameter = pulumi.Output.all(name, version).apply(
        lambda given: AMI_TYPES[given[0]].parameter.replace("{version}", str(given[1]))
    )
    found = aws.ssm.get_parameter_output(name=parameter, opts=pulumi.InvokeOutputOptions(parent=parent))
    return found.apply(lambda result: str(result.value))


def _chosen_ami_type(ami_type: str | None, system: str, gpu: bool, types: Iterable[str], path: str) -> str:
    if not ami_type:
        return matching_ami_type(system, gpu, types, path)
    name = _ami_type_name(ami_type)
    if name is None:
        raise pulumi.InputPropertyError(
            "amiType",
            f"Cannot resolve recommended AMI for AMI type: {ami_type}. Please provide the AMI ID and userdata.",
        )
    return name


def _ami_type_name(name: str) -> str | None:
    return name if name in AMI_TYPES else _ALIASES.get(name)


def _architecture(instance_types: Iterable[str], path: str) -> str:
    """Graviton types have a `g` after the generation; a group has one architecture."""
    found = set()
    for instance_type in instance_types:
        match = _INSTANCE_TYPE.search(instance_type)
        if match is None:
            raise pulumi.InputPropertyError(path, f"Invalid EC2 instance type: {instance_type}")
        found.add("arm64" if match[3] == "g" else "x86_64")
    if len(found) > 1:
        raise pulumi.InputPropertyError(
            path,
            "Cannot determine architecture of instance types. "
            "The provided instance types do not share a common architecture",
        )
    return found.pop() if found else "x86_64"
