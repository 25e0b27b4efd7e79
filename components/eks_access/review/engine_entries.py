"""Access entries, access policies and node roles among a stack's resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..plan.model import PolicyScope
from .engine_clusters import ASSOCIATION, ENTRIES, NODES, Belonging
from .engine_gathered import Gathered
from .engine_reading import Resource, is_whole, known
from .facts import read_entry, read_scope
from .iam_trust import PRINCIPAL


def add_entries(gathered: Gathered, belonging: Belonging) -> None:
    """Add access entries and their policies, which are resources of their own or a property of the entry.

    Raises:
        Refused: something in one has not its form.
    """
    unknown: list[Resource] = []
    for resource in gathered.resources.of(*ENTRIES, ASSOCIATION):
        if belonging.names_it(resource):
            whole = _add_entry(gathered, resource) if resource.type in ENTRIES else _add_policy(gathered, resource)
            unknown += [] if whole else [resource]
    gathered.untold(unknown)


def add_nodes(gathered: Gathered, belonging: Belonging) -> None:
    """Add the roles of node groups and Fargate profiles; one that only the update will tell is passed over."""
    for resource in gathered.resources.of(*NODES):
        arn = known(resource.values.get(NODES[resource.type]))
        if isinstance(arn, str) and PRINCIPAL.fullmatch(arn) and belonging.names_it(resource):
            gathered.facts.node_roles.append((resource.name, arn))
            gathered.places[f"role of nodes {resource.name}"] = resource.urn


def _add_entry(gathered: Gathered, resource: Resource) -> bool:
    """Add an entry, and tell whether all of it is known."""
    values = known(resource.values)
    # what isn't set EKS chooses: type STANDARD and no groups, of which a preview says nothing
    set_ = {key: resource.values.get(key) for key in resource.inputs}
    if not values.get("principalArn") or not is_whole(set_.get("type")):
        return False
    groups_known = is_whole(set_.get("kubernetesGroups"))
    if not groups_known:
        values["kubernetesGroups"] = [each for each in values["kubernetesGroups"] or () if each]
    gathered.places[f"access entry {values['principalArn']}"] = resource.urn
    entry = read_entry(gathered.document, values, resource.name, username=ENTRIES[resource.type])
    if isinstance(entry, str):
        gathered.facts.notices.append(entry)
        return groups_known
    gathered.facts.entries[entry.principal_arn] = entry
    if scopes := list(_inline_policies(gathered, resource)):
        gathered.facts.policies.setdefault(entry.principal_arn, []).extend(scopes)
    return groups_known and is_whole(set_.get("accessPolicies"))


def _inline_policies(gathered: Gathered, resource: Resource) -> Iterator[PolicyScope]:
    raw, path = resource.values.get("accessPolicies"), f"{resource.name}.accessPolicies"
    listed = raw if isinstance(raw, list) else known(raw)
    for index, each in enumerate(listed if isinstance(listed, list) else gathered.document.maps(listed, path)):
        if is_whole(each):
            where = f"{path}[{index}]"
            yield read_scope(gathered.document, gathered.document.mapping(known(each), where), where)


def _add_policy(gathered: Gathered, resource: Resource) -> bool:
    """Add the association of a policy unless something of it is unknown, and tell whether all of it is known."""
    values: Mapping[str, Any] = known(resource.values)
    parts_known = all(values.get(key) for key in ("principalArn", "policyArn"))
    if not parts_known or not is_whole(resource.values.get("accessScope")):
        return False
    arn = gathered.document.text(values["principalArn"], f"{resource.name}.principalArn")
    gathered.facts.policies.setdefault(arn, []).append(read_scope(gathered.document, values, resource.name))
    return True
