"""P1: nobody is locked out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..errors import Problem
from ..iam.arns import identity
from ..plan.model import AccessPlan, Entrance
from .catalogue import check
from .kept import kept_admins

_SSO = re.compile(r"AWSReservedSSO_(?P<set>.+)_[0-9a-f]{16}$")


def admin_paths(plan: AccessPlan) -> tuple[Entrance, ...]:
    """List the usable ways to cluster-admin that are declared; what EKS gives the creator is not one of them."""
    paths = (*plan.entrances, *kept_admins(plan))
    return tuple(e for e in paths if e.cluster_admin and e.usable and not _is_creator_s_own(plan, e))


def depends_on(plan: AccessPlan, path: Entrance) -> frozenset[str]:
    """Name everything whose loss closes a path: the person, their principal, the role they assume, the creator."""
    needs = {f"person {path.person}", f"principal {identity(path.own_arn)}", f"principal {identity(path.enters_as)}"}
    if sso := _SSO.search(path.own_arn):
        needs.add(f"permission set {sso['set']}")
    if plan.cluster and identity(path.own_arn) == identity(plan.cluster.creator_arn):
        needs.add("the creator")
    return frozenset(needs)


def _is_creator_s_own(plan: AccessPlan, path: Entrance) -> bool:
    return plan.cluster is not None and identity(path.enters_as) == identity(plan.cluster.creator_arn)


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
    for loss in sorted(frozenset.intersection(*(depends_on(plan, path) for path in paths))):
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
        if identity(principal.arn) == identity(plan.cluster.creator_arn):
            yield Problem(
                path=principal.source,
                rule=f"the creator is mapped by EKS itself in mode {plan.cluster.mode} and cannot be mapped again",
                value=principal.arn,
                fix=f"take {plan.cluster.creator} out of admins, of grants and of teams without `assumeRole`; "
                "the creator is a cluster admin anyway",
            )


@check(
    "EA103",
    "Nobody's own principal is a role that this declaration makes",
    "Somebody whose principal is a team's, a node's or the break-glass role enters only through somebody else, or "
    "through nothing at all: a role that trusts itself is a way that nobody can walk.",
)
def people_are_not_our_roles(plan: AccessPlan) -> Iterator[Problem]:
    """Compare people's principals with the roles that are made here."""
    arns = [role.arn for role in plan.entry_roles] + [role.arn for role in plan.node_roles]
    made = {identity(arn) for arn in arns}
    people = {(e.person, e.own_arn) for e in plan.entrances}
    if plan.cluster:
        people.add((plan.cluster.creator, plan.cluster.creator_arn))
    for name, arn in sorted(people):
        if identity(arn) in made:
            yield Problem(
                path=f"people.{name}",
                rule="a person is no role that this declaration makes itself",
                value=arn,
                fix="name the principal that exists by itself, and let it enter through the team or breakGlass",
            )


_FIX = (
    "declare a second, independent admin path: `admins.breakGlass: {trustedBy: [somebody outside the admin teams]}`, "
    "or another team or person under `admins`"
)


def _unusable(plan: AccessPlan) -> str:
    broken = sorted({f"{e.person} ({e.via})" for e in plan.entrances if e.cluster_admin and not e.usable})
    return f"; not usable, since only IAM users can meet the MFA condition: {', '.join(broken)}" if broken else ""
