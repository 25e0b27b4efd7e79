"""Access entries and user names: what EKS would refuse in the middle of an update, or take and never match.

Rules: https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html,
https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html,
https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html,
aws-iam-authenticator pkg/server/server.go (templates).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from ..authn.access_entries import AccessEntry
from ..authn.templates import TEMPLATES
from ..authz.access_policies import access_policies
from ..errors import Problem, Severity
from ..plan.model import EntryType
from .catalogue import Needs, Over, check, loader_rule
from .view import ClusterView, MappedName, entry_path, is_eks_own, is_node_entry, people_of

_ENTRIES = "https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html"
_POLICIES = "https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html"
_TEMPLATE = re.compile(r"\{\{[^{}]*\}?\}?")
_KNOWN = tuple(f"{{{{{name}}}}}" for name in TEMPLATES)
_CHOSEN = ("{{SessionName}}", "{{SessionNameRaw}}")
"""What whoever assumes the role chooses."""
_NODE_POLICIES = {EntryType.EC2: "AmazonEKSAutoNodePolicy"}
_PATTERN = re.compile(r"[a-z0-9*]([a-z0-9*-]{0,61}[a-z0-9*])?")


@check(
    "EA306",
    "User names are templates that can be filled in, and that nobody can choose whole",
    over=Over.CLUSTER,
    why="A template that the authenticator does not know stays as it is; {{EC2PrivateDNSName}} refuses everybody who "
    "is no instance; a session's name is chosen by whoever assumes the role, so a colon must come before it "
    f"({_ENTRIES}).",
    fix="Write a fixed beginning with a colon before the template, like `team:payments:{{SessionName}}`.",
)
def templates_of_names(view: ClusterView) -> Iterator[Problem]:
    """Look at user names of people, in lines and in entries."""
    for each in people_of(view):
        username = each.username or ""
        if each.line is not None and not username:
            fix = "write a `username`, for a role like `team:payments:{{SessionName}}`"
            yield Problem(path=each.path, rule="a user name is missing: it is the empty text", value='""', fix=fix)
        for rule in () if username.startswith("system:node:") else _faults(each, username):
            fix = "write a fixed beginning with a colon before the template, like `team:payments:{{SessionName}}`"
            yield Problem(path=each.path, rule=rule, value=username, fix=fix)


@check(
    "EA307",
    "Groups are fixed names",
    over=Over.CLUSTER,
    why="The authenticator fills in templates in groups too: one with the session's name lets whoever assumes the role "
    "choose the group, and so the rights (aws-iam-authenticator pkg/server/server.go, renderTemplate).",
    fix="Name the group in full.",
)
def templates_of_groups(view: ClusterView) -> Iterator[Problem]:
    """Look for templates in groups of lines and entries."""
    for each in view.mapped:
        for group in each.groups:
            if "{{" in group:
                rule = "a group holds a template, so whoever enters has a part in choosing their rights"
                yield Problem(path=each.path, rule=rule, value=group, fix="name the group in full")


@check(
    "EA312",
    "An access entry has what its type takes",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    why="Entries of nodes take neither user name nor groups, policies only where the type needs one, and only roles of "
    f"the cluster's own account; EKS refuses anything else in the middle of an update ({_ENTRIES}).",
    fix="Take what the type doesn't take out of the entry, or make it a STANDARD one.",
)
def entries_fit_their_type(view: ClusterView) -> Iterator[Problem]:
    """Hold each entry against its type, and that against principal, account, user name, groups and policies."""
    for entry in view.entries:
        for rule, value, fix in _misfits(entry, view.account):
            yield Problem(path=entry_path(entry), rule=rule, value=value, fix=fix)


@check(
    "EA313",
    "An access policy is associated once, with a scope that EKS takes",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    why=f"A second association of one policy replaces the first, and a namespace pattern is matched as it is written "
    f"({_POLICIES}).",
    fix="Write one association a policy, with lower-case namespaces or patterns like `dev-*`.",
)
def policies_are_scoped_once(view: ClusterView) -> Iterator[Problem]:
    """Look at the associations of each entry."""
    for entry in view.entries:
        names = [scope.policy for scope in entry.policies]
        for name in sorted({name for name in names if names.count(name) > 1}):
            rule = (
                "the policy is associated twice with one principal, and the second association is the one that counts"
            )
            yield Problem(path=entry_path(entry), rule=rule, value=name, fix="write one association with both scopes")
        for scope in entry.policies:
            for namespace in scope.namespaces:
                if not _PATTERN.fullmatch(namespace):
                    rule = "a namespace of a scope is lower-case letters, digits, '-' and '*'; this one matches nothing"
                    fix = "write the namespace's name, or a pattern like dev-*"
                    yield Problem(path=entry_path(entry), rule=rule, value=namespace, fix=fix)


@check(
    "EA314",
    "An access policy is one that EKS has",
    over=Over.CLUSTER,
    needs=Needs.SEVERAL,
    severity=Severity.WARNING,
    why="EKS refuses a policy that it doesn't have; AWS adds some without notice, so an unknown one is only told "
    "(https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html).",
    fix="Write the name as `aws eks list-access-policies` shows it.",
)
def policies_exist(view: ClusterView) -> Iterator[Problem]:
    """Look policies up among those that are known."""
    for entry in view.entries:
        for scope in entry.policies:
            known = access_policies()
            found = known.get(scope.policy)
            if found is None:
                near = difflib.get_close_matches(scope.policy, known, n=1)
                fix = f"did you mean {near[0]}?" if near else "write it as `aws eks list-access-policies` shows it"
                rule = "no access policy of this name is known"
                yield Problem(path=entry_path(entry), rule=rule, value=scope.policy, fix=fix)
            elif found.service_linked_only and not is_eks_own(entry):
                rule = "EKS keeps this access policy for service-linked roles"
                fix = "associate a policy for people, like AmazonEKSViewPolicy"
                yield Problem(path=entry_path(entry), rule=rule, value=scope.policy, fix=fix)


loader_rule(
    "EA315",
    "Access policies go to people, in modes with access entries",
    why=f"An access policy belongs to an access entry: mode CONFIG_MAP and service accounts have none ({_POLICIES}); "
    "and cluster-admin is declared in one place, where the lock-out checks look.",
    fix="Grant a `role`, write `authenticationMode: API_AND_CONFIG_MAP`, or declare admins under `admins:`.",
)


def _faults(each: MappedName, username: str) -> Iterator[str]:
    for template in _TEMPLATE.findall(username):
        if template not in _KNOWN:
            yield f"the authenticator knows no template {template}, so it stays in the user name as it is"
    if "{{EC2PrivateDNSName}}" in username:
        yield "{{EC2PrivateDNSName}} is for nodes: everybody who is no EC2 instance is refused"
    chosen = min((username.find(each) for each in _CHOSEN if each in username), default=-1)
    if chosen >= 0 and ":user/" in each.arn:
        yield "an IAM user has no session, so the template is empty"
    elif chosen >= 0 and ":" not in username[:chosen]:
        yield "no colon comes before the session's name, so whoever assumes the role can choose another's user name"


def _misfits(entry: AccessEntry, account: str | None) -> Iterator[tuple[str, str, str]]:
    if not is_node_entry(entry):
        return
    kind, standard = str(entry.type), "take it out, or write type STANDARD if people enter with it"
    if entry.username and not entry.username.startswith("system:node:"):
        yield f"EKS chooses the user name of {kind} entries", entry.username, standard
    groups = [group for group in entry.groups if not group.startswith(("system:", "eks:"))]
    if groups:
        yield f"EKS chooses the groups of {kind} entries", ", ".join(groups), standard
    for scope in entry.policies:
        if scope.policy != _NODE_POLICIES.get(entry.type):
            yield f"{kind} entries take no such access policy", scope.policy, standard
        elif scope.namespaces:
            yield f"the policy of {kind} entries holds in the whole cluster", scope.policy, "write scope cluster"
    if ":role/" not in entry.principal_arn:
        yield f"{kind} entries are for IAM roles", entry.principal_arn, "name the role of the nodes"
    parts = entry.principal_arn.split(":")
    if account and len(parts) > 4 and parts[4] != account:
        rule = f"nodes' roles are in the cluster's own account, {account}"
        yield rule, entry.principal_arn, "name a role of this account"
