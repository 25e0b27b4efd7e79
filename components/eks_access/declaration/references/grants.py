"""Grants: one subject, one right, one scope, and nothing twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..kinds import AuthenticationMode
from ..models import Declaration, Grant
from ..nodes import Location
from .finding import Finding, Known, duplicates, unknown

DANGLING, URLS, SCOPE, POLICY = "EA601", "EA602", "EA313", "EA315"
"""Ids of the checks that these rules are."""
_NAMESPACE_PATTERN = re.compile(r"[a-z0-9*]([a-z0-9*-]{0,61}[a-z0-9*])?")


def grants_findings(declaration: Declaration, known: Known) -> Iterator[Finding]:
    """Check every grant, and the grants against each other."""
    for index, grant in enumerate(declaration.grants):
        at: Location = ("grants", index)
        yield from _exactly_one(grant, at)
        yield from _subject(grant, known, at)
        if grant.role is not None:
            yield from _role(grant, declaration, known, at)
        if grant.access_policy is not None:
            yield from _policy(grant, declaration, at)
        yield from _namespaces(grant, known, at)
    yield from _twice(declaration.grants)


def _exactly_one(grant: Grant, at: Location) -> Iterator[Finding]:
    subjects = {"team": grant.team, "person": grant.person, "serviceAccount": grant.service_account}
    rights = {"role": grant.role, "accessPolicy": grant.access_policy}
    for what, options in (("goes to", subjects), ("gives", rights)):
        written = [key for key, value in options.items() if value is not None]
        if len(written) != 1:
            rule = (
                f"a grant {what} exactly one of {', '.join(options)}; here {' and '.join(written) or 'none'} is written"
            )
            fix = "split it into one grant each" if written else f"add one of {', '.join(options)}"
            yield Finding(at=at, rule=rule, fix=fix)
    if grant.cluster_wide and grant.namespaces:
        rule = "a grant holds in namespaces or clusterWide, not both"
        yield Finding(at=(*at, "clusterWide"), value="true", rule=rule, fix="remove one of the two")
    elif not grant.cluster_wide and not grant.namespaces:
        rule = "a grant says where it holds: at least one of namespaces, or clusterWide"
        yield Finding(
            at=at, rule=rule, fix="add `namespaces: [<name>]`, or `clusterWide: true` if all of the cluster is meant"
        )


def _subject(grant: Grant, known: Known, at: Location) -> Iterator[Finding]:
    if grant.team is not None:
        yield from unknown("team", grant.team, known.teams, (*at, "team"))
    if grant.person is not None:
        yield from unknown("person", grant.person, known.people, (*at, "person"))


def _role(grant: Grant, declaration: Declaration, known: Known, at: Location) -> Iterator[Finding]:
    name = grant.role or ""
    where = (*at, "role")
    if name == "cluster-admin":
        rule = "cluster-admin is not granted but declared under `admins:`, where the lock-out checks look"
        fix = "add the team or person under `admins:` and remove this grant"
        yield Finding(at=where, value=name, rule=rule, fix=fix, check=POLICY)
        return
    yield from unknown("role", name, known.roles, where, DANGLING)
    role = declaration.roles.get(name)
    if role is not None and not grant.cluster_wide and any(rule.non_resource_urls for rule in role.rules):
        rule_text = f"`{name}` has nonResourceURLs, which are in no namespace: a Role can't hold them"
        fix = "write `clusterWide: true`, or move the URLs to a role of their own that is granted cluster-wide"
        yield Finding(at=where, value=name, rule=rule_text, fix=fix, check=URLS)


def _policy(grant: Grant, declaration: Declaration, at: Location) -> Iterator[Finding]:
    where = (*at, "accessPolicy")
    name = grant.access_policy
    if name == "AmazonEKSClusterAdminPolicy":
        rule = f"{name} is cluster-admin, which is declared under `admins:`, where the lock-out checks look"
        fix = "add the team or person under `admins:` and remove this grant"
        yield Finding(at=where, value=name, rule=rule, fix=fix, check=POLICY)
    if grant.service_account is not None:
        rule = "an access policy belongs to the access entry of an IAM principal; a service account has none"
        yield Finding(at=where, value=name, rule=rule, fix="grant a `role` to the service account", check=POLICY)
    if declaration.cluster is not None and not declaration.cluster.authentication_mode.uses_entries:
        mode = AuthenticationMode.CONFIG_MAP.value
        rule = f"access policies need access entries, which the authentication mode {mode} doesn't have"
        fix = "write `authenticationMode: API_AND_CONFIG_MAP` in the cluster, or grant a `role`"
        yield Finding(at=where, value=name, rule=rule, fix=fix, check=POLICY)


def _namespaces(grant: Grant, known: Known, at: Location) -> Iterator[Finding]:
    yield from duplicates(grant.namespaces, (*at, "namespaces"))
    for index, name in enumerate(grant.namespaces):
        where = (*at, "namespaces", index)
        if "*" not in name:
            yield from unknown("namespace", name, known.namespaces, where)
        elif grant.role is not None:
            rule = "a role is bound in each namespace by name; only access policies know patterns"
            yield Finding(at=where, value=name, rule=rule, fix="list the namespaces, or write `clusterWide: true`")
        elif not _NAMESPACE_PATTERN.fullmatch(name):
            rule = "a namespace pattern is lower-case letters, digits, '-' and '*', like dev-*"
            yield Finding(at=where, value=name, rule=rule, fix="correct the pattern", check=SCOPE)


def _twice(grants: list[Grant]) -> Iterator[Finding]:
    """Refuse a right given twice: whoever removes one of the two believes that it is gone."""
    first: dict[tuple[str, str, str], int] = {}
    for index, grant in enumerate(grants):
        who = (grant.team and f"team {grant.team}") or grant.person or grant.service_account
        what = grant.role or grant.access_policy
        if not who or not what:
            continue
        places = ["the whole cluster"] if grant.cluster_wide else sorted(set(grant.namespaces))
        again = [(place, first[who, what, place]) for place in places if (who, what, place) in first]
        for place in places:
            first.setdefault((who, what, place), index)
        if again:
            where = ", ".join(place for place, _ in again)
            rule = f"{who} has {what} in {where} already, by grants[{again[0][1]}]"
            yield Finding(at=("grants", index), rule=rule, fix="remove one of the two; with two `until` keep the later")
