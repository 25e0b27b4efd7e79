"""Access policies as EKS evaluates them: an authorizer of its own, beside RBAC, that only ever allows.

Bound to the principal's id, not to a user name or group; so it is lost under impersonation, and
``kubectl auth can-i --list`` does not show it. The API server asks here through its authorization webhook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

Attributes = Mapping[str, Any]
"""The `spec` of a SubjectAccessReview."""

PRINCIPAL_ID = "sigs.k8s.io/aws-iam-authenticator/principalId"


@dataclass(frozen=True, slots=True)
class Association:
    """A policy given to a principal."""

    principal_id: str
    principal_arn: str
    policy_arn: str
    scope: str
    namespaces: tuple[str, ...] = ()

    @property
    def policy(self) -> str:
        """The policy's name, the last part of its ARN."""
        return self.policy_arn.rpartition("/")[2]


def _everything(spec: Attributes) -> bool:
    return True


def _reading(spec: Attributes) -> bool:
    return spec.get("resourceAttributes", {}).get("verb") in ("get", "list", "watch")


POLICIES: dict[str, Callable[[Attributes], bool]] = {
    "AmazonEKSClusterAdminPolicy": _everything,
    "AmazonEKSAdminViewPolicy": _reading,
}
"""What each policy allows within its scope. The others can be associated but allow nothing yet."""

POLICY_NAMES = (
    "AmazonEKSAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSAutoNodePolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSSecretReaderPolicy",
    "AmazonEKSViewPolicy",
)
"""What ListAccessPolicies names: the general-purpose ones."""


def in_scope(association: Association, spec: Attributes) -> bool:
    """Namespace scope covers requests in matching namespaces only, never cluster-wide ones."""
    if association.scope == "cluster":
        return True
    namespace = spec.get("resourceAttributes", {}).get("namespace", "")
    return bool(namespace) and any(fnmatchcase(namespace, pattern) for pattern in association.namespaces)


def decide(spec: Attributes, associations: Iterable[Association]) -> dict[str, Any]:
    """Return the `status` of the SubjectAccessReview: allowed with the reason EKS's audit log shows, or no opinion."""
    principals = spec.get("extra", {}).get(PRINCIPAL_ID) or spec.get("extra", {}).get(PRINCIPAL_ID.lower()) or []
    for association in associations:
        allows = POLICIES.get(association.policy)
        if association.principal_id in principals and allows and in_scope(association, spec) and allows(spec):
            return {
                "allowed": True,
                "reason": (
                    "EKS Access Policy: allowed by ClusterRoleBinding "
                    f'"{association.principal_arn}+{association.policy_arn}" of ClusterRole '
                    f'"{association.policy_arn}" to User "{association.principal_id}"'
                ),
            }
    return {"allowed": False}
