"""The views of a plan that people review, as plain data."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import yaml
from eks_access import AccessPlan
from eks_access.authn.access_entries import access_entries_view
from eks_access.authn.aws_auth import aws_auth_manifest
from eks_access.authz.manifests import manifests
from eks_access.plan.onboarding import access_list, aws_config, people_who_enter, person_kubeconfig

SERVER = ("https://0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com", "Y2VydGlmaWNhdGU=")


def iam(plan: AccessPlan) -> dict[str, Any]:
    """Everything that is made in IAM, with its documents."""
    own = {policy.user: json.loads(policy.document) for policy in plan.user_policies}
    return {
        "users": {
            user.name: {
                "arn": user.arn,
                "selfService": json.loads(user.self_service),
                **({"cluster": own[user.name]} if user.name in own else {}),
            }
            for user in plan.users
        },
        "entryRoles": {
            role.key: {
                "arn": role.arn,
                "trust": json.loads(role.trust),
                "permissions": json.loads(role.permissions),
                "maxSessionSeconds": role.max_session_seconds,
            }
            for role in plan.entry_roles
        },
        "nodeRoles": {
            str(role.kind): {
                "arn": role.arn,
                "trust": json.loads(role.trust),
                "managedPolicies": list(role.policies.values()),
                **({"permissions": json.loads(role.permissions)} if role.permissions else {}),
                **({"instanceProfile": role.name} if role.instance_profile else {}),
            }
            for role in plan.node_roles
        },
    }


def onboarding(plan: AccessPlan) -> dict[str, Any]:
    """What each person puts on their own machine."""
    return {
        person: {
            "awsConfig": aws_config(plan, person),
            "kubeconfig": yaml.safe_load(person_kubeconfig(plan, person, *SERVER)),
        }
        for person in people_who_enter(plan)
    }


VIEWS: dict[str, Callable[[AccessPlan], Any]] = {
    "aws-auth": aws_auth_manifest,
    "access-entries": access_entries_view,
    "rbac": lambda plan: manifests(plan.rbac) + manifests(plan.metrics),
    "iam": iam,
    "onboarding": onboarding,
    "access-list": access_list,
    "notices": lambda plan: list(plan.notices),
}
