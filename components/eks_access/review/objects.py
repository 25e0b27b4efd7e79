"""RBAC objects of several sources → what the API server would hold, and look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from ..authz.aggregation import aggregate
from ..authz.bootstrap import bootstrap_objects, used_minor
from ..authz.model import RbacObjects, Role, RoleBinding
from .applying import applied, joined
from .gaps import missing_roles
from .state import AccessState

BUILT_IN_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
"""Every API server makes them."""
_Each = TypeVar("_Each", Role, RoleBinding)


def finished(
    state: AccessState, manifests: RbacObjects, *, stored: RbacObjects | None = None, complete: bool = False
) -> AccessState:
    """Give a state its RBAC: what is stored, the bootstrap objects, and manifests applied onto both; aggregated.

    Args:
        state: all the rest.
        manifests: what is to come into the cluster, in this order.
        stored: what the cluster has, which nothing refuses any more.
        complete: nothing else counts, bootstrap objects neither; otherwise each role that lacks gets a notice.
    """
    stored = stored or RbacObjects()
    added = RbacObjects() if complete else missing_bootstrap(joined(stored, manifests), state.version)
    course = applied(manifests, joined(added, stored))
    notices = [] if added == RbacObjects() else list(_about_version(state.version))
    return replace(
        state,
        rbac=aggregate(course.objects),
        namespaces=tuple(sorted({*BUILT_IN_NAMESPACES, *state.namespaces})),
        notices=(
            *state.notices,
            *course.notices,
            *notices,
            *(() if complete else missing_roles(course.objects)),
        ),
    )


def with_objects(state: AccessState, objects: RbacObjects) -> AccessState:
    """Add RBAC objects that are to come into a cluster, such as a chart's; those of the same name give way to them."""
    before = tuple(missing_roles(state.rbac))
    kept = tuple(notice for notice in state.notices if notice not in before)
    more = finished(replace(state, notices=kept), objects, stored=state.rbac, complete=True)
    # what a running cluster lacks was no news before and is none now
    news = [each for each in missing_roles(more.rbac) if each in state.notices or each not in before]
    return replace(more, notices=(*more.notices, *news))


def missing_bootstrap(objects: RbacObjects, version: str | None) -> RbacObjects:
    """List what every API server makes by itself, unless it was read from one.

    A kind of which most bootstrap objects are there was dumped whole: what is missing then is not in the cluster.
    """
    bootstrap = bootstrap_objects(version)
    return RbacObjects(
        roles=tuple(_undumped(objects.roles, bootstrap.roles)),
        bindings=tuple(_undumped(objects.bindings, bootstrap.bindings)),
    )


def _about_version(version: str | None) -> Iterator[str]:
    used = used_minor(version)
    if version is None:
        yield f"the Kubernetes version is not known, so the built-in roles are those of {used}"
    elif used != version:
        yield f"the built-in roles of Kubernetes {version} are not known here; those of {used} stand for them"


def _undumped(found: Sequence[_Each], bootstrap: Sequence[_Each]) -> list[_Each]:
    there = {(each.namespace, each.name) for each in found}
    kinds = [[e for e in bootstrap if (e.namespace is None) is cluster_wide] for cluster_wide in (True, False)]
    return [
        each for kind in kinds if 2 * sum((e.namespace, e.name) in there for e in kind) <= len(kind) for each in kind
    ]
