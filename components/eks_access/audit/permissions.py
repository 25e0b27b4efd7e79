"""The rights that an audit needs, and no more: all of them read.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html and
list_awsidentityandaccessmanagementiam.html there (which actions take which resources).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ..authz.manifests import RBAC_API
from ..plan.model import AccessPlan
from .drill import users_to_ask

NAME = "eks-access-audit"
"""Of the objects, and of the group that is bound."""
_LISTED = {"apiGroups": [RBAC_API], "resources": ["roles", "clusterroles", "rolebindings", "clusterrolebindings"]}
_NAMESPACES = {"apiGroups": [""], "resources": ["namespaces"]}
_AWS_AUTH = {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["aws-auth"], "verbs": ["get"]}
_RULES: list[dict[str, Any]] = [{**_LISTED, "verbs": ["list"]}, {**_NAMESPACES, "verbs": ["list"]}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """What whoever audits needs."""

    policy: dict[str, Any]
    """An IAM policy."""
    manifests: list[dict[str, Any]]
    """Kubernetes objects, bound to the group `NAME`; none without a cluster."""
    declaration: dict[str, Any]
    """Instead of the manifests: what to add to the declaration, so that the auditor is declared as well."""


def permissions(plan: AccessPlan) -> Permissions:
    """Say which rights the audit of one cluster needs; of users alone where the plan has none."""
    if plan.cluster is None:
        return Permissions(policy=_policy(plan), manifests=[], declaration={})
    return Permissions(policy=_policy(plan), manifests=_manifests(plan), declaration=_declaration(plan))


def _policy(plan: AccessPlan) -> dict[str, Any]:
    cluster, account = plan.cluster, plan.account
    statements: list[dict[str, Any]] = []

    def allow(sid: str, actions: list[str], resources: str | list[str]) -> None:
        statements.append({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources})

    if cluster is not None:
        on_cluster = ["eks:ListAccessEntries"] if cluster.mode.uses_entries else []
        allow("Cluster", ["eks:DescribeCluster", *on_cluster], cluster.arn)
    if cluster is not None and cluster.mode.uses_entries:
        entries = f"arn:{account.partition}:eks:{plan.region}:{account.id}:access-entry/{cluster.name}/*"
        allow("AccessEntries", ["eks:DescribeAccessEntry", "eks:ListAssociatedAccessPolicies"], entries)
    # both list the whole account or nothing: they take no resource
    allow("Principals", ["iam:ListRoles", "iam:ListUsers"], "*")
    allow("PolicyNames", ["iam:ListUserPolicies"], account.user("*"))
    if users := users_to_ask(plan):
        allow("MfaOfBreakGlass", ["iam:ListMFADevices"], list(users))
    return {"Version": "2012-10-17", "Statement": statements}


def _manifests(plan: AccessPlan) -> list[dict[str, Any]]:
    assert plan.cluster is not None
    found = [_object("ClusterRole", rules=_RULES), _binding("ClusterRoleBinding", "ClusterRole")]
    if plan.cluster.mode.uses_aws_auth:
        found.append(_object("Role", "kube-system", rules=[_AWS_AUTH]))
        found.append(_binding("RoleBinding", "Role", "kube-system"))
    return found


def _object(kind: str, namespace: str = "", **content: Any) -> dict[str, Any]:
    metadata = {"name": NAME, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": f"{RBAC_API}/v1", "kind": kind, "metadata": metadata, **content}


def _binding(kind: str, role: str, namespace: str = "") -> dict[str, Any]:
    reference = {"apiGroup": RBAC_API, "kind": role, "name": NAME}
    return _object(kind, namespace, roleRef=reference, subjects=[{"apiGroup": RBAC_API, "kind": "Group", "name": NAME}])


def _declaration(plan: AccessPlan) -> dict[str, Any]:
    assert plan.cluster is not None
    roles: dict[str, Any] = {NAME: {"rules": _RULES}}
    grants: list[dict[str, Any]] = [{"person": "auditor", "role": NAME, "clusterWide": True}]
    if plan.cluster.mode.uses_aws_auth:
        roles[f"{NAME}-aws-auth"] = {"rules": [_AWS_AUTH]}
        grants.append({"person": "auditor", "role": f"{NAME}-aws-auth", "namespaces": ["kube-system"]})
    return {
        "people": {"auditor": {"iamRole": plan.account.role("auditor")}},
        "roles": roles,
        "grants": grants,
    }


def as_json(document: object) -> str:
    """Write a document for reading."""
    return json.dumps(document, indent=2)
