"""Accounts and clusters: the region belongs to the partition."""

from __future__ import annotations

from collections.abc import Iterator

from ...iam.arns import PARTITIONS, partition_of
from ..nodes import Location
from .finding import Finding


def partition_findings(partition: str, region: str, at: Location) -> Iterator[Finding]:
    """Refuse unknown partitions, and regions of another one: every ARN is computed from the two."""
    if partition not in PARTITIONS:
        rule = f"partition is one of {', '.join(PARTITIONS)}"
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
