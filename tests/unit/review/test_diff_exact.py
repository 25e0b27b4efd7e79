"""The access diff is exact: it says neither more nor less than the evaluator does on the two sides."""

from __future__ import annotations

from dataclasses import replace

from eks_access.authz.access_policies import matches_pattern
from eks_access.authz.lookup import find_resource
from eks_access.authz.model import BindingSubject, Identity, Request
from eks_access.authz.node import LEASES, NodeAuthorizer
from eks_access.authz.resources import VERBS
from eks_access.authz.rules import rule_allows
from eks_access.declaration.models import Declaration
from eks_access.plan import compile_plan
from eks_access.plan.model import RbacRule
from eks_access.review.access_review import AccessReview
from eks_access.review.declared import state_of_plan
from eks_access.review.diff import SubjectKind, diff_access
from eks_access.review.diff.boxes import joined, parts_of, subtract
from eks_access.review.diff.node_rights import node_parts
from eks_access.review.diff.regions import regions_of
from eks_access.review.matrix import matrix_of_verbs
from eks_access.review.state import AccessState
from hypothesis import given
from hypothesis import strategies as st

from ..declarations import declarations
from .changing import PATTERNS, PEOPLE, may, namespaces, requests, rules, states

SOME_RULES = st.lists(rules(), max_size=4)
MANY_REQUESTS = st.lists(requests(), min_size=20, max_size=20)
RESOURCES = ("pods", "secrets", "deployments.apps", "namespaces", "pods/log")


def state_of(declaration: Declaration) -> AccessState:
    return state_of_plan(compile_plan(declaration))


@given(SOME_RULES, SOME_RULES, MANY_REQUESTS)
def test_what_rules_hold_beyond_others_is_what_they_allow_and_the_others_do_not(
    mine: list[RbacRule], theirs: list[RbacRule], asked: list[Request]
) -> None:
    beyond = joined(subtract(joined(parts_of(mine)), joined(parts_of(theirs))))
    for request in asked:
        here = any(rule_allows(rule, request) for rule in mine)
        there = any(rule_allows(rule, request) for rule in theirs)
        assert any(part.allows(request) for part in beyond) == (here and not there)


@given(SOME_RULES)
def test_nothing_is_beyond_itself(mine: list[RbacRule]) -> None:
    assert not subtract(parts_of(mine), joined(parts_of(mine)))


@given(st.lists(st.sampled_from((*PATTERNS, "a*", "*y*", "x*d")), max_size=4), st.lists(namespaces(), max_size=20))
def test_every_namespace_that_a_pattern_reaches_is_in_exactly_one_region(patterns: list[str], names: list[str]) -> None:
    regions = regions_of(tuple(sorted(set(patterns)))).named
    for region, name in regions.items():
        assert name in region
        assert all(matches_pattern(name, pattern) for pattern in region.matching)
    for name in names:
        reached = any(matches_pattern(name, pattern) for pattern in patterns)
        allowed = not name.startswith("-") and not name.endswith("-")
        if allowed:
            assert sum(name in region for region in regions) == int(reached)


@given(
    st.sampled_from(["1.29", "1.31", "1.33", "1.34", None]),
    st.sampled_from(sorted({*NodeAuthorizer("1.34").judged, ("", "services"), ("apps", "deployments")})),
    st.sampled_from((*VERBS, "bind")),
    st.sampled_from(["", "status", "token", "eviction", "log"]),
    st.sampled_from(["", "ip-1", "other"]),
    st.sampled_from(["", LEASES, "payments"]),
)
def test_the_rights_of_a_node_are_what_the_node_authorizer_allows(
    minor: str | None, what: tuple[str, str], verb: str, subresource: str, name: str, namespace: str
) -> None:
    authorizer = NodeAuthorizer(minor)
    node = Identity(username="system:node:ip-1", groups=("system:nodes",))
    parts = node_parts(authorizer, node)
    request = Request(
        verb=verb, api_group=what[0], resource=what[1], subresource=subresource, name=name, namespace=namespace
    )
    held = (*parts[""], *(parts[LEASES] if namespace == LEASES else ()))
    assert any(part.allows(request) for part in held) == authorizer.allows(node, request)


