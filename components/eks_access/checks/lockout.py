"""P1: nobody is locked out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..errors import Problem
from ..plan.model import AccessPlan, Entrance
from .catalogue import check

_SSO = re.compile(r"AWSReservedSSO_(?P<set>.+)_[0-9a-f]{16}$")


def admin_paths(plan: AccessPlan) -> tuple[Entrance, ...]:
    """List the usable ways to cluster-admin that are declared; what EKS gives the creator is not one of them."""
    assert plan.cluster is not None
    creator = plan.cluster.creator
    return tuple(e for e in plan.entrances if e.cluster_admin and e.usable and e.person != creator)


def depends_on(path: Entrance) -> frozenset[str]:
    """Name everything whose loss closes a path: the person, their principal, the role they assume."""
    needs = {f"person {path.person}", f"principal {path.own_arn}", f"principal {path.enters_as}"}
    if sso := _SSO.search(path.own_arn):
        needs.add(f"permission set {sso['set']}")
    return frozenset(needs)


@check(
    "EA101",
    "A cluster-admin path survives every single loss",
    "EKS gives admin to the principal that created the cluster and to nobody else; when that is the only one, its "
    "loss closes the cluster (https://docs.aws.amazon.com/eks/latest/userguide/grant-k8s-access.html).",
)
def survives_single_losses(plan: AccessPlan) -> Iterable[Problem]:
    """Take away each person, principal and permission set in turn and look for an admin path that is left."""
    if plan.cluster is None:
        return
    paths = admin_paths(plan)
    if not paths:
        yield Problem(path="admins", rule="nobody but the creator can be cluster admin" + _unusable(plan), fix=_FIX)
        return
    for loss in sorted(frozenset.intersection(*map(depends_on, paths))):
        yield Problem(
            path="admins",
            rule=f"without {loss} nobody but the creator is cluster admin" + _unusable(plan),
            value=", ".join(sorted({f"{p.person} ({p.via})" for p in paths})),
            fix=_FIX,
        )


@check(
    "EA102",
    "The creator is not declared a second time",
    "EKS itself makes the creator's access entry, and a second one for the same principal is refused with 409 "
    "(https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html); in aws-auth, whether a "
    "line for the creator or EKS's own hidden right counts is not documented.",
)
def creator_declared_once(plan: AccessPlan) -> Iterator[Problem]:
    """Refuse direct grants to the creator in the modes in which EKS maps them by itself."""
    if plan.cluster is None or not plan.cluster.mode.uses_aws_auth:
        return
    for principal in plan.principals:
        if principal.arn == plan.cluster.creator_arn:
            yield Problem(
                path=principal.source,
                rule=f"the creator is mapped by EKS itself in mode {plan.cluster.mode} and cannot be mapped again",
                value=principal.arn,
                fix=f"take {plan.cluster.creator} out of admins, of grants and of teams without `assumeRole`; "
                "the creator is a cluster admin anyway",
            )


_FIX = (
    "declare a second, independent admin path: `admins.breakGlass: {trustedBy: [somebody outside the admin teams]}`, "
    "or another team or person under `admins`"
)


def _unusable(plan: AccessPlan) -> str:
    broken = sorted({f"{e.person} ({e.via})" for e in plan.entrances if e.cluster_admin and not e.usable})
    return f"; not usable, since only IAM users can meet the MFA condition: {', '.join(broken)}" if broken else ""
