"""Whether a rule covers a request, and whether rules cover rules.

Sources: k8s.io/kubernetes pkg/apis/rbac/v1/evaluation_helpers.go and plugin/pkg/auth/authorizer/rbac/rbac.go
(RuleAllows), k8s.io/component-helpers auth/rbac/validation/policy_comparator.go (Covers). Everything is
case-sensitive, as there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..plan.model import RbacRule
from .model import Request

ALL = "*"


def rule_allows(rule: RbacRule, request: Request) -> bool:
    """Tell whether one rule allows one request.

    ``pods`` covers no subresource, ``*`` covers all of them, ``*/log`` that of every resource; ``pods/*`` is plain
    text that matches nothing useful. A rule with resourceNames covers only requests that name one of them, so never
    a create or a plain list.
    """
    if ALL not in rule.verbs and request.verb not in rule.verbs:
        return False
    if request.path is not None:
        return any(url_covers(url, request.path) for url in rule.non_resource_urls)
    return (
        (ALL in rule.api_groups or request.api_group in rule.api_groups)
        and _resource_matches(rule.resources, request)
        and (not rule.resource_names or request.name in rule.resource_names)
    )


def _resource_matches(resources: Sequence[str], request: Request) -> bool:
    if ALL in resources or request.full_resource in resources:
        return True
    return bool(request.subresource) and f"*/{request.subresource}" in resources


def url_covers(pattern: str, url: str) -> bool:
    """Match a non-resource URL: ``*`` at the end stands for any rest, elsewhere for itself."""
    return pattern == url or (pattern.endswith(ALL) and url.startswith(pattern.rstrip(ALL)))


def uncovered(owner_rules: Iterable[RbacRule], wanted_rules: Iterable[RbacRule]) -> tuple[RbacRule, ...]:
    """List what of the wanted rules the owner does not hold, one verb of one resource (and name) each.

    Each such atom must be covered by a single rule of the owner's; two rules never cover one together.
    """
    owned = tuple(owner_rules)
    return tuple(
        atom for rule in wanted_rules for atom in _atoms(rule) if not any(_covers(owner, atom) for owner in owned)
    )


def _atoms(rule: RbacRule) -> Iterator[RbacRule]:
    each_name: list[tuple[str, ...]] = [(name,) for name in rule.resource_names] or [()]
    for group in rule.api_groups:
        for resource in rule.resources:
            for verb in rule.verbs:
                for names in each_name:
                    yield RbacRule(verbs=(verb,), api_groups=(group,), resources=(resource,), resource_names=names)
    for url in rule.non_resource_urls:
        for verb in rule.verbs:
            yield RbacRule(verbs=(verb,), non_resource_urls=(url,))


def _covers(owner: RbacRule, atom: RbacRule) -> bool:
    return (
        _has_all(owner.verbs, atom.verbs)
        and _has_all(owner.api_groups, atom.api_groups)
        and all(_covers_resource(owner.resources, resource) for resource in atom.resources)
        and _covers_names(owner.resource_names, atom.resource_names)
        and all(any(url_covers(held, url) for held in owner.non_resource_urls) for url in atom.non_resource_urls)
    )


def _has_all(held: Sequence[str], wanted: Sequence[str]) -> bool:
    return ALL in held or set(wanted) <= set(held)


def _covers_resource(held: Sequence[str], resource: str) -> bool:
    if ALL in held or resource in held:
        return True
    _, slash, subresource = resource.partition("/")
    return bool(slash) and f"*/{subresource}" in held


def _covers_names(held: Sequence[str], wanted: Sequence[str]) -> bool:
    return not held or (bool(wanted) and set(wanted) <= set(held))
