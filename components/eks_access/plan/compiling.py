"""Declaration → AccessPlan: the one arrow between what people wrote and everything that is made of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache

from ..declaration.models import Account, Declaration, NodeKind
from ..declaration.models import Cluster as DeclaredCluster
from ..errors import Problem, Refused
from ..iam.arns import AwsAccount, service_principal
from ..iam.documents import service_trust
from .grants import active_grants, ending_notices
from .model import AccessPlan, ClusterPlan, EntryType, MappedPrincipal, NodeGroupPlan, NodeRolePlan
from .naming import node_role
from .nodes import NODE_IDENTITIES, default_ami_type
from .people import Entering, compile_users, principal_of
from .rbac import compile_metrics, compile_rbac


def compile_plan(declaration: Declaration, *, today: dt.date | None = None) -> AccessPlan:
    """Compile a declaration.

    Args:
        declaration: what people wrote; its references have been checked by the loader.
        today: the day for which grants with `until` are judged; today in UTC when not given.

    Raises:
        Refused: neither `cluster` nor `account` tells which AWS account this is about.
    """
    today = today or _today()
    account, region = _where(declaration)
    users = compile_users(declaration, account)
    if declaration.cluster is None:
        return AccessPlan(account=account, region=region, users=users)
    cluster = _cluster(declaration, declaration.cluster, account)
    grants = active_grants(declaration, today)
    entering = Entering(declaration, cluster, grants)
    node_roles = _node_roles(declaration, cluster)
    principals = (*entering.principals, *map(_node_principal, node_roles))
    return AccessPlan(
        account=account,
        region=region,
        users=users,
        cluster=cluster,
        user_policies=entering.user_policies(),
        entry_roles=entering.roles,
        node_roles=node_roles,
        node_groups=_node_groups(declaration, cluster),
        principals=principals,
        kept_roles=tuple(declaration.keep.map_roles),
        kept_users=tuple(declaration.keep.map_users),
        external_groups=frozenset(declaration.external_groups),
        entrances=entering.entrances,
        rbac=compile_rbac(declaration, grants),
        metrics=compile_metrics(declaration.metrics_readers),
        notices=(*ending_notices(declaration.grants, today), *_notices(declaration, cluster, principals)),
    )


@cache
def _today() -> dt.date:
    """Return the day in UTC, one for the whole run: a laptop, CI and all components must agree on it."""
    return dt.datetime.now(dt.UTC).date()


def _where(declaration: Declaration) -> tuple[AwsAccount, str]:
    if cluster := declaration.cluster:
        return AwsAccount(id=cluster.account, partition=cluster.partition), cluster.region
    if account := declaration.account:
        return _account(account), account.region
    raise Refused(
        [
            Problem(
                path="account",
                rule="the AWS account is not declared",
                fix='write `account: {id: "111122223333"}`, or a `cluster` with its `account`',
            )
        ]
    )


def _account(account: Account) -> AwsAccount:
    return AwsAccount(id=account.id, partition=account.partition)


def _cluster(declaration: Declaration, declared: DeclaredCluster, account: AwsAccount) -> ClusterPlan:
    creator = principal_of(declared.creator, declaration.people[declared.creator], account)
    return ClusterPlan(
        name=declared.name,
        arn=account.cluster(declared.region, declared.name),
        account=account,
        region=declared.region,
        version=declared.version,
        mode=declared.authentication_mode,
        creator=declared.creator,
        creator_arn=creator.arn,
        endpoint=declared.endpoint,
        addons=dict(sorted(declared.addons.items())),
    )


def _node_roles(declaration: Declaration, cluster: ClusterPlan) -> tuple[NodeRolePlan, ...]:
    kinds = {group.kind for group in declaration.node_groups.values()}
    return tuple(plan_node_role(kind, cluster.account, cluster.region, cluster.name) for kind in sorted(kinds))


def plan_node_role(kind: NodeKind, account: AwsAccount, region: str, cluster: str) -> NodeRolePlan:
    """Plan the role of one kind of node; Fargate's trusts the profiles of this one cluster only."""
    identity = NODE_IDENTITIES[kind]
    name = node_role(cluster, kind)
    profiles = account.fargate_profiles(region, cluster) if kind is NodeKind.FARGATE else None
    return NodeRolePlan(
        kind=kind,
        name=name,
        arn=account.role(name),
        trust=service_trust(service_principal(identity.service, account.partition), profiles),
        policies={policy: account.managed_policy(policy) for policy in sorted(identity.policies)},
    )


def _node_groups(declaration: Declaration, cluster: ClusterPlan) -> tuple[NodeGroupPlan, ...]:
    return tuple(
        NodeGroupPlan(
            name=name,
            kind=group.kind,
            role_arn=cluster.account.role(node_role(cluster.name, group.kind)),
            instance_types=tuple(group.instance_types),
            min=group.min,
            max=group.max,
            ami_type=group.ami_type or default_ami_type(group.kind, group.instance_types),
            release_version=group.release_version,
            namespaces=tuple(sorted(group.namespaces)),
        )
        for name, group in sorted(declaration.node_groups.items())
    )


def _node_principal(role: NodeRolePlan) -> MappedPrincipal:
    identity = NODE_IDENTITIES[role.kind]
    return MappedPrincipal(
        key=f"node-{role.kind}",
        source=f"nodeGroups ({role.kind})",
        arn=role.arn,
        username=identity.username,
        groups=identity.groups,
        entry_type=identity.entry_type,
    )


def _notices(declaration: Declaration, cluster: ClusterPlan, principals: tuple[MappedPrincipal, ...]) -> Iterator[str]:
    """Report what EKS grants by itself, and where aws-auth and entries cannot say the same."""
    if cluster.mode.uses_aws_auth:
        yield f"EKS makes {cluster.creator_arn} (creator) a cluster admin by itself; it is not counted as an admin path"
    if not (cluster.mode.uses_aws_auth and cluster.mode.uses_entries):
        return
    for principal in principals:
        if principal.entry_type is not EntryType.STANDARD:
            groups = ", ".join(principal.groups)
            yield f"{principal.source}: aws-auth says {groups}, its {principal.entry_type} entry what EKS says"
        for scope in principal.policies:
            yield f"{principal.source}: access policy {scope.policy} is in the entry only; aws-auth knows no policies"
    for arn in (*(k.rolearn for k in declaration.keep.map_roles), *(k.userarn for k in declaration.keep.map_users)):
        yield f"keep: {arn} has a line in aws-auth and no entry"
