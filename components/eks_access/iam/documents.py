"""Trust and permission documents, each as small as its use allows.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html (nodes),
https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html (Fargate),
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage.html
(self-service).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

Statement = Mapping[str, object]


def document(*statements: Statement) -> str:
    """Render statements as a policy document; key order is fixed, so equal input gives equal text."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def service_trust(principal: str, source_arns: str | None = None) -> str:
    """Let an AWS service assume the role, from the named resources only where that can be said."""
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"Service": principal},
        "Action": "sts:AssumeRole",
    }
    if source_arns:
        statement["Condition"] = {"ArnLike": {"aws:SourceArn": source_arns}}
    return document(statement)


def member_trust(member_arns: Sequence[str], *, mfa: bool, member_ids: Sequence[str] = ()) -> str:
    """Let exactly the named principals assume the role, with MFA where asked.

    IAM keeps the unique ids of the principals that it finds, not their ARNs: where the ids are known, the text changes
    with them, so that whoever was made again is trusted again.
    """
    statement: dict[str, object] = {
        **({"Sid": f"Members{_digest(member_ids)}"} if member_ids else {}),
        "Effect": "Allow",
        "Principal": {"AWS": sorted(member_arns)},
        "Action": "sts:AssumeRole",
    }
    if mfa:
        statement["Condition"] = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    return document(statement)


def _digest(ids: Sequence[str]) -> str:
    return hashlib.sha256(" ".join(sorted(ids)).encode()).hexdigest()[:12]


def describe_cluster(cluster_arn: str) -> Statement:
    """Allow what `aws eks update-kubeconfig` needs, on one cluster."""
    return {"Sid": "DescribeCluster", "Effect": "Allow", "Action": "eks:DescribeCluster", "Resource": cluster_arn}


def older_sessions(moment: str) -> Statement:
    """Deny everything to sessions that were opened before a moment; it stops no GetCallerIdentity, so no login.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
    """
    return {
        "Sid": "OlderSessions",
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"DateLessThan": {"aws:TokenIssueTime": moment}},
    }


def assume_roles(role_arns: Sequence[str]) -> Statement:
    """Allow entering the named roles."""
    return {"Sid": "EnterRoles", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": sorted(role_arns)}


def self_service(user_arn: str, mfa_arn: str) -> str:
    """Let a user look after their own MFA device, access keys and password, and nobody else's.

    Taking an MFA device away asks for MFA, so that a stolen key alone cannot do it.
    """
    return document(
        {
            "Sid": "OwnCredentials",
            "Effect": "Allow",
            "Action": [
                "iam:ChangePassword",
                "iam:CreateAccessKey",
                "iam:DeleteAccessKey",
                "iam:GetAccessKeyLastUsed",
                "iam:GetUser",
                "iam:ListAccessKeys",
                "iam:ListMFADevices",
                "iam:UpdateAccessKey",
                "iam:EnableMFADevice",
                "iam:ResyncMFADevice",
            ],
            "Resource": user_arn,
        },
        {
            "Sid": "OwnMfaDevice",
            "Effect": "Allow",
            "Action": ["iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice"],
            "Resource": mfa_arn,
        },
        {
            "Sid": "RemoveMfaOnlyWithMfa",
            "Effect": "Allow",
            "Action": "iam:DeactivateMFADevice",
            "Resource": user_arn,
            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        },
        {
            "Sid": "PasswordRules",
            "Effect": "Allow",
            "Action": "iam:GetAccountPasswordPolicy",
            "Resource": "*",
        },
    )
