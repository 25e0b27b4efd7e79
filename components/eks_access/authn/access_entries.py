"""The access-entry view of a plan.

Rules: https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html (full ARN; node types take
neither groups, user name nor policies).
"""

from __future__ import annotations

from dataclasses import dataclass

from ..plan.model import AccessPlan, EntryType, PolicyScope


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEntry:
    """One access entry with its policy associations."""

    key: str
    principal_arn: str
    type: EntryType
    username: str | None
    groups: tuple[str, ...]
    policies: tuple[PolicyScope, ...]
    made_by_eks: bool = False
    """EKS makes it by itself: it is part of the view, and not declared a second time."""


def access_entries(plan: AccessPlan) -> tuple[AccessEntry, ...]:
    """List the entries that the cluster has; none in mode CONFIG_MAP."""
    if plan.cluster is None or not plan.cluster.mode.uses_entries:
        return ()
    return tuple(
        AccessEntry(
            key=principal.key,
            principal_arn=principal.arn,
            type=principal.entry_type,
            username=principal.username if principal.entry_type is EntryType.STANDARD else None,
            groups=principal.groups if principal.entry_type is EntryType.STANDARD else (),
            policies=principal.policies,
            made_by_eks=principal.made_by_eks,
        )
        for principal in plan.principals
    )


def access_entries_view(plan: AccessPlan) -> list[dict[str, object]]:
    """Render the entries as plain data, for reading and for golden files."""
    return [
        {
            "principalArn": entry.principal_arn,
            "type": str(entry.type),
            **({"username": entry.username} if entry.username else {}),
            **({"kubernetesGroups": list(entry.groups)} if entry.groups else {}),
            **({"accessPolicies": [_scope(policy) for policy in entry.policies]} if entry.policies else {}),
            **({"madeBy": "EKS"} if entry.made_by_eks else {}),
        }
        for entry in access_entries(plan)
    ]


def _scope(scope: PolicyScope) -> dict[str, object]:
    return {"policy": scope.policy, "scope": list(scope.namespaces) or "cluster"}
