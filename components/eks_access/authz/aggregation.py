"""Aggregated ClusterRoles: their rules are those of the ClusterRoles that their selectors choose.

The authorizer reads stored rules only; a controller writes them. Here they are computed to a fixpoint, in which
admin holds what edit holds and edit what view holds.
Source: k8s.io/kubernetes pkg/controller/clusterroleaggregation (selectors in order, chosen ClusterRoles by name,
itself left out, each rule once).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..plan.model import RbacRule
from .model import RbacObjects, Requirement, Role, Selector


def aggregate(objects: RbacObjects) -> RbacObjects:
    """Fill the rules of every aggregated ClusterRole.

    What is stored in them gives way, except where nothing is gathered: the controller applies (server-side) an empty
    list then, which is a field left out, and rules that others wrote stay in force.
    """
    by_name = {role.name: role for role in objects.roles if role.namespace is None}
    chosen = {
        name: [
            [each for each in sorted(by_name) if each != name and selects(selector, by_name[each].labels)]
            for selector in role.aggregation
        ]
        for name, role in sorted(by_name.items())
        if role.aggregation is not None
    }
    if not chosen:
        return objects
    rules = {name: role.rules for name, role in by_name.items()}
    for _ in range(len(chosen) + 1):  # each pass settles at least one role, unless they select each other in a circle
        changed = False
        for name, selections in chosen.items():
            gathered = tuple(dict.fromkeys(rule for names in selections for each in names for rule in rules[each]))
            if gathered and gathered != rules[name]:
                rules[name], changed = gathered, True
        if not changed:
            break
    return replace(objects, roles=tuple(_with_rules(role, rules) for role in objects.roles))


def _with_rules(role: Role, rules: Mapping[str, tuple[RbacRule, ...]]) -> Role:
    if role.namespace is not None or role.aggregation is None:
        return role
    return replace(role, rules=rules[role.name])


def selects(selector: Selector, labels: Mapping[str, str]) -> bool:
    """Match labels as LabelSelectorAsSelector does: all of it must hold; an empty selector chooses everything."""
    return all(labels.get(key) == value for key, value in selector.labels.items()) and all(
        _holds(requirement, labels) for requirement in selector.expressions
    )


def _holds(requirement: Requirement, labels: Mapping[str, str]) -> bool:
    value = labels.get(requirement.key)
    match requirement.operator:
        case "In":
            return value is not None and value in requirement.values
        case "NotIn":
            return value is None or value not in requirement.values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case _:
            return False
