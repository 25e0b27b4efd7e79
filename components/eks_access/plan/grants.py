"""Which grants hold today, and what the reader should know of those that end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from ..declaration.models import Declaration, Grant

WARN_DAYS = 14
"""A grant that ends within this many days is announced."""


def describe_grant(grant: Grant) -> str:
    """Say a grant in words: ``team payments: view in payments``."""
    who = f"team {grant.team}" if grant.team else f"person {grant.person}" if grant.person else grant.service_account
    where = "cluster-wide" if grant.cluster_wide else f"in {', '.join(sorted(grant.namespaces))}"
    return f"{who}: {grant.role or grant.access_policy} {where}"


def active_grants(declaration: Declaration, today: dt.date) -> tuple[Grant, ...]:
    """Return the grants whose last day has not passed, in a fixed order."""
    return tuple(sorted((g for g in declaration.grants if not _ended(g, today)), key=describe_grant))


def ending_notices(grants: Iterable[Grant], today: dt.date) -> tuple[str, ...]:
    """Announce grants that ended or are about to."""
    notices = []
    for grant in grants:
        if grant.until is None:
            continue
        if _ended(grant, today):
            notices.append(f"grant ended on {grant.until} and is dropped: {describe_grant(grant)}")
        elif (grant.until - today).days <= WARN_DAYS:
            notices.append(f"grant ends after {grant.until}: {describe_grant(grant)}")
    return tuple(sorted(notices))


def _ended(grant: Grant, today: dt.date) -> bool:
    return grant.until is not None and grant.until < today
