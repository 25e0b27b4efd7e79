"""Which requests a rule covers, and which rules cover a rule: the semantics of upstream, case by case."""

from __future__ import annotations

import pytest
from eks_access.authz.escalation import compact_rules
from eks_access.authz.model import Request
from eks_access.authz.rules import rule_allows, uncovered
from eks_access.plan.model import RbacRule


def rule(verbs: str = "get", groups: str = "", resources: str = "pods", names: str = "") -> RbacRule:
    return RbacRule(
        verbs=tuple(verbs.split()),
        api_groups=tuple(groups.split()) or ("",),
        resources=tuple(resources.split()),
        resource_names=tuple(names.split()),
    )


def urls(*patterns: str, verbs: str = "get") -> RbacRule:
    return RbacRule(verbs=tuple(verbs.split()), non_resource_urls=patterns)


def ask(resource: str = "pods", verb: str = "get", group: str = "", name: str = "") -> Request:
    resource, _, sub = resource.partition("/")
    return Request(verb=verb, api_group=group, resource=resource, subresource=sub, name=name, namespace="x")


@pytest.mark.parametrize(
    ("what", "held", "asked"),
    [
        ("the same verb, group and resource", rule(), ask()),
        ("any verb", rule(verbs="*"), ask(verb="deletecollection")),
        ("any group", rule(groups="*"), ask(group="metrics.k8s.io")),
        ("any resource, with its subresources", rule(resources="*"), ask("pods/log")),
        ("a subresource of every resource", rule(resources="*/scale"), ask("deployments/scale")),
        ("a named object", rule(names="a b"), ask(name="b")),
        ("a request without a name, where the empty name is listed", RbacRule(
            verbs=("list",), api_groups=("",), resources=("pods",), resource_names=("",)), ask(verb="list")),
        ("an impersonated group, which is a resource like any other",
         rule(verbs="impersonate", resources="groups", names="system:masters"),
         ask("groups", verb="impersonate", name="system:masters")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_rule_allows(what: str, held: RbacRule, asked: Request) -> None:
    assert rule_allows(held, asked)


@pytest.mark.parametrize(
    ("what", "held", "asked"),
    [
        ("a subresource, where only the resource is named", rule(), ask("pods/log")),
        ("what is written pods/*, which is plain text", rule(resources="pods/*"), ask("pods/log")),
        ("what is written */*, which is plain text", rule(resources="*/*"), ask("pods/log")),
        ("the resource itself, where */sub is named", rule(resources="*/scale"), ask("deployments")),
        ("another subresource that ends alike", rule(resources="*/log"), ask("pods/xlog")),
        ("a list, where objects are named", rule(verbs="list", names="a"), ask(verb="list")),
        ("a create, where objects are named", rule(verbs="create", names="a"), ask(verb="create")),
        ("another case", rule(verbs="GET"), ask()),
        ("the core group by the name v1", rule(groups="v1"), ask()),
        ("a path by its resources", rule(verbs="*", groups="*", resources="*"), Request(verb="get", path="/metrics")),
        ("a resource by its paths", urls("*", verbs="*"), ask()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_rule_does_not_allow(what: str, held: RbacRule, asked: Request) -> None:
    assert not rule_allows(held, asked)


@pytest.mark.parametrize(
    ("pattern", "path", "allowed"),
    [
        ("/metrics", "/metrics", True),
        ("/metrics", "/metrics/", False),
        ("/healthz/*", "/healthz/ping", True),
        ("/healthz/*", "/healthz", False),
        ("/healthz*", "/healthz", True),
        ("*", "/anything", True),
        ("/api/*/*", "/api/v1", False),
        ("/api/*/*", "/api/*/x", True),  # only the star at the end is one
        ("/logs**", "/logs/a", True),
    ],
)
def test_only_a_star_at_the_end_of_a_path_stands_for_more(pattern: str, path: str, allowed: bool) -> None:
    assert rule_allows(urls(pattern), Request(verb="get", path=path)) is allowed


@pytest.mark.parametrize(
    ("what", "owned", "wanted", "missing"),
    [
        ("less of one rule", [rule(verbs="get list")], [rule()], 0),
        ("two rules together for two verbs", [rule(), rule(verbs="list")], [rule(verbs="get list")], 0),
        ("a subresource by */sub", [rule(resources="*/log")], [rule(resources="pods/log")], 0),
        ("what stands behind the first slash", [rule(resources="*/b/c")], [rule(resources="a/b/c")], 0),
        ("all objects by a rule of named ones", [rule(names="a")], [rule()], 1),
        ("a named object by a rule of all", [rule()], [rule(names="a")], 0),
        ("one name too many", [rule(names="a")], [rule(names="a b")], 1),
        ("a star by an enumeration of all verbs", [rule(verbs="get list watch")], [rule(verbs="*")], 1),
        ("a path by a prefix", [urls("/healthz/*")], [urls("/healthz/x")], 0),
        ("a wider path", [urls("/healthz/*")], [urls("/*")], 1),
        ("nothing at all", [], [], 0),
        ("every verb of two resources", [], [rule(verbs="get list", resources="pods secrets")], 4),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rules_cover(what: str, owned: list[RbacRule], wanted: list[RbacRule], missing: int) -> None:
    assert len(uncovered(owned, wanted)) == missing


def test_rules_that_differ_in_their_verb_read_as_one() -> None:
    assert compact_rules([rule("get", names="a"), rule("list", names="a"), rule("get")]) == [
        rule("get list", names="a"),
        rule("get"),
    ]


def test_rules_of_several_resources_groups_or_names_stay_as_they_are() -> None:
    several = [rule(resources="pods services"), rule(groups="apps batch"), rule(names="a b"), urls("/metrics")]

    assert compact_rules([*several, *several]) == [*several, *several]
