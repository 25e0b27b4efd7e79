"""Functions about instance types, which the component asks for EFA."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sandbox.standins.aws.session import Session
from sandbox.standins.aws.spec import pick

Args = dict[str, Any]

_PATHS: Final[Mapping[str, str]] = {
    "autoRecoverySupported": "AutoRecoverySupported",
    "bareMetal": "BareMetal",
    "burstablePerformanceSupported": "BurstablePerformanceSupported",
    "currentGeneration": "CurrentGeneration",
    "dedicatedHostsSupported": "DedicatedHostsSupported",
    "defaultCores": "VCpuInfo.DefaultCores",
    "defaultNetworkCardIndex": "NetworkInfo.DefaultNetworkCardIndex",
    "defaultThreadsPerCore": "VCpuInfo.DefaultThreadsPerCore",
    "defaultVcpus": "VCpuInfo.DefaultVCpus",
    "ebsEncryptionSupport": "EbsInfo.EncryptionSupport",
    "ebsNvmeSupport": "EbsInfo.NvmeSupport",
    "ebsOptimizedSupport": "EbsInfo.EbsOptimizedSupport",
    "efaMaximumInterfaces": "NetworkInfo.EfaInfo.MaximumEfaInterfaces",
    "efaSupported": "NetworkInfo.EfaSupported",
    "enaSupport": "NetworkInfo.EnaSupport",
    "freeTierEligible": "FreeTierEligible",
    "hibernationSupported": "HibernationSupported",
    "hypervisor": "Hypervisor",
    "id": "InstanceType",
    "instanceStorageSupported": "InstanceStorageSupported",
    "ipv6Supported": "NetworkInfo.Ipv6Supported",
    "maximumIpv4AddressesPerInterface": "NetworkInfo.Ipv4AddressesPerInterface",
    "maximumIpv6AddressesPerInterface": "NetworkInfo.Ipv6AddressesPerInterface",
    "maximumNetworkCards": "NetworkInfo.MaximumNetworkCards",
    "maximumNetworkInterfaces": "NetworkInfo.MaximumNetworkInterfaces",
    "memorySize": "MemoryInfo.SizeInMiB",
    "networkPerformance": "NetworkInfo.NetworkPerformance",
    "supportedArchitectures": "ProcessorInfo.SupportedArchitectures",
    "supportedPlacementStrategies": "PlacementGroupInfo.SupportedStrategies",
    "supportedRootDeviceTypes": "SupportedRootDeviceTypes",
    "supportedUsagesClasses": "SupportedUsageClasses",
    "supportedVirtualizationTypes": "SupportedVirtualizationTypes",
    "sustainedClockSpeed": "ProcessorInfo.SustainedClockSpeedInGhz",
    "validCores": "VCpuInfo.ValidCores",
    "validThreadsPerCores": "VCpuInfo.ValidThreadsPerCore",
}


def _type(session: Session, args: Args) -> Args:
    types = session.client("ec2").describe_instance_types(InstanceTypes=[args["instanceType"]])["InstanceTypes"]
    found = {name: pick(path, types[0]) for name, path in _PATHS.items()}
    return {name: value for name, value in found.items() if value is not None}


def _offerings(session: Session, args: Args) -> Args:
    """Where instance types are to be had. The emulator has no such list: here each type is offered everywhere."""
    zones = session.client("ec2").describe_availability_zones()["AvailabilityZones"]
    kind = args.get("locationType") or "region"
    key = {"availability-zone": "ZoneName", "availability-zone-id": "ZoneId"}.get(kind, "RegionName")
    places = sorted({str(zone[key]) for zone in zones})
    wanted = {item["name"]: item["values"] for item in args.get("filters") or []}
    places = [place for place in places if place in wanted.get("location", places)]
    rows = [(name, place) for name in wanted.get("instance-type", []) for place in places]
    return {
        "id": session.region,
        "instanceTypes": [name for name, _ in rows],
        "locations": [place for _, place in rows],
        "locationTypes": [kind for _ in rows],
    }


LOOKUPS: Final[Mapping[str, Callable[[Session, Args], Args]]] = {
    "aws:ec2/getInstanceType:getInstanceType": _type,
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": _offerings,
}
