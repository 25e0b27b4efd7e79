"""P2 and P3: every node can join; mapped means bound. And the form that mappings must have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ..authn.access_entries import AccessEntry, access_entries
from ..authn.aws_auth import aws_auth_data, map_roles, map_users
from ..errors import Problem
from ..iam.arns import strip_path
from ..plan.model import AccessPlan, EntryType
from ..plan.nodes import NODE_IDENTITIES, NodeIdentity
from .catalogue import check

ENTRY_LIMIT = 3000
"""Access entries per cluster, not adjustable (https://docs.aws.amazon.com/general/latest/gr/eks.html)."""
CONFIG_MAP_LIMIT = 1_048_576
"""Bytes of data in a ConfigMap (k8s.io/kubernetes pkg/apis/core/types.go, MaxSecretSize)."""
TRUST_LIMIT = 2048
"""Characters of a role's trust policy, white space aside
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""
_FOREIGN = ("system:", "eks:")


@check(
    "EA201",
    "Every node group's role is mapped as its kind needs",
    "A kubelet whose role is not mapped gets 401 and its node never appears; with a wrong user name or group it gets "
    "403 (https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html#worker-node-fail).",
)
def nodes_can_join(plan: AccessPlan) -> Iterator[Problem]:
    """Compare what is mapped with what each kind of node must be, in both views."""
    if plan.cluster is None:
        return
    lines = {m.arn: m for m in map_roles(plan)}
    entries = {e.principal_arn: e for e in access_entries(plan)}
    for group in plan.node_groups:
        identity = NODE_IDENTITIES[group.kind]
        place = f"nodeGroups.{group.name}"
        fix = f"let the plan map {group.role_arn} as {group.kind}, and nobody else to the same role"
        line = lines.get(strip_path(group.role_arn))
        if (
            identity.in_aws_auth
            and plan.cluster.mode.uses_aws_auth
            and (line is None or line.username != identity.username or set(line.groups) != set(identity.groups))
        ):
            yield Problem(
                path=place, rule="its role has no line of its kind in aws-auth", value=group.role_arn, fix=fix
            )
        if group.kind.needs_entries and not plan.cluster.mode.uses_entries:
            rule = f"{group.kind} nodes need access entries, which mode {plan.cluster.mode} does not have"
            mode = "write `authenticationMode: API_AND_CONFIG_MAP`"
            yield Problem(path=place, rule=rule, value=group.role_arn, fix=mode)
        entry = entries.get(group.role_arn)
        if plan.cluster.mode.uses_entries and (entry is None or not _fits(entry, identity)):
            yield Problem(
                path=place, rule=f"its role has no {identity.entry_type} entry", value=group.role_arn, fix=fix
            )


def _fits(entry: AccessEntry, identity: NodeIdentity) -> bool:
    return entry.type is identity.entry_type and {p.policy for p in entry.policies} == {
        policy for policy in (identity.access_policy,) if policy
    }


@check(
    "EA301",
    "Each mapped group is bound and each bound group is mapped",
    "EKS does not look whether a group exists: a mapped group without a binding is Forbidden everywhere, and a bound "
    "group that nobody carries grants nothing "
    "(https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html).",
)
def mapped_means_bound(plan: AccessPlan) -> Iterator[Problem]:
    """Compare the groups of mappings with the groups that bindings name."""
    mapped = {(g, p.source) for p in plan.principals for g in p.groups}
    mapped |= {(g, "keep") for kept in (plan.kept_roles, plan.kept_users) for m in kept for g in m.groups}
    bound = {b.subject.name for b in plan.rbac.bindings if b.subject.kind == "Group"}
    for group, source in sorted(mapped):
        if group not in bound and group not in plan.external_groups and not group.startswith(_FOREIGN):
            yield Problem(
                path=source,
                rule="the group is mapped, but nothing in this declaration binds it",
                value=group,
                fix=f"grant it a role, or list {group} under `externalGroups` if another program binds it",
            )
    for group in sorted(bound - {g for g, _ in mapped} - plan.external_groups):
        if not group.startswith(_FOREIGN):
            yield Problem(
                path="grants",
                rule="the group is bound, but no principal carries it",
                value=group,
                fix="name people or a team that can enter; a team needs members, a person a principal",
            )


@check(
    "EA302",
    "Each principal is mapped once",
    "Of two aws-auth lines for one role the last wins and the groups are not merged "
    "(https://github.com/kubernetes-sigs/aws-iam-authenticator/issues/271); an entry's second creation is a 409.",
)
def mapped_once(plan: AccessPlan) -> Iterator[Problem]:
    """Look for ARNs that are one to the authenticator, which ignores case, or become one without their path."""
    lines = Counter(m.arn.lower() for m in (*map_roles(plan), *map_users(plan)))
    entries = Counter(strip_path(e.principal_arn).lower() for e in access_entries(plan))
    for arn, count in sorted((lines | entries).items()):
        if count > 1:
            yield Problem(
                path="keep" if any(k.rolearn.lower() == arn for k in plan.kept_roles) else "people",
                rule=f"the principal is mapped {count} times",
                value=arn,
                fix="declare each principal once; role ARNs that differ in their path only are one in aws-auth",
            )


@check(
    "EA303",
    "Mappings fit the limits",
    "3,000 access entries a cluster, 1 MiB of data a ConfigMap; both are hard.",
)
def within_limits(plan: AccessPlan) -> Iterable[Problem]:
    """Count entries and bytes."""
    entries = len(access_entries(plan))
    if entries > ENTRY_LIMIT:
        yield Problem(
            path="people",
            rule=f"a cluster takes {ENTRY_LIMIT} access entries",
            value=str(entries),
            fix="let teams enter through one role: `teams.<name>.assumeRole: {}`",
        )
    for node_role in plan.node_roles:
        length = len("".join(node_role.trust.split()))
        if length > TRUST_LIMIT:
            yield Problem(
                path=f"nodeGroups ({node_role.kind})",
                rule=f"a role's trust policy takes {TRUST_LIMIT} characters without a raised quota",
                value=str(length),
                fix="use fewer trust anchors",
            )
    for role in plan.entry_roles:
        length = len("".join(role.trust.split()))
        if length > TRUST_LIMIT:
            yield Problem(
                path=role.key.replace("team-", "teams.", 1),
                rule=f"a role's trust policy takes {TRUST_LIMIT} characters without a raised quota; "
                f"its {len(role.trusted)} members do not fit",
                value=str(length),
                fix="split the team",
            )
    size = sum(len(text.encode()) for text in aws_auth_data(plan).values())
    if size > CONFIG_MAP_LIMIT:
        yield Problem(
            path="people",
            rule=f"aws-auth holds {CONFIG_MAP_LIMIT} bytes",
            value=str(size),
            fix="let teams enter through one role: `teams.<name>.assumeRole: {}`",
        )


@check(
    "EA304",
    "People's entries keep to EKS's rules",
    "A user name or group of a STANDARD entry must not begin with system: "
    "(https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html).",
)
def reserved_names(plan: AccessPlan) -> Iterator[Problem]:
    """Refuse reserved beginnings before EKS does, in the middle of an update."""
    reserved = ("system:", "eks:", "aws:", "amazon:", "iam:")
    for principal in plan.principals:
        if principal.entry_type is not EntryType.STANDARD:
            continue
        for name in (principal.username, *(g for g in principal.groups if g.startswith("system:"))):
            if name.startswith(reserved):
                yield Problem(
                    path=principal.source,
                    rule="EKS keeps names that begin with system:, eks:, aws:, amazon:, iam: for itself",
                    value=name,
                    fix="choose another name",
                )
