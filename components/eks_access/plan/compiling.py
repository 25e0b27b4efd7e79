"""Declaration → AccessPlan: the one arrow between what people wrote and everything that is made of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache

from ..declaration.cluster_models import Cluster as DeclaredCluster
from ..declaration.kinds import NodeKind
from ..declaration.models import Account, Declaration
from ..errors import Problem, Refused
from ..iam.arns import AwsAccount, identity
from .grants import active_grants, ending_notices
from .model import Acceptance, AccessPlan, ClusterPlan, EntryType, MappedPrincipal, Rbac
from .nodes import node_groups, node_principals, node_roles
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
    people, users = tuple(sorted(declaration.people)), compile_users(declaration, account)
    accepted = tuple(sorted(_accepted(declaration, today), key=lambda each: (each.check, each.path)))
    if declaration.cluster is None:
        return AccessPlan(account=account, region=region, people=people, users=users, accepted=accepted)
    cluster = _cluster(declaration, declaration.cluster, account)
    grants = active_grants(declaration, today)
    entering = Entering(declaration, cluster, grants)
    roles, groups = node_roles(declaration, cluster), node_groups(declaration, cluster)
    principals = (*entering.principals, *node_principals(roles, groups, cluster))
    return AccessPlan(
        account=account,
        region=region,
        people=people,
        own_arns=entering.own_arns,
        users=users,
        cluster=cluster,
        user_policies=entering.user_policies(),
        entry_roles=entering.roles,
        node_roles=roles,
        node_groups=groups,
        principals=principals,
        kept_roles=tuple(declaration.keep.map_roles),
        kept_users=tuple(declaration.keep.map_users),
        kept_entries=tuple(declaration.keep.entries),
        external_groups=frozenset(declaration.external_groups),
        external_roles=frozenset(declaration.external_roles),
        entrances=entering.entrances,
        rbac=compile_rbac(declaration, grants),
        metrics=compile_metrics(declaration.metrics_readers),
        accepted=accepted,
        notices=(*ending_notices(declaration.grants, today), *_notices(declaration, cluster, principals)),
    )


def compile_part(declaration: Declaration, *, today: dt.date | None = None) -> Rbac:
    """Compile what a program beside the platform's puts into the cluster; it maps nobody."""
    return compile_rbac(declaration, active_grants(declaration, today or _today()))


@cache
def _today() -> dt.date:
    """Return the day in UTC, one for the whole run: a laptop, CI and all components must agree on it."""
    return dt.datetime.now(dt.UTC).date()


def _accepted(declaration: Declaration, today: dt.date) -> Iterator[Acceptance]:
    for index, each in enumerate(declaration.accept):
        yield Acceptance(
            source=f"accept[{index}]",
            check=each.check,
            path=each.path,
            reason=each.reason,
            until=each.until.isoformat() if each.until else None,
            expired=each.until is not None and each.until < today,
        )


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
        remote_networks=declared.remote_networks,
    )


def _notices(declaration: Declaration, cluster: ClusterPlan, principals: tuple[MappedPrincipal, ...]) -> Iterator[str]:
    """Report what EKS grants by itself, and where aws-auth and entries cannot say the same."""
    if cluster.mode.uses_aws_auth:
        yield f"EKS makes {cluster.creator_arn} (creator) a cluster admin by itself; it is not counted as an admin path"
    if {group.kind for group in declaration.node_groups.values()} == {NodeKind.WINDOWS}:
        yield "nodeGroups: all nodes are Windows, and CoreDNS runs on Linux nodes or Fargate only"
    for principal in principals:
        if principal.made_by_eks:
            yield f"{principal.source}: EKS makes the {principal.entry_type} entry of {principal.arn} by itself"
    if not (cluster.mode.uses_aws_auth and cluster.mode.uses_entries):
        return
    for principal in principals:
        if not principal.in_aws_auth:
            yield f"{principal.source}: enters by its {principal.entry_type} entry only; aws-auth has no line for it"
            continue
        if principal.entry_type is not EntryType.STANDARD:
            groups = ", ".join(principal.groups)
            yield f"{principal.source}: aws-auth says {groups}, its {principal.entry_type} entry what EKS says"
        for scope in principal.policies:
            yield f"{principal.source}: access policy {scope.policy} is in the entry only; aws-auth knows no policies"
    entries = {identity(entry.principal_arn) for entry in declaration.keep.entries}
    for arn in (*(k.rolearn for k in declaration.keep.map_roles), *(k.userarn for k in declaration.keep.map_users)):
        if identity(arn) in entries:
            continue
        yield f"keep: {arn} has a line in aws-auth and no entry"
