"""The access entries of one cluster and the policies associated with them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.eks import access_rules as rules
from sandbox.eks.access_policies import Association
from sandbox.eks.errors import in_use, not_found
from sandbox.eks.principals import Principal

CLUSTER_ADMIN = "AmazonEKSClusterAdminPolicy"


def now() -> float:
    """Time as EKS writes it in JSON."""
    return round(datetime.now(UTC).timestamp(), 3)


@dataclass(slots=True)
class Entry:
    """One access entry; `principal_id` is what the match goes by, as on EKS."""

    principal: Principal
    type: str
    identity: rules.Identity
    arn: str
    tags: dict[str, str] = field(default_factory=dict)
    created: float = field(default_factory=now)
    modified: float = field(default_factory=now)
    policies: dict[str, Association] = field(default_factory=dict)
    policy_times: dict[str, tuple[float, float]] = field(default_factory=dict)


class AccessEntries:
    """Creates, changes and answers for the entries of a cluster; the caller has checked the mode."""

    def __init__(self, cluster_name: str, cluster_arn: str) -> None:
        self._cluster_name = cluster_name
        self._arn_base = cluster_arn.replace(":cluster/", ":access-entry/", 1)
        self._entries: dict[str, Entry] = {}

    def __iter__(self) -> Any:
        return iter(tuple(self._entries.values()))

    def has(self, principal_arn: str) -> bool:
        """Whether there is an entry for this principal."""
        return principal_arn in self._entries

    def add(
        self,
        principal: Principal,
        entry_type: str = rules.STANDARD,
        username: str | None = None,
        groups: Sequence[str] = (),
        tags: dict[str, str] | None = None,
    ) -> Entry:
        """Make an entry, or refuse in EKS's words."""
        if self.has(principal.arn):
            raise in_use("The specified access entry resource is already in use on this cluster.")
        rules.check_count(len(self._entries))
        _, _, _, _, account, resource = principal.arn.split(":", 5)
        kind, _, path = resource.partition("/")
        arn = f"{self._arn_base}/{kind}/{account}/{path.rpartition('/')[2] or 'root'}/{uuid.uuid4()}"
        identity = rules.identity_of(entry_type, principal.arn, username, groups)
        entry = Entry(principal, entry_type, identity, arn, dict(tags or {}))
        self._entries[principal.arn] = entry
        return entry

    def get(self, principal_arn: str) -> Entry:
        """Return the entry of this principal."""
        if principal_arn not in self._entries:
            raise not_found(
                "The specified principalArn could not be found. You can view your available access entries with "
                "'list-access-entries'."
            )
        return self._entries[principal_arn]

    def by_arn(self, arn: str) -> Entry | None:
        """Return the entry with this ARN, for tagging."""
        return next((entry for entry in self._entries.values() if entry.arn == arn), None)

    def names(self, policy_arn: str | None = None) -> list[str]:
        """Return the principals that have an entry, or only those with this policy."""
        return sorted(arn for arn, entry in self._entries.items() if policy_arn is None or policy_arn in entry.policies)

    def update(self, principal_arn: str, username: str | None, groups: Sequence[str] | None) -> Entry:
        """Change user name or groups of a STANDARD entry."""
        entry = self.get(principal_arn)
        rules.check_update(entry.type, username)
        rules.check_identity(entry.type, username, groups)
        entry.identity = rules.Identity(
            username or entry.identity.username, entry.identity.groups if groups is None else tuple(groups)
        )
        entry.modified = now()
        return entry

    def remove(self, principal_arn: str) -> None:
        """Delete an entry with all its associations."""
        self.get(principal_arn)
        del self._entries[principal_arn]

    def associate(self, principal_arn: str, policy_arn: str, scope: str, namespaces: Sequence[str]) -> dict[str, Any]:
        """Associate a policy; associating it again replaces its scope."""
        rules.check_association(self.get(principal_arn).type, policy_arn, scope, namespaces)
        return self.grant(principal_arn, policy_arn, scope, namespaces)

    def grant(
        self, principal_arn: str, policy_arn: str, scope: str = "cluster", namespaces: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Associate without asking, as EKS does for itself."""
        entry = self.get(principal_arn)
        entry.policies[policy_arn] = Association(
            entry.principal.id, principal_arn, policy_arn, scope, tuple(namespaces)
        )
        associated = entry.policy_times.get(policy_arn, (now(), 0))[0]
        entry.policy_times[policy_arn] = (associated, now())
        return self.describe_policy(entry, policy_arn)

    def disassociate(self, principal_arn: str, policy_arn: str) -> None:
        """Take a policy away."""
        entry = self.get(principal_arn)
        if entry.policies.pop(policy_arn, None) is None:
            raise not_found(f"No association of {policy_arn} with {principal_arn} was found.")
        entry.policy_times.pop(policy_arn)

    def associations(self) -> list[Association]:
        """All associations, for the authorizer."""
        return [association for entry in self for association in entry.policies.values()]

    def describe(self, entry: Entry) -> dict[str, Any]:
        """Return the entry as DescribeAccessEntry shows it."""
        return {
            "clusterName": self._cluster_name,
            "principalArn": entry.principal.arn,
            "kubernetesGroups": list(entry.identity.groups),
            "accessEntryArn": entry.arn,
            "createdAt": entry.created,
            "modifiedAt": entry.modified,
            "tags": entry.tags,
            "username": entry.identity.username,
            "type": entry.type,
        }

    def describe_policy(self, entry: Entry, policy_arn: str) -> dict[str, Any]:
        """One association as the API shows it."""
        association, (associated, modified) = entry.policies[policy_arn], entry.policy_times[policy_arn]
        return {
            "policyArn": policy_arn,
            "accessScope": {"type": association.scope, "namespaces": list(association.namespaces)},
            "associatedAt": associated,
            "modifiedAt": modified,
        }
