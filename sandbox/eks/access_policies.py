"""Access policies as EKS evaluates them: an authorizer of its own, beside RBAC, that only ever allows.

Bound to the principal's id, not to a user name or group; so it is lost under impersonation, and
``kubectl auth can-i --list`` does not show it. The API server asks here through its authorization webhook.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from sandbox.eks.policy_rules import Attributes, catalogue

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


def in_scope(association: Association, spec: Attributes) -> bool:
    """Namespace scope covers requests in matching namespaces only, never cluster-wide ones."""
    if association.scope == "cluster":
        return True
    namespace = spec.get("resourceAttributes", {}).get("namespace", "")
    return bool(namespace) and any(_matches(namespace, pattern) for pattern in association.namespaces)


def _matches(namespace: str, pattern: str) -> bool:
    """Only `*` is a wildcard in a scope; `?` and brackets stand in no namespace's name."""
    return "?" not in pattern and "[" not in pattern and fnmatchcase(namespace, pattern)


def decide(spec: Attributes, associations: Iterable[Association]) -> dict[str, Any]:
    """Return the `status` of the SubjectAccessReview: allowed with the reason EKS's audit log shows, or no opinion."""
    principals = spec.get("extra", {}).get(PRINCIPAL_ID) or spec.get("extra", {}).get(PRINCIPAL_ID.lower()) or []
    for association in associations:
        of_principal = association.principal_id in principals
        if of_principal and in_scope(association, spec) and catalogue().allows(association.policy, spec):
            return {
                "allowed": True,
                "reason": (
                    "EKS Access Policy: allowed by ClusterRoleBinding "
                    f'"{association.principal_arn}+{association.policy_arn}" of ClusterRole '
                    f'"{association.policy_arn}" to User "{association.principal_id}"'
                ),
            }
    return {"allowed": False}