@given(states(), states(), MANY_REQUESTS)
def test_a_request_is_answered_differently_exactly_where_the_diff_says_so(
    old: AccessState, new: AccessState, asked: list[Request]
) -> None:
    before, after, diff = AccessReview(old), AccessReview(new), diff_access(old, new)
    for person in PEOPLE:
        change = diff.of(person, SubjectKind.PERSON)
        for request in asked:
            gains = change is not None and change.gains_request(request)
            loses = change is not None and change.loses_request(request)
            was, now = may(before, person, request), may(after, person, request)
            assert (gains, loses) == (now and not was, was and not now), (person, request)


@given(states(), states(), MANY_REQUESTS)
def test_the_same_holds_for_who_is_nobodys_person(old: AccessState, new: AccessState, asked: list[Request]) -> None:
    robot = Identity(
        username="system:serviceaccount:ops:robot",
        groups=("system:serviceaccounts", "system:serviceaccounts:ops", "system:authenticated"),
    )
    named = {
        BindingSubject(kind=subject.kind, name=subject.name, namespace=subject.namespace)
        for state in (old, new)
        for binding in state.rbac.bindings
        for subject in binding.subjects
    }
    before, after, diff = AccessReview(old), AccessReview(new), diff_access(old, new)
    cases = [
        (SubjectKind.SERVICE_ACCOUNT, "ops/robot", robot),
        (SubjectKind.USER, "stranger", Identity(username="stranger")),
        (SubjectKind.GROUP, "system:authenticated", Identity(username="-", groups=("system:authenticated",))),
    ]
    for kind, name, identity in cases:
        if not any(subject.name == name.rpartition("/")[2] for subject in named):
            continue
        change = diff.of(name, kind)
        for request in asked:
            was, now = before.authorizer.allows(identity, request), after.authorizer.allows(identity, request)
            assert (change is not None and change.gains_request(request)) == (now and not was)
            assert (change is not None and change.loses_request(request)) == (was and not now)


@given(declarations(), declarations(), st.sampled_from(RESOURCES))
def test_the_diff_applied_to_the_matrix_of_old_gives_that_of_new(
    one: Declaration, other: Declaration, resource: str
) -> None:
    old, new = state_of(one), state_of(other)
    asked = find_resource(resource)
    diff = diff_access(old, new)
    before = matrix_of_verbs(AccessReview(old), asked.resource, asked.subresource)
    after = matrix_of_verbs(AccessReview(new), asked.resource, asked.subresource)
    rows = {row.person: row for row in before.rows}
    for row in after.rows:
        change = diff.of(row.person, SubjectKind.PERSON)
        for namespace in ("", *before.namespaces, *after.namespaces, "not-there"):
            cell = set(rows[row.person].cell(namespace))
            for verb in VERBS if change else ():
                assert change is not None
                request = Request(
                    verb=verb,
                    api_group=asked.resource.group,
                    resource=asked.resource.plural,
                    subresource=asked.subresource,
                    namespace=namespace if asked.resource.grantable_inside(verb) else "",
                )
                cell |= {verb} if change.gains_request(request) else set()
                cell -= {verb} if change.loses_request(request) else set()
            assert cell == row.cell(namespace)


@given(states())
def test_a_state_differs_from_itself_in_nothing(state: AccessState) -> None:
    again = replace(
        state, notices=("read a second time",), rbac=replace(state.rbac, bindings=state.rbac.bindings[::-1])
    )
    assert diff_access(state, again).changes == ()
    assert diff_access(state, again).empty


@given(states(), states(), MANY_REQUESTS)
def test_backwards_everything_that_was_gained_is_lost(old: AccessState, new: AccessState, asked: list[Request]) -> None:
    forth, back = diff_access(old, new), diff_access(new, old)
    assert forth.empty == back.empty
    assert [(change.kind, change.name) for change in forth.changes] == [(c.kind, c.name) for c in back.changes]
    for there, again in zip(forth.changes, back.changes, strict=True):
        assert (bool(there.gains), bool(there.loses)) == (bool(again.loses), bool(again.gains))
        for request in asked:
            assert there.gains_request(request) == again.loses_request(request)
            assert there.loses_request(request) == again.gains_request(request)
        assert [(fact.kind, fact.old, fact.new) for fact in there.facts] == [
            (fact.kind, fact.new, fact.old) for fact in again.facts
        ]
