"""P3: mapped means bound; and what both back ends, or aws-auth alone, make of a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..authn.authenticating import default_username
from ..errors import Problem, Severity
from ..iam.arns import identity
from .catalogue import Needs, Over, check
from .view import (
    AWS_AUTH,
    ENTRIES,
    NODE_GROUP,
    NODE_PREFIX,
    OWN_PREFIXES,
    ClusterView,
    MappedName,
    is_node_entry,
    people_of,
)

ENTRY_LIMIT = 3000
"""Access entries per cluster, not adjustable (https://docs.aws.amazon.com/general/latest/gr/eks.html)."""
CONFIG_MAP_LIMIT = 1_048_576
"""Bytes of data in a ConfigMap (k8s.io/kubernetes pkg/apis/core/types.go, MaxSecretSize)."""
RESERVED = ("system:", "eks:", "aws:", "amazon:", "iam:")
"""How user names of entries must not begin."""
_ENTRIES = "https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html"
_AUTH_MAP = "https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html"
_FEWER = "let teams enter through one role: `teams.<name>.assumeRole: {}`"


@check(
    "EA301",
    "Each mapped group is bound",
    over=Over.CLUSTER,
    needs=Needs.ALL,
    why=f"EKS does not look whether a group exists: who is mapped to one that nothing binds is Forbidden everywhere "
    f"({_ENTRIES}).",
    fix="Grant the group a role, or list it under `externalGroups` if another program binds it.",
)
def mapped_means_bound(view: ClusterView) -> Iterator[Problem]:
    """Look for groups of mappings that no binding names."""
    bound = _bound_groups(view)
    if any("{{SessionName" in group for each in view.mapped for group in each.groups):
        bound |= {each.template for group in bound for each in view.review.bearers.by_session("Group", group)}
    for each in view.mapped:
        for group in each.groups:
            if group not in bound and group not in view.state.elsewhere and not group.startswith(OWN_PREFIXES):
                rule = "the group is mapped, but nothing binds it"
                fix = f"grant it a role, or list {group} under `externalGroups` if another program binds it"
                yield Problem(path=each.path, rule=rule, value=group or '""', fix=fix)


@check(
    "EA302",
    "Each principal is mapped once",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    why="Of two aws-auth lines for one role the last wins and the groups are not merged "
    "(https://github.com/kubernetes-sigs/aws-iam-authenticator/issues/271); an entry's second creation is a 409.",
    fix="Declare each principal once; drop the kept line, or the person it stands for.",
)
def mapped_once(view: ClusterView) -> Iterator[Problem]:
    """Look for ARNs that are one to the authenticator, which ignores case, in each of the two back ends."""
    for same in _same_principal(view):
        # spellings of one user that differ in case only are another rule's finding: there chance decides
        if not (same[0].line and len({each.arn for each in same}) == len(same) and ":user/" in same[0].arn):
            yield Problem(
                path=same[0].path,  # in aws-auth, what others wrote stands before ours
                rule=f"the principal is mapped {len(same)} times: {', '.join(each.path for each in same)}",
                value=same[0].arn,
                fix="declare each principal once; drop the kept line, or the person it stands for",
            )


@check(
    "EA303",
    "Mappings fit into the cluster",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    why="3,000 access entries a cluster (https://docs.aws.amazon.com/general/latest/gr/eks.html) and 1 MiB of data a "
    "ConfigMap (https://kubernetes.io/docs/concepts/configuration/configmap/); both are hard.",
    fix="Let teams enter through one role: `teams.<name>.assumeRole: {}`.",
)
def within_limits(view: ClusterView) -> Iterable[Problem]:
    """Count entries and bytes."""
    if len(view.entries) > ENTRY_LIMIT:
        rule = f"a cluster takes {ENTRY_LIMIT} access entries"
        yield Problem(path=ENTRIES, rule=rule, value=str(len(view.entries)), fix=_FEWER)
    size = sum(len(text.encode("utf-8", "replace")) for text in (view.state.aws_auth or {}).values())
    if size > CONFIG_MAP_LIMIT:
        yield Problem(path=AWS_AUTH, rule=f"aws-auth holds {CONFIG_MAP_LIMIT} bytes", value=str(size), fix=_FEWER)


@check(
    "EA304",
    "People have no names that Kubernetes, EKS or AWS keep for themselves",
    over=Over.CLUSTER,
    why="EKS refuses user names of entries that begin with system:, eks:, aws:, amazon: or iam:, and groups that "
    f"begin with system: ({_ENTRIES}); aws-auth takes them, and whoever is mapped so passes for a part of Kubernetes.",
    fix="Choose another user name; instead of system:masters declare the person under `admins:`.",
)
def reserved_names(view: ClusterView) -> Iterator[Problem]:
    """Refuse reserved beginnings before EKS does, in the middle of an update."""
    for each in people_of(view):
        username = each.username or ""
        groups = [g for g in each.groups if g.startswith("system:")] if each.entry else []
        is_node = each.line and username.startswith(NODE_PREFIX) and NODE_GROUP in each.groups
        bad = username.startswith(RESERVED if each.entry else "system:") and not is_node
        for name in (*([username] if bad else []), *groups):
            rule = "EKS keeps names that begin with system:, eks:, aws:, amazon:, iam: for itself"
            fix = "declare the person under `admins:`" if name == "system:masters" else "choose another name"
            yield Problem(path=each.path, rule=rule, value=name, fix=fix)


@check(
    "EA305",
    "Each bound group is carried by somebody",
    over=Over.CLUSTER,
    needs=Needs.ALL,
    why="A binding for a group that no mapping names grants nothing today, and everything in it to whoever is mapped "
    "to the name tomorrow (https://kubernetes.io/docs/concepts/security/rbac-good-practices/).",
    fix="Name people or a team that can enter, or remove the binding; list groups of another program under "
    "`externalGroups`.",
)
def bound_means_mapped(view: ClusterView) -> Iterator[Problem]:
    """Look for groups of bindings that no mapping names."""
    carried = {group for each in view.mapped for group in each.groups} | view.state.elsewhere
    told = set()
    for binding in view.bindings:
        for subject in binding.subjects:
            loose = subject.kind == "Group" and subject.name not in carried and subject.name not in told
            own = subject.name.startswith(OWN_PREFIXES)
            if loose and not own and not any(view.review.bearers.by_session("Group", subject.name)):
                told.add(subject.name)
                rule = "the group is bound, but no principal carries it"
                fix = "name people or a team that can enter; a team needs members, a person a principal"
                yield Problem(path=binding.place, rule=rule, value=subject.name, fix=fix)


@check(
    "EA308",
    "aws-auth can be read as it is meant",
    over=Over.CLUSTER,
    why="The authenticator reads each section on its own: what it cannot parse is dropped without a word to whoever "
    "wrote it, a line or a whole section, nodes included "
    "(https://github.com/kubernetes-sigs/aws-iam-authenticator/pull/607).",
    fix="Write each section as a YAML list of lines with `rolearn` or `userarn`, `username` and `groups`, all of text.",
)
def aws_auth_is_read(view: ClusterView) -> Iterator[Problem]:
    """List what the authenticator loses."""
    for loss in view.aws_auth.losses:
        step = "" if loss.index is None else f"[{loss.index}]"
        fix = "write it as a list of lines with rolearn or userarn, username and groups, all of text"
        yield Problem(path=f"{AWS_AUTH} {loss.section}{step}", rule=f"aws-auth loses this: {loss.said}", fix=fix)
    for miss in view.aws_auth.misspelt:
        step = "" if miss.index is None else f"[{miss.index}]"
        fix = "correct the key; the authenticator says nothing of those that it doesn't know"
        yield Problem(path=f"{AWS_AUTH} {miss.section}{step}", rule=miss.said, fix=fix)


@check(
    "EA309",
    "People are in no group of Kubernetes' own",
    over=Over.CLUSTER,
    severity=Severity.WARNING,
    why="system:masters is above RBAC: no binding can be taken away and nothing is refused; and no access entry can "
    "carry it, so the line can't move to the EKS API "
    "(https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege).",
    fix="Map them to a group of your own and bind that; for cluster-admin declare them under `admins:`.",
)
def people_in_system_groups(view: ClusterView) -> Iterator[Problem]:
    """Look for lines of people with groups that begin with system:."""
    for each in people_of(view):
        node = (each.username or "").startswith(NODE_PREFIX)
        for group in each.groups if each.line and not node else ():
            if group.startswith("system:"):
                rule = "somebody who is no node is in a group of Kubernetes' own"
                fix = "map them to a group of your own and bind that; for cluster-admin use `admins:`"
                yield Problem(path=each.path, rule=rule, value=group, fix=fix)


@check(
    "EA310",
    "No whole account is let in",
    over=Over.CLUSTER,
    severity=Severity.WARNING,
    why="mapAccounts lets in every user and role of an account under its ARN, so whoever may make roles there makes "
    f"identities here; access entries know nothing like it ({_AUTH_MAP}).",
    fix="Map the users and roles that are meant, and take the account out.",
)
def no_whole_accounts(view: ClusterView) -> Iterator[Problem]:
    """Look at mapAccounts."""
    for account in view.aws_auth.accounts:
        rule = "every user and role of this account is let in, under its ARN and without groups"
        fix = "map the users and roles that are meant, and take the account out"
        yield Problem(path=f"{AWS_AUTH} mapAccounts", rule=rule, value=account, fix=fix)


@check(
    "EA311",
    "A line and an entry of one principal say the same",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    severity=Severity.WARNING,
    why="Where both are read, the entry overrides the line, and nothing is merged "
    "(https://docs.aws.amazon.com/eks/latest/userguide/migrating-access-entries.html).",
    fix="Write the same user name and groups in both, or remove the line.",
)
def both_say_the_same(view: ClusterView) -> Iterator[Problem]:
    """Compare the lines and the entries of people who have both."""
    entries = {identity(each.arn): each for each in view.mapped if each.entry and not is_node_entry(each.entry)}
    for line in view.mapped if entries else ():
        entry = entries.get(identity(line.arn)) if line.line else None
        username = (entry.username or default_username(entry.arn)) if entry else None
        if entry and (line.username, set(line.groups)) != (username, set(entry.groups)):
            said = f"{line.username} ({', '.join(line.groups)}) and {username} ({', '.join(entry.groups)})"
            rule = f"its access entry says something else than {line.path}, and only the entry counts"
            fix = "write the same user name and groups in both, or remove the line"
            yield Problem(path=line.path, rule=rule, value=said, fix=fix)


def _bound_groups(view: ClusterView) -> set[str]:
    return {s.name for binding in view.state.rbac.bindings for s in binding.subjects if s.kind == "Group"}


def _same_principal(view: ClusterView) -> Iterator[list[MappedName]]:
    """Group mappings of one back end by ARN, ignoring case, as the authenticator does; only where there are several."""
    several: dict[tuple[bool, str], list[MappedName]] = {}
    for each in view.mapped:
        several.setdefault((each.line is not None, each.arn.lower()), []).append(each)
    yield from (same for same in several.values() if len(same) > 1)
