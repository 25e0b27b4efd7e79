"""P1 where nobody declares the cluster: what a source that tells everybody says about its admins."""

from __future__ import annotations

from collections.abc import Iterator

from ..authz.model import Request
from ..errors import Problem
from ..iam.arns import identity, permission_set_of
from ..review.state import Way
from .catalogue import Needs, Over, check
from .view import ClusterView, people_of

_EVERYTHING = Request(verb="*", api_group="*", resource="*")
"""What only a rule with nothing but wildcards allows, and system:masters."""


@check(
    "EA109",
    "A cluster that runs has admins whom no single loss takes away",
    over=Over.CLUSTER,
    needs=Needs.ALL,
    why="As EA101, of what is there: one admin principal, one permission set or one person is one too few "
    "(https://docs.aws.amazon.com/eks/latest/userguide/grant-k8s-access.html). It is judged where the source tells "
    "everybody who is mapped, and all roles and bindings: a running cluster, or a whole dump of one. A stack's state "
    "does not, since others may map more.",
    fix="Map a second, independent principal as cluster admin.",
)
def running_admins_survive(view: ClusterView) -> Iterator[Problem]:
    """Take away each principal, permission set and known person, and look for an admin who is left."""
    state = view.state
    if not (state.all_mapped and state.all_bound):
        return
    admins = {identity(each.arn) for each in people_of(view) if _is_admin(view, each.arn)}
    ways = [way for way in state.ways if way.usable and identity(way.principal_arn) in admins]
    fix = "map a second, independent principal as cluster admin"
    left = "nobody but the creator" if state.creator_unknown or state.creator_arn else "nobody"
    if not ways:
        yield Problem(path="admins", rule=f"{left} is cluster admin", fix=fix)
        return
    names = ", ".join(sorted({way.principal_arn for way in ways}))
    for loss in sorted(frozenset.intersection(*map(_depends_on, ways))):
        yield Problem(path="admins", rule=f"without {loss} {left} is cluster admin", value=names, fix=fix)


def _is_admin(view: ClusterView, arn: str) -> bool:
    found = view.review.authenticator.authenticate_arn(arn, session="someone").identity
    return found is not None and view.review.authorizer.allows(found, _EVERYTHING)


def _depends_on(way: Way) -> frozenset[str]:
    own = way.own_arn or way.principal_arn
    needs = {f"principal {identity(own)}", f"principal {identity(way.principal_arn)}"}
    needs |= {f"permission set {sso.name}" for arn in (own, way.principal_arn) if (sso := permission_set_of(arn))}
    return frozenset(needs)
