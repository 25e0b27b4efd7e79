"""Users whom aws-auth maps, and what their groups are bound to."""

from __future__ import annotations

from dataclasses import replace

from eks_access.authz.model import BindingSubject, RoleBinding
from eks_access.review.declared import state_of_plan
from eks_access.review.state import AccessState, Way

from ...plans import plan_of, small

USER = "arn:aws:iam::111122223333:user/{}"


def bound(role: str, group: str) -> RoleBinding:
    """Bind a ClusterRole in the whole cluster."""
    subjects = (BindingSubject(kind="Group", name=group),)
    return RoleBinding(name=f"{role}-{group}", role_kind="ClusterRole", role_name=role, subjects=subjects)


def mapped(*bindings: RoleBinding, people: tuple[str, ...] = ("ann",), **aws_auth: str) -> AccessState:
    """Users whom aws-auth maps, and the group `devs`, which may read."""
    rbac = state_of_plan(plan_of(small())).rbac
    return AccessState(
        aws_auth=aws_auth,
        rbac=replace(rbac, bindings=(*rbac.bindings, bound("view", "devs"), *bindings)),
        ways=tuple(Way(person=name, principal_arn=USER.format(name), session="", via="direct") for name in people),
    )
