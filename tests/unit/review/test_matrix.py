"""The matrix: every cell is what the authorizer decides, and names exactly what applies there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from eks_access.authn.access_entries import AccessEntry
from eks_access.authz.access_policies import covers_namespace
from eks_access.authz.lookup import find_resource
from eks_access.authz.model import BindingSubject, Identity, RbacObjects, Request, Role, RoleBinding
from eks_access.authz.resources import VERBS
from eks_access.declaration.cluster_models import AuthenticationMode
from eks_access.declaration.models import Declaration
from eks_access.plan import compile_plan
from eks_access.plan.model import EntryType, PolicyScope, RbacRule
from eks_access.review.access_review import AccessReview
from eks_access.review.declared import state_of_plan
from eks_access.review.explaining import Holdings, explain_cell, verbs_of
from eks_access.review.matrix import matrix_of_roles, matrix_of_verbs
from eks_access.review.state import AccessState, Way
from hypothesis import given
from hypothesis import strategies as st

from ...plans import plan_of, small
from ..declarations import declarations

RESOURCES = ("pods", "pods/log", "secrets", "deployments.apps", "deployments.apps/scale", "namespaces", "nodes")
NAMES, PATTERNS = st.text("ab-", min_size=1, max_size=4), st.text("ab-*", min_size=1, max_size=4)
_EVERYBODY = {"system:authenticated", "system:unauthenticated"}


def review_of(declaration: Declaration) -> AccessReview:
    return AccessReview(state_of_plan(compile_plan(declaration)))


def identities(review: AccessReview, person: str) -> list[Identity]:
    """Who somebody is by every way that they can walk."""
    askers = [asker for asker in review.askers.people() if asker.name == person and asker.usable]
    return [asker.authentication.identity for asker in askers if asker.authentication.identity]


def applying(review: AccessReview, who: Identity, namespace: str) -> Iterator[str]:
    """Names of roles and policies that apply, looked up binding by binding."""
    for binding in review.state.rbac.bindings:
        subjects = {(subject.kind, subject.name) for subject in binding.subjects}
        mine = {("User", who.username), *(("Group", group) for group in who.groups)}
        discovery = binding.name == binding.role_name and binding.name.startswith("system:")
        shared = discovery and binding.namespace is None and {name for _, name in subjects} <= _EVERYBODY
        if binding.namespace in (None, namespace) and subjects & mine and not shared:
            yield binding.role_name
    for entry in review.state.entries:
        if entry.principal_arn == who.principal_arn:
            for scope in entry.policies:
                if covers_namespace(scope, namespace) if namespace else not scope.namespaces:
                    yield scope.policy
    if "system:masters" in who.groups:
        yield "system:masters"


@given(declarations(), st.sampled_from(RESOURCES))
def test_every_cell_of_verbs_is_what_the_authorizer_allows(declaration: Declaration, resource: str) -> None:
    review = review_of(declaration)
    asked = find_resource(resource)
    matrix = matrix_of_verbs(review, asked.resource, asked.subresource)

    for row in matrix.rows:
        people = identities(review, row.person)
        for namespace in ("", *matrix.namespaces):
            for verb in VERBS:
                request = Request(
                    verb=verb,
                    api_group=asked.resource.group,
                    resource=asked.resource.plural,
                    subresource=asked.subresource,
                    namespace=namespace if asked.resource.grantable_inside(verb) else "",
                )
                allowed = any(review.authorizer.allows(who, request) for who in people)
                assert (verb in row.cell(namespace)) == allowed, (row.person, namespace, verb)


@given(declarations())
def test_every_cell_of_roles_names_what_applies_there(declaration: Declaration) -> None:
    review = review_of(declaration)
    matrix = matrix_of_roles(review)

    for row in matrix.rows:
        people = identities(review, row.person)
        for namespace in ("", *matrix.namespaces):
            expected = {name for who in people for name in applying(review, who, namespace)}
            found = {label.removesuffix(" (missing)") for label in row.cell(namespace)}
            assert found == expected, (row.person, namespace)


@given(declarations())
def test_a_cell_is_explained_by_exactly_what_it_shows(declaration: Declaration) -> None:
    review = review_of(declaration)

    for row in matrix_of_roles(review).rows:
        for namespace in ("", *review.namespaces):
            answer = explain_cell(review, row.person, namespace)
            told = {
                holding.label
                for way in answer.ways
                if way.asker.usable
                for holding in way.holdings
                if not holding.everybodys
            }
            assert told == row.cell(namespace), (row.person, namespace)


@given(declarations(), st.sampled_from(RESOURCES[:4]), st.sampled_from(VERBS))
def test_an_explained_decision_is_the_cell_of_the_matrix(declaration: Declaration, resource: str, verb: str) -> None:
    review = review_of(declaration)
    asked = find_resource(resource)
    kind = asked.resource

    for row in matrix_of_verbs(review, kind, asked.subresource).rows:
        for namespace in ("", *review.namespaces):
            request = Request(
                verb=verb,
                api_group=kind.group,
                resource=kind.plural,
                subresource=asked.subresource,
                namespace=namespace,
            )
            answer = explain_cell(review, row.person, namespace, request)
            assert answer.allowed == (verb in row.cell(namespace))
            for way in answer.ways:
                held = {each for holding in way.holdings for each in verbs_of(holding.rules, request)}
                if way.verdict and way.verdict.decision and not any(holding.superuser for holding in way.holdings):
                    assert (verb in held) == way.verdict.decision.allowed


def test_everybody_who_is_declared_has_a_row() -> None:
    matrix = matrix_of_roles(AccessReview(state_of_plan(plan_of(small()))))

    assert {"aiko", "botan", "chie", "deployer"} <= {row.person for row in matrix.rows}


def test_a_namespace_that_adds_nothing_is_left_out() -> None:
    raw = small(
        namespaces={"east": {}},
        grants=[
            {"person": "chie", "role": "view", "clusterWide": True},
            {"person": "chie", "role": "view", "namespaces": ["east"]},
        ],
    )
    (row,) = (row for row in matrix_of_roles(AccessReview(state_of_plan(plan_of(raw)))).rows if row.person == "chie")

    assert row.everywhere == {"view"}
    assert row.namespaces == {}
    assert row.cell("east") == {"view"}


@pytest.mark.parametrize("namespace", [None, "east"])
def test_a_missing_role_is_said_and_gives_nothing(namespace: str | None) -> None:
    plan = plan_of(small(namespaces={"east": {}}, grants=[{"person": "chie", "role": "view", "namespaces": ["east"]}]))
    group = next(
        subject
        for binding in state_of_plan(plan).rbac.bindings
        if binding.role_name == "view" and binding.namespace == "east"
        for subject in binding.subjects
    )
    dangling = RoleBinding(
        name="gone", namespace=namespace, role_kind="ClusterRole", role_name="gone", subjects=(group,)
    )
    review = AccessReview(state_of_plan(plan, RbacObjects(bindings=(dangling,))))

    (row,) = (row for row in matrix_of_roles(review).rows if row.person == "chie")
    assert row.cell("east") == {"view", "gone (missing)"}
    (identity,) = identities(review, "chie")
    (lacking,) = (holding for holding in Holdings(review).of(identity) if holding.lacks)
    assert lacking.lacks == 'clusterrole.rbac.authorization.k8s.io "gone" not found'
    assert lacking.rules == ()


def test_a_namespace_that_nobody_knows_is_said() -> None:
    review = AccessReview(state_of_plan(plan_of(small()), RbacObjects(roles=(Role(name="spare"),))))

    answer = explain_cell(review, "aiko", "nowhere")
    assert any("no namespace nowhere is known" in notice for notice in answer.notices)


@pytest.mark.parametrize(
    ("name", "role", "groups"),
    [
        ("oops", "view", ("system:authenticated",)),
        ("view", "view", ("system:authenticated",)),
        ("system:oops", "view", ("system:authenticated",)),
        ("system:monitoring", "system:monitoring", ("system:authenticated", "devs")),
    ],
)
def test_what_somebody_binds_to_everybody_is_everybody_s_row(name: str, role: str, groups: tuple[str, ...]) -> None:
    state = state_of_plan(plan_of(small()))
    subjects = tuple(BindingSubject(kind="Group", name=group) for group in groups)
    others = tuple(binding for binding in state.rbac.bindings if binding.name != name)
    binding = RoleBinding(name=name, role_kind="ClusterRole", role_name=role, subjects=subjects)
    matrix = matrix_of_roles(AccessReview(replace(state, rbac=replace(state.rbac, bindings=(*others, binding)))))

    assert all(role in row.everywhere for row in matrix.rows if row.ways)
    assert not any("system:discovery" in row.everywhere for row in matrix.rows)


def test_two_roles_of_one_name_are_two_things() -> None:
    everybody = (BindingSubject(kind="Group", name="system:authenticated"),)
    rules = {kind: (RbacRule(verbs=("get",), api_groups=("",), resources=(kind,)),) for kind in ("pods", "secrets")}
    own = RbacObjects(
        roles=tuple(Role(name="own", namespace=kind, rules=rules[kind]) for kind in rules),
        bindings=tuple(
            RoleBinding(name="own", namespace=kind, role_kind="Role", role_name="own", subjects=everybody)
            for kind in rules
        ),
    )
    raw = small(namespaces={"east": {}}, grants=[{"person": "chie", "role": "edit", "namespaces": ["east"]}])
    review = AccessReview(state_of_plan(plan_of(raw), own))

    for kind in rules:
        rows = {row.person: row.namespaces for row in matrix_of_verbs(review, find_resource(kind).resource).rows}
        assert set(rows["chie"]) == {"east", kind}


def test_the_hidden_creator_may_everything_and_who_is_not_let_in_nothing() -> None:
    review = AccessReview(state_of_plan(plan_of(small(cluster={"authenticationMode": "CONFIG_MAP"}))))
    roles = {row.person: row for row in matrix_of_roles(review).rows}
    verbs = {row.person: row for row in matrix_of_verbs(review, find_resource("pods").resource).rows}

    stranger = Way(person="aaa", principal_arn="arn:aws:iam::111122223333:user/aaa", session="", via="direct")
    known = AccessReview(replace(review.state, ways=(*review.state.ways, stranger)))
    assert {row.person: row.ways for row in matrix_of_roles(known).rows}["aaa"] == ()
    assert list(roles) == sorted(roles)
    assert "system:masters" in roles["deployer"].everywhere
    assert verbs["deployer"].everywhere == set(VERBS)
    (way,) = explain_cell(review, "deployer", "").ways
    assert [holding.label for holding in way.holdings if holding.superuser] == ["system:masters"]
    assert (roles["chie"].ways, roles["chie"].everywhere) == ((), frozenset())


@given(st.lists(NAMES, max_size=6), st.lists(PATTERNS, min_size=1, max_size=3))
def test_a_scope_of_patterns_reaches_exactly_the_namespaces_that_match(known: list[str], patterns: list[str]) -> None:
    review = AccessReview(AccessState(namespaces=tuple(known)))
    scope = PolicyScope(policy="AmazonEKSViewPolicy", arn="", namespaces=tuple(patterns))
    expressions = [re.compile(pattern.replace("*", ".*")) for pattern in patterns]
    names = {*known, *(pattern for pattern in patterns if "*" not in pattern)}

    assert review.namespaces_of(scope) == {name for name in names if any(e.fullmatch(name) for e in expressions)}


def test_chance_and_unpublished_policies_are_told() -> None:
    arn = "arn:aws:iam::111122223333:user/{}"
    lines = "".join(f"- {{userarn: {arn.format(name)}, username: {name}}}\n" for name in ("Ann", "ann"))
    arn_of_policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEventPolicy"
    policy = PolicyScope(policy="AmazonEKSEventPolicy", arn=arn_of_policy)
    entry = AccessEntry(
        key="b", principal_arn=arn.format("b"), type=EntryType.STANDARD, username=None, groups=(), policies=(policy,)
    )  # fmt: skip
    ways = tuple(Way(person=n, principal_arn=arn.format(n), session="", via="direct") for n in ("ann", "b"))
    state = AccessState(
        mode=AuthenticationMode.API_AND_CONFIG_MAP, aws_auth={"mapUsers": lines}, entries=(entry,), ways=ways
    )  # fmt: skip
    notices = " ".join(matrix_of_verbs(AccessReview(state), find_resource("pods").resource).notices)

    assert "who ann is, is chance" in notices
    assert "AmazonEKSEventPolicy" in notices
