"""People in a stack's state: the roles that they may assume, and their names where the program is ours."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..authn.aws_auth_reading import parse_aws_auth
from ..iam.arns import AwsAccount, identity
from .engine_clusters import ENTRIES
from .engine_objects import is_config_map
from .engine_reading import Resource, Resources, is_whole, known
from .facts import Facts
from .iam_trust import PRINCIPAL, Trusted, read_trust
from .state import Way

ROLES = {
    "aws:iam/role:Role": ("name", "assumeRolePolicy"),
    "aws-native:iam:Role": ("roleName", "assumeRolePolicyDocument"),
}
"""Type of an IAM role → the properties that are its name and its trust policy."""
_WITH_ACCESS = ("pulumi:pulumi:Stack", "eks-access:index:Platform")
"""Whose outputs tell people by name."""


def add_people(resources: Resources, facts: Facts) -> None:
    """Add the IAM roles with who may assume them, and the ways that the output `access` names."""
    account = _account(facts)
    seconds: dict[str, object] = {}
    for resource in resources.of(*ROLES):
        values = known(resource.values)
        arn, name = _text(values.get("arn")), _text(values.get(ROLES[resource.type][0]))
        if not arn and name and account:
            arn = account.role(name, _text(values.get("path")) or "/")
        if PRINCIPAL.fullmatch(arn):
            facts.role_arns.add(arn)
            facts.trusts[identity(arn)] = read_trust(_trust_policy(resource))
            seconds[identity(arn)] = values.get("maxSessionDuration")
    named = dict.fromkeys(_named(resources, facts.trusts))
    facts.named = [replace(way, session_seconds=_number(seconds.get(identity(way.principal_arn)))) for way in named]


def add_trusts(resources: Resources, facts: Facts, untold: Iterable[str]) -> dict[str, str]:
    """Add the trust policies of the roles that are mapped, and return what the checks call these → URN.

    Args:
        resources: of the stack.
        facts: with entries and aws-auth.
        untold: URNs of mappings whose principal isn't known yet; what they are made of is mapped by them.
    """
    read = parse_aws_auth(facts.aws_auth or {})
    mapped = {identity(arn) for arn in (*facts.entries, *(line.arn for line in (*read.roles, *read.users)))}
    waiting = [r for urn in untold if (r := resources.by_urn.get(urn)) and (r.type in ENTRIES or is_config_map(r))]
    needed = {urn for resource in waiting for urn in resource.needs}
    places = {}
    for resource in resources.of(*ROLES):
        values, policy = known(resource.values), _trust_policy(resource)
        name, arn = _text(values.get(ROLES[resource.type][0])) or resource.name, _text(values.get("arn"))
        by_name = {each.rpartition("/")[2] for each in mapped if ":role/" in each}
        is_mapped = identity(arn) in mapped if PRINCIPAL.fullmatch(arn) else name in by_name or resource.urn in needed
        if is_mapped and policy is not None:
            facts.trust_policies[name] = policy
            places[f"IAM role {name}"] = resource.urn
    return places


def _trust_policy(role: Resource) -> str | None:
    """Return a trust policy as JSON, however it is given; None where something of it is unknown."""
    raw = role.values.get(ROLES[role.type][1])
    policy = known(raw) if is_whole(raw) else None
    return json.dumps(policy) if isinstance(policy, Mapping) else policy if isinstance(policy, str) else None


def assumed_role(provider: Resource) -> str | None:
    """Tell the role in which an AWS provider works, where it says so: the last one of a chain.

    Cloud Control works in one more, where its provider names it
    (https://docs.aws.amazon.com/cloudcontrolapi/latest/APIReference/API_CreateResource.html, RoleArn).
    """
    own = known(provider.inputs.get("roleArn"))
    if isinstance(own, str) and PRINCIPAL.fullmatch(own):
        return own
    for key in ("assumeRoles", "assumeRole"):
        raw = known(provider.inputs.get(key))
        if isinstance(raw, str):
            try:
                raw = json.loads(raw)
            except (ValueError, RecursionError):
                continue
        last = raw[-1] if isinstance(raw, list) and raw else raw
        arn = last.get("roleArn") if isinstance(last, Mapping) else None
        if isinstance(arn, str) and PRINCIPAL.fullmatch(arn):
            return arn
    return None


def _account(facts: Facts) -> AwsAccount | None:
    """Tell the account in which a preview will make roles whose ARNs it doesn't know: where most principals are."""
    read = parse_aws_auth(facts.aws_auth or {})
    arns = [*facts.entries, *(line.arn for line in (*read.roles, *read.users))]
    found = Counter((arn.split(":")[1], arn.split(":")[4]) for arn in arns if PRINCIPAL.fullmatch(arn))
    if not found:
        return None
    partition, account = found.most_common(1)[0][0]
    return AwsAccount(id=account, partition=partition)


def _named(resources: Resources, trusts: Mapping[str, tuple[Trusted, ...]]) -> Iterator[Way]:
    for resource in resources.of(*_WITH_ACCESS):
        rows = known(resource.values.get("access"))
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, Mapping) and (way := _way(row, trusts)):
                yield way


def _way(row: Mapping[str, Any], trusts: Mapping[str, tuple[Trusted, ...]]) -> Way | None:
    person, arn, via = (_text(row.get(key)) for key in ("person", "principal", "via"))
    if not (person and arn and via):
        return None
    trusted = [each for each in trusts.get(identity(arn), ()) if each.name == person]
    own = arn if via == "direct" else next((each.arn for each in trusted), "")
    mfa = row.get("mfa") is True
    return Way(
        person=person,
        principal_arn=arn,
        session="" if ":user/" in arn else person,
        via=via,
        mfa=mfa,
        own_arn=own,
        usable=not mfa or not own or ":user/" in own,
    )


def _number(value: object) -> int:
    """Return what IAM counts, which the engine keeps as a float."""
    return int(value) if isinstance(value, int | float) and math.isfinite(value) else 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
