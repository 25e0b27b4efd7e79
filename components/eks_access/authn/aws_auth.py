"""The aws-auth view of a plan.

Rules: role ARNs without their path, user ARNs with it
(https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html;
aws-iam-authenticator pkg/arn, pkg/mapper/configmap).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..iam.arns import strip_path
from ..plan.model import AccessPlan
from .go_yaml_writing import dump_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """One item of mapRoles or mapUsers."""

    arn: str
    username: str
    groups: tuple[str, ...]


def map_roles(plan: AccessPlan) -> tuple[Mapping, ...]:
    """Items of mapRoles: kept lines first, as they are; then ours, role paths stripped."""
    kept = [Mapping(arn=k.rolearn, username=k.username, groups=tuple(k.groups)) for k in plan.kept_roles]
    return (*kept, *_ours(plan, users=False))


def map_users(plan: AccessPlan) -> tuple[Mapping, ...]:
    """Items of mapUsers: kept lines first, as they are; then ours."""
    kept = [Mapping(arn=k.userarn, username=k.username, groups=tuple(k.groups)) for k in plan.kept_users]
    return (*kept, *_ours(plan, users=True))


def aws_auth_data(plan: AccessPlan) -> dict[str, str]:
    """Render `data` of the ConfigMap; a section without lines is left out, as pulumi-eks does."""
    sections = {"mapRoles": _items("rolearn", map_roles(plan)), "mapUsers": _items("userarn", map_users(plan))}
    return {key: dump_yaml(items) for key, items in sections.items() if items}


def aws_auth_manifest(plan: AccessPlan) -> dict[str, object]:
    """Render the whole ConfigMap."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "aws-auth", "namespace": "kube-system"},
        "data": aws_auth_data(plan),
    }


def _ours(plan: AccessPlan, *, users: bool) -> list[Mapping]:
    if plan.cluster is None or not plan.cluster.mode.uses_aws_auth:
        return []
    return [
        Mapping(arn=p.arn if users else strip_path(p.arn), username=p.username, groups=p.groups)
        for p in plan.principals
        if p.is_user is users and p.in_aws_auth
    ]


def _items(arn_key: str, mappings: Sequence[Mapping]) -> list[dict[str, object]]:
    return [{arn_key: m.arn, "username": m.username, "groups": list(m.groups)} for m in mappings]
