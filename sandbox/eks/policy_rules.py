"""The contents of EKS's access policies, read from the package's dated table.

The table is shared, how it is evaluated is not: here is the sandbox's own way, so that it can judge the package's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

Attributes = Mapping[str, Any]
"""The `spec` of a SubjectAccessReview."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a policy's table, matched as RBAC matches a rule."""

    verbs: frozenset[str]
    groups: frozenset[str] = frozenset()
    resources: frozenset[str] = frozenset()
    urls: frozenset[str] = frozenset()

    def allows(self, spec: Attributes) -> bool:
        """Whether the rule covers the request; `*` stands for everything, subresources too."""
        if asked := spec.get("resourceAttributes"):
            name, subresource = asked.get("resource", ""), asked.get("subresource", "")
            resource = f"{name}/{subresource}" if subresource else name
            covered = _covers(self.groups, asked.get("group", "")) and _covers(self.resources, resource)
        else:
            asked = spec.get("nonResourceAttributes") or {}
            covered = _covers(self.urls, asked.get("path", ""))
        return covered and _covers(self.verbs, asked.get("verb", ""))


@dataclass(frozen=True, slots=True)
class PolicyCatalogue:
    """Every access policy that is known by name."""

    rules: Mapping[str, tuple[Rule, ...]]
    """By policy; those whose contents aren't known have none."""
    service_linked_only: frozenset[str]

    @property
    def names(self) -> list[str]:
        """As ListAccessPolicies lists them."""
        return sorted({*self.rules, *self.service_linked_only})

    def allows(self, policy: str, spec: Attributes) -> bool:
        """Whether the policy covers the request, whatever its scope."""
        return any(rule.allows(spec) for rule in self.rules.get(policy, ()))


@cache
def catalogue() -> PolicyCatalogue:
    """Read the table once."""
    table = yaml.safe_load((files("eks_access.authz") / "data" / "access-policies.yaml").read_text())
    rules: dict[str, tuple[Rule, ...]] = dict.fromkeys(table["stored_only"], ())
    for policy, rows in table["rules"].items():
        # a policy is listed behind the one it includes
        rules[policy] = tuple(rule for row in rows for rule in _read(row, table["sets"], rules))
    return PolicyCatalogue(rules, frozenset(table["service_linked_only"]))


def _read(
    row: Mapping[str, Any], sets: Mapping[str, list[str]], known: Mapping[str, tuple[Rule, ...]]
) -> tuple[Rule, ...]:
    if "include" in row:
        return known[row["include"]]
    verbs = row.get("verbs") or sets[row["set"]]
    parts = {name: frozenset(row.get(name, ())) for name in ("groups", "resources", "urls")}
    return (Rule(frozenset(verbs), **parts),)


def _covers(allowed: frozenset[str], asked: str) -> bool:
    return "*" in allowed or asked in allowed
