"""The access-entry view of a plan.

Rules: https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html (full ARN; node types take
neither groups, user name nor policies).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..iam.arns import AwsAccount
from ..plan.model import AccessPlan, EntryType, PolicyScope

if TYPE_CHECKING:
    from ..declaration.models import KeptEntry


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
    kept: bool = False
    """Others made it: it is held as it is, and stays when nobody declares it any more."""


def access_entries(plan: AccessPlan) -> tuple[AccessEntry, ...]:
    """List the entries that the cluster has; none in mode CONFIG_MAP."""
    if plan.cluster is None or not plan.cluster.mode.uses_entries:
        return ()
    declared = tuple(
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
    return (*declared, *(_kept(plan.cluster.account, entry) for entry in plan.kept_entries))


def kept_key(principal_arn: str) -> str:
    """Name what is made of a foreign entry after its principal."""
    return f"keep-{principal_arn.partition('::')[2]}"


def _kept(account: AwsAccount, entry: KeptEntry) -> AccessEntry:
    """Nodes' entries and those of services are EKS's own business: they are known here, and nobody may change them."""
    type_ = EntryType(entry.type)
    eks_s_own = type_ is not EntryType.STANDARD or ":role/aws-service-role/" in entry.principal_arn
    return AccessEntry(
        key=kept_key(entry.principal_arn),
        principal_arn=entry.principal_arn,
        type=type_,
        username=entry.username,
        groups=tuple(entry.groups),
        policies=tuple(
            PolicyScope(policy=p.policy, arn=account.access_policy(p.policy), namespaces=tuple(sorted(p.namespaces)))
            for p in entry.policies
        ),
        made_by_eks=eks_s_own,
        kept=True,
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
            **({"madeBy": "others" if entry.kept else "EKS"} if entry.made_by_eks or entry.kept else {}),
        }
        for entry in access_entries(plan)
    ]


def _scope(scope: PolicyScope) -> dict[str, object]:
    return {"policy": scope.policy, "scope": list(scope.namespaces) or "cluster"}
