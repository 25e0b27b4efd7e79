"""Remedies: every one of them is enough, the least comes first, and what else a role gives is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eks_access import AccessReview, Refused, compile_plan, state_of_plan
from eks_access.authz.model import Request
from eks_access.declaration import Declaration, from_dict
from eks_access.diagnosis.grants import admins, to_allow
from eks_access.diagnosis.model import Remedy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ...plans import PEOPLE, TODAY, plan_of, small
from .. import declarations
from .team import applied

PODS = Request(verb="list", resource="pods", namespace="east")
SECRETS = Request(verb="get", resource="secrets", name="tls", namespace="east")


def is_accepted(raw: dict[str, Any]) -> bool:
    try:
        from_dict(raw)
    except Refused:
        return False
    return True


def allows(raw: dict[str, Any], who: str, request: Request) -> bool:
    plan = compile_plan(Declaration.model_validate(raw), today=TODAY)
    return AccessReview(state_of_plan(plan)).can(who, request).allowed


REQUESTS = st.one_of(
    st.builds(
        Request,
        verb=st.sampled_from(["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]),
        resource=st.sampled_from(["pods", "secrets", "deployments", "nodes", "certificates", "rolebindings"]),
        api_group=st.sampled_from(["", "apps", "cert-manager.io", "rbac.authorization.k8s.io"]),
        subresource=st.sampled_from(["", "log", "exec", "scale", "metrics"]),
        name=st.sampled_from(["", "web-1", "a b", 'x"y', "true"]),
        namespace=st.sampled_from(["", "east", "west", "north", "default"]),
    ),
    st.builds(Request, verb=st.just("get"), path=st.sampled_from(["/metrics", "/logs/x", "/debug/pprof"])),
    st.just(Request(verb="bind", api_group="rbac.authorization.k8s.io", resource="clusterroles", name="view")),
)


@settings(max_examples=120, deadline=None)
@given(
    raw=declarations.raw_declarations(),
    who=st.sampled_from([*declarations.PEOPLE, "deployer", "east/robot", "east/prometheus", "west/new"]),
    request=REQUESTS,
)
def test_every_remedy_alone_makes_the_answer_yes(raw: dict[str, Any], who: str, request: Request) -> None:
    before = allows(raw, who, request)
    plan = compile_plan(Declaration.model_validate(raw), today=TODAY)

    remedies = to_allow(plan, who, request, file="x.yaml")

    assert bool(remedies) is not before
    for remedy in remedies:
        after = applied(raw, remedy)
        assert allows(after, who, request), remedy
        assert "*" not in remedy.lines
        assert "system:" not in remedy.lines
        assert remedy.file == "x.yaml"
        assert is_accepted(after) or not is_accepted(raw), remedy


def remedies_for(who: str, request: Request, **parts: Any) -> tuple[Remedy, ...]:
    return to_allow(plan_of(small(**{"namespaces": {"east": {}}, **parts})), who, request, file="dev.yaml")


def test_the_built_in_role_that_gives_the_least_comes_first() -> None:
    remedies = remedies_for("chie", PODS)

    assert remedies[0].lines == "  - {person: chie, role: view, namespaces: [east]}"
    assert remedies[0].path == "grants"
    assert "roles:" in remedies[1].lines


def test_a_declared_role_is_preferred_where_it_gives_less() -> None:
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}
    remedies = remedies_for(
        "chie",
        PODS,
        roles={"watcher": {"rules": [rule]}},
        grants=[{"person": "botan", "role": "watcher", "namespaces": ["east"]}],
    )

    assert "role: watcher" in remedies[0].lines


def test_a_role_that_gives_more_than_it_seems_says_so_and_comes_second() -> None:
    new, edit = remedies_for("chie", SECRETS)

    assert "resourceNames: [tls]" in new.lines
    assert "role: edit" in edit.lines
    assert "it also lets them run commands in pods" in edit.say


def test_a_team_that_works_there_comes_before_its_member() -> None:
    remedies = remedies_for(
        "chie",
        Request(verb="list", resource="pods", namespace="west"),
        teams={"crows": {"members": ["chie", "botan"]}},
        namespaces={"west": {}},
        roles={"r": {"rules": [{"apiGroups": ["x"], "resources": ["y"], "verbs": ["get"]}]}},
        grants=[{"team": "crows", "role": "r", "namespaces": ["west"]}],
    )

    assert "team: crows" in remedies[0].lines
    assert "botan gets it too" in remedies[0].say
    assert any("person: chie" in remedy.lines for remedy in remedies)


def test_a_way_in_without_mfa_is_not_opened_silently() -> None:
    people = {**PEOPLE, "emi": {"iamUser": {}}}
    remedies = remedies_for(
        "emi",
        Request(verb="delete", resource="pods", namespace="east"),
        people=people,
        teams={"bees": {"members": ["emi"], "assumeRole": {"mfa": True}}},
        grants=[{"team": "bees", "role": "view", "namespaces": ["east"]}],
    )

    assert "team: bees" in remedies[0].lines
    (own,) = (remedy for remedy in remedies if "person: emi" in remedy.lines)
    assert "without MFA" in own.say


def test_a_namespace_that_is_not_declared_is_added_too() -> None:
    remedy = remedies_for("chie", replace(PODS, namespace="new"))[0]

    assert remedy.path == ""
    assert remedy.lines.startswith("namespaces:\n  new: {}\ngrants:\n")


def test_a_service_account_reads_metrics_by_metrics_readers() -> None:
    for who in ("monitoring/prometheus", "system:serviceaccount:monitoring:prometheus"):
        (remedy,) = remedies_for(who, Request(verb="get", path="/metrics"))
        assert remedy.path == "metricsReaders"
        assert remedy.lines == "  - {serviceAccount: monitoring/prometheus}"


@pytest.mark.parametrize(
    ("who", "request_"),
    [
        ("chie", Request(verb="*", resource="pods", namespace="east")),
        ("chie", Request(verb="get", resource="*", namespace="east")),
        ("chie", Request(verb="get", resource="pods", api_group="*")),
        ("chie", Request(verb="get", path="/*")),
        ("chie", Request(verb="impersonate", resource="users", name="sato")),
        ("chie", Request(verb="escalate", resource="clusterroles", api_group="rbac.authorization.k8s.io")),
        ("chie", Request(verb="list", resource="pods", namespace="no such: namespace")),
        ("system:anonymous", Request(verb="get", path="/metrics")),
        ("anonymous", PODS),
        ("group:system:masters", PODS),
        ("nobody", PODS),
        ("aiko", PODS),
    ],
    ids=str,
)
def test_nothing_is_proposed_for(who: str, request_: Request) -> None:
    assert remedies_for(who, request_) == ()


@given(text=st.text(max_size=40), verb=st.sampled_from(["get", "list", "bind"]))
@settings(max_examples=60, deadline=None)
def test_no_name_breaks_the_lines(text: str, verb: str) -> None:
    assume(text)
    raw = small(namespaces={"east": {}})
    for request in (
        Request(verb=verb, resource="secrets", name=text, namespace="east"),
        Request(verb=verb, resource=text, api_group=text, namespace=text),
        Request(verb="get", path=f"/{text}"),
    ):
        for remedy in to_allow(plan_of(raw), "chie", request, file="x"):
            assert allows(applied(raw, remedy), "chie", request)


def test_admins_are_those_who_are_by_a_way_that_can_be_walked() -> None:
    plan = plan_of(
        small(
            admins={"people": ["aiko"], "teams": ["crows"], "breakGlass": {"trustedBy": ["botan", "chie"]}},
            teams={"crows": {"members": ["chie"], "assumeRole": {"mfa": True}}},
        )
    )

    assert admins(state_of_plan(plan)) == ("aiko", "botan", "deployer"), "chie signs on and can't give MFA"
