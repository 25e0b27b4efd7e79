"""Roles that allow one request: those that are there, by how little else they give, and a new one with just that."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..authz.model import RbacObjects, Request
from ..authz.resources import VERBS
from ..authz.rules import ALL, rule_allows
from ..plan.model import AccessPlan, RbacRule
from ..plan.naming import own_role

BUILT_IN = ("view", "edit", "admin")
"""ClusterRoles for users that a grant may name, beside the declared ones."""
READ = ("get", "list", "watch")
_NAMED = ("get", "update", "patch", "delete", "bind", "use", "approve", "sign", "attest")
_VERBS = (*VERBS, "bind", "use", "approve", "sign", "attest")
"""Verbs that are proposed; ``escalate`` and ``impersonate`` are as good as everything."""
_URL_VERBS = ("get", "head", "post", "put", "patch", "delete", "options")
_RESOURCE = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_GROUP = re.compile(r"(?!v1$|core$)[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_PATH = re.compile(r"/[!-)+-~]{0,250}")
_OBJECT = re.compile(r"[!-~]{1,253}")
_MANY = 1000
_GRAVE = (
    (Request(verb="get", resource="secrets"), "read Secrets"),
    (Request(verb="create", resource="pods", subresource="exec"), "run commands in pods"),
    (Request(verb="create", resource="serviceaccounts", subresource="token"), "take tokens of ServiceAccounts"),
    (Request(verb="create", resource="rolebindings", api_group="rbac.authorization.k8s.io"), "bind roles"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A role that allows it."""

    name: str
    rule: RbacRule | None = None
    """Of a role that is to be declared; None where the role exists."""
    also: str = ""
    """What it gives beside that a reader must know."""


def may_be_proposed(request: Request) -> bool:
    """Tell whether a grant may give it: no wildcards, nothing that stands for everything, names that are names."""
    if request.path is not None:
        return request.verb in _URL_VERBS and bool(_PATH.fullmatch(request.path))
    return (
        request.verb in _VERBS
        and bool(_RESOURCE.fullmatch(request.resource))
        and (not request.subresource or bool(_RESOURCE.fullmatch(request.subresource)))
        and (not request.api_group or bool(_GROUP.fullmatch(request.api_group)))
        and (not request.namespace or bool(re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", request.namespace)))
        and (request.verb != "bind" or bool(_OBJECT.fullmatch(request.name)))
    )


def candidates(plan: AccessPlan, objects: RbacObjects, request: Request) -> tuple[Candidate, ...]:
    """List the role that gives the least beside the request, and a new one; the better of the two first."""
    new = _new(plan, request)
    found = [(_size(rules), name, rules) for name, rules in _existing(plan, objects) if _allow(rules, request)]
    if not found:
        return (new,)
    size, name, rules = min(found)
    grave = [words for asked, words in _GRAVE if _beside(rules, asked, request)]
    wide = _is_wide(size)
    also = f"it also lets them {' and '.join(grave)}" if grave else "it gives much more than this" if wide else ""
    there = Candidate(name=name, also=also)
    return (new, there) if also else (there, new)


def _existing(plan: AccessPlan, objects: RbacObjects) -> Iterator[tuple[str, tuple[RbacRule, ...]]]:
    for role in objects.roles:
        if role.namespace is None and role.name in BUILT_IN:
            yield role.name, role.rules
    prefix = own_role("")
    for name, rules in {role.name: role.rules for role in plan.rbac.roles}.items():
        yield name.removeprefix(prefix), rules


def _allow(rules: Iterable[RbacRule], request: Request) -> bool:
    return any(rule_allows(rule, request) for rule in rules)


def _beside(rules: Iterable[RbacRule], grave: Request, request: Request) -> bool:
    return _allow(rules, grave) and replace(request, name="", namespace="", verb=grave.verb) != grave


def _size(rules: Iterable[RbacRule]) -> int:
    """Count what rules give: a wildcard is worth a thousand names."""
    return sum(_worth(rule.verbs) * (_worth(rule.resources) + _worth(rule.non_resource_urls)) for rule in rules)


def _worth(values: Iterable[str]) -> int:
    return sum(_MANY if ALL in value else 1 for value in values)


def _is_wide(size: int) -> bool:
    return size >= _MANY


def _new(plan: AccessPlan, request: Request) -> Candidate:
    if request.path is not None:
        rule = RbacRule(verbs=(request.verb,), non_resource_urls=(request.path,))
        return Candidate(name=_free_name(plan, request.verb, request.path), rule=rule)
    secret = request.resource == "secrets" and not request.subresource
    reads = request.verb in READ and not secret
    named = request.verb in _NAMED and (secret or request.verb not in VERBS) and _OBJECT.fullmatch(request.name)
    rule = RbacRule(
        verbs=READ if reads else (request.verb,),
        api_groups=(request.api_group,),
        resources=(request.full_resource,),
        resource_names=(request.name,) if named else (),
    )
    verb = "read" if reads else request.verb
    return Candidate(name=_free_name(plan, verb, request.full_resource), rule=rule)


def _free_name(plan: AccessPlan, verb: str, what: str) -> str:
    """Name a role after what it allows, and after nothing that is there."""
    name = f"{verb}-{re.sub(r'[^a-z0-9]+', '-', what.lower()).strip('-')}"[:60].rstrip("-")
    taken = {role.name for role in plan.rbac.roles} | {binding.role_name for binding in plan.rbac.bindings}
    names = (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3)))
    return next(each for each in names if own_role(each) not in taken and each not in taken)
