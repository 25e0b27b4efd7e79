"""AWS partitions and the regions that belong to them."""

from __future__ import annotations

from collections.abc import Iterator

from ..nodes import Location
from .finding import Finding

REGION_PREFIXES = {
    "aws": "",
    "aws-cn": "cn-",
    "aws-us-gov": "us-gov-",
    "aws-iso": "us-iso-",
    "aws-iso-b": "us-isob-",
    "aws-iso-e": "eu-isoe-",
    "aws-iso-f": "us-isof-",
    "aws-eusc": "eusc-",
}
"""The partitions that the authenticator accepts (aws-iam-authenticator pkg/endpoints)."""


def partition_of(region: str) -> str:
    """Return the partition that a region's name says."""
    return next((name for name, prefix in REGION_PREFIXES.items() if prefix and region.startswith(prefix)), "aws")


def partition_findings(partition: str, region: str, at: Location) -> Iterator[Finding]:
    """Refuse unknown partitions, and regions of another one: every ARN is computed from the two."""
    if partition not in REGION_PREFIXES:
        rule = f"partition is one of {', '.join(REGION_PREFIXES)}"
        fix = f"write `partition: {partition_of(region)}`, the one of {region}"
        yield Finding(at=(*at, "partition"), value=partition, rule=rule, fix=fix)
    elif partition_of(region) != partition:
        right = partition_of(region)
        yield Finding(
            at=(*at, "region"),
            value=region,
            rule=f"the region {region} is in the partition {right}, not in {partition}",
            fix=f"write `partition: {right}`, or a region of {partition}",
        )
