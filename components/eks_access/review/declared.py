"""A plan as the state that it leads to, with what it cannot know said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..authn.access_entries import AccessEntry, access_entries
from ..authn.aws_auth import aws_auth_data
from ..authz.manifests import manifests
from ..authz.model import RbacObjects
from ..authz.reading import read_objects
from ..errors import Problem, Refused
from ..plan.model import AccessPlan, ClusterPlan
from .applying import joined
from .creator import creator_entry
from .gaps import listed
from .objects import finished
from .people import node_kinds, ways_with_kept
from .state import AccessState
from .ways import mapped_principals, named_nodes, nodes_of


def state_of_plan(plan: AccessPlan, more: RbacObjects | None = None) -> AccessState:
    """Return the access that a declaration makes once it is deployed.

    Args:
        plan: what the declaration compiles to.
        more: RBAC objects that others put into the cluster, such as a chart's roles.

    Raises:
        Refused: it declares no cluster.
    """
    if plan.cluster is None:
        rule = "only a declaration with a cluster says who may do what in it"
        raise Refused([Problem(path="cluster", rule=rule, fix="name the stack or the file of an environment")])
    cluster = plan.cluster
    rendered = [*manifests(plan.rbac), *manifests(plan.metrics)]
    objects = joined(read_objects(rendered), more or RbacObjects())
    entries = (*access_entries(plan), *_creator_entry(plan, cluster))
    aws_auth = aws_auth_data(plan) if cluster.mode.uses_aws_auth else None
    state = AccessState(
        name=cluster.name,
        arn=cluster.arn,
        version=cluster.version,
        mode=cluster.mode,
        creator_arn=None if cluster.mode.uses_entries else cluster.creator_arn,
        aws_auth=aws_auth,
        entries=entries,
        namespaces=tuple(sorted(namespace.name for namespace in plan.rbac.namespaces)),
        people=plan.people,
        elsewhere=plan.external_groups | plan.external_roles,
    )
    # without kept lines and entries, whoever is mapped is declared
    keeps = plan.kept_roles or plan.kept_users or plan.kept_entries
    mapped = mapped_principals(state) if keeps else ()
    nodes = [(role.name, role.arn) for role in plan.node_roles]
    state = replace(
        state,
        ways=ways_with_kept(plan, mapped),
        node_roles=named_nodes([*nodes, *nodes_of(mapped)], node_kinds(plan)),
    )
    done = finished(state, objects)
    return replace(done, notices=(*_elsewhere(plan, done.rbac), *done.notices))


def _creator_entry(plan: AccessPlan, cluster: ClusterPlan) -> Iterator[AccessEntry]:
    """Only in the mode that asks both: in API it is declared, in CONFIG_MAP the creator's right is hidden."""
    declared = any(entry.principal_arn == cluster.creator_arn for entry in access_entries(plan))
    if cluster.mode.uses_aws_auth and cluster.mode.uses_entries and not declared:
        yield creator_entry(cluster.creator_arn)


def _elsewhere(plan: AccessPlan, objects: RbacObjects) -> Iterator[str]:
    bound = {subject.name for b in objects.bindings for subject in b.subjects if subject.kind == "Group"}
    if external := sorted(plan.external_groups - bound):
        yield (
            f"what the group{'s' if len(external) > 1 else ''} {listed(external)} may do is bound outside of this "
            "declaration and not counted: "
            "add the manifests with -f, or ask --live"
        )
