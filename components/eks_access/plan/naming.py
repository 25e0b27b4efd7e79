"""Every name that two places must spell alike, and the limits of the systems that read them."""

from __future__ import annotations

import re

ADMINS_GROUP = "eks-access:admins"
"""Bound to cluster-admin; named in mappings and in one binding, and written nowhere else."""
ADMINS_BINDING = "eks-access:admins"
CLUSTER_ADMIN_POLICY = "AmazonEKSClusterAdminPolicy"
IAM_ROLE_LIMIT = 64
"""Characters of an IAM role name (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""


def team_group(team: str) -> str:
    """Name the Kubernetes group of a team."""
    return f"team:{team}"


def person_group(person: str) -> str:
    """Name the Kubernetes group that carries the grants of one person."""
    return f"person:{person}"


def session_username(prefix: str) -> str:
    """Give a user name that tells the sessions of a role apart.

    The colon before the template is EKS's rule for access entries, and it keeps whoever chooses the
    session name from choosing the whole user name.
    """
    return f"{prefix}:{{{{SessionName}}}}"


def team_role(cluster: str, team: str) -> str:
    """Name the IAM role through which a team enters a cluster."""
    return _limited(f"{cluster}-team-{team}", IAM_ROLE_LIMIT)


def break_glass_role(cluster: str) -> str:
    """Name a cluster's break-glass role."""
    return _limited(f"{cluster}-break-glass", IAM_ROLE_LIMIT)


def node_role(cluster: str, kind: str) -> str:
    """Name the IAM role of one kind of node."""
    return _limited(f"{cluster}-node-{kind}", IAM_ROLE_LIMIT)


def role_names_of(cluster: str) -> re.Pattern[str]:
    """Match the names of IAM roles that are made for a cluster: its teams', its nodes', its break-glass role."""
    return re.compile(rf"{re.escape(cluster)}-(team-.+|node-.+|break-glass)", re.IGNORECASE)


def own_role(role: str) -> str:
    """Name the Role or ClusterRole made from a declared role."""
    return f"eks-access:{role}"


def binding(subject: str, role: str) -> str:
    """Name a binding after who gets what, so that a changed roleRef is a new object, not a replaced one."""
    return f"eks-access:{subject}:{role}"


def _limited(name: str, limit: int) -> str:
    """Shorten a name that is too long, keeping it unique by a hash of the whole."""
    if len(name) <= limit:
        return name
    import hashlib  # most names are short enough, and it loads OpenSSL

    return f"{name[: limit - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
