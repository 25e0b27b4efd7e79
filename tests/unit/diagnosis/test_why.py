"""Answers come from the declaration: who it is, whether they should be able to, what they have, what to write."""

from __future__ import annotations

import pytest
from eks_access import AccessPlan, AccessReview, state_of_plan
from eks_access.authz.model import Request
from eks_access.diagnosis.model import Wall
from eks_access.diagnosis.why import why
from hypothesis import given, settings
from hypothesis import strategies as st

from ...plans import plan_of, small
from .team import PLAN, ROLE, TEAM, USER, answer, applied, commands, evidence, forbidden, unauthorized
from .wordings import ROLES, ROWS


def test_who_is_not_granted_it_gets_the_lines_to_add() -> None:
    finding = answer(forbidden("team:bees:emi", namespace="west"))

    assert (finding.wall, finding.cause) == (Wall.PERMISSION, "no-binding")
    assert "lets emi do this by team bees" in finding.said
    assert "may do it in east" in evidence(finding)
    assert "edit in east" in evidence(finding)
    assert finding.ask == ("aiko", "botan", "deployer")
    lines = [remedy for remedy in finding.remedies if remedy.lines]
    assert "{team: bees, role: delete-pods, namespaces: [west]}" in lines[0].lines
    request = Request(verb="delete", resource="pods", namespace="west")
    for remedy in lines:
        assert AccessReview(state_of_plan(plan_of(applied(TEAM, remedy)))).can("emi", request).allowed


def test_who_is_granted_it_learns_that_what_runs_is_not_what_is_declared() -> None:
    finding = answer(forbidden("team:bees:emi"))

    assert finding.cause == "not-deployed"
    assert 'RoleBinding "eks-access:team:bees:edit/east"' in evidence(finding)
    assert "eks-access can emi delete pods -n east --live --cluster demo --stack dev" in commands(finding)
    assert "pulumi up --refresh --stack dev" in commands(finding)


def test_who_came_in_by_the_wrong_way_is_sent_to_the_right_one() -> None:
    finding = answer(forbidden("fumio"))

    assert finding.cause == "wrong-way"
    assert "by team bees it is allowed" in finding.said
    assert finding.remedies[0].command == "pulumi stack output aws_profiles --stack dev"


def test_who_asked_everywhere_is_sent_to_where_they_may() -> None:
    finding = answer(forbidden("fumio", verb="list", namespace=""))

    assert finding.remedies[0].command == "kubectl get pods -n east"


def test_a_grant_that_ended_is_remembered() -> None:
    plan = plan_of({**TEAM, "grants": [*TEAM["grants"], {"person": "chie", "role": "view", "namespaces": ["east"]}]})

    finding = answer(forbidden("chie:x@example", verb="list", namespace="west"), plan)

    assert "grant ended on 2026-06-30" in evidence(finding)
    assert "chie" in finding.said


def test_a_session_with_any_name_is_its_roles() -> None:
    finding = answer(forbidden("team:bees:botocore-session-1", namespace="west"))

    assert "which emi, fumio may open" in finding.said
    assert all("{team: " in remedy.lines for remedy in finding.remedies if remedy.lines)


def test_an_unknown_user_name_is_said_to_be_nobodys_with_what_is_near() -> None:
    finding = answer(forbidden("fumoi"))

    assert finding.cause == "unknown-user"
    assert "fumio" in evidence(finding)
    assert "declared to be allowed this are aiko, botan, deployer, emi, fumio" in evidence(finding)


def test_a_user_name_that_the_declaration_does_not_give_is_somebody_elses_mapping() -> None:
    for user in ("emi", f"{USER}/emi"):
        finding = answer(forbidden(user))
        assert finding.cause == "other-user-name"
        assert "calls them team:bees:emi" in finding.said
        assert not any(remedy.lines for remedy in finding.remedies), "declared, they may"
    assert "team: bees" in answer(forbidden("emi", namespace="west")).remedies[2].lines


def test_the_old_words_are_answered_like_the_new_ones() -> None:
    new = answer(forbidden("fumio", verb="list", namespace="west").replace("pods", "secrets"))
    old = answer('secrets is forbidden: User "fumio" cannot list secrets in the namespace "west"')

    assert (new.said, new.remedies) == (old.said, old.remedies)


def test_a_service_account_gets_a_line_of_metrics_readers() -> None:
    finding = answer('forbidden: User "system:serviceaccount:west:scraper" cannot get path "/metrics"')

    assert [(remedy.path, remedy.lines) for remedy in finding.remedies] == [
        ("metricsReaders", "  - {serviceAccount: west/scraper}")
    ]


def test_anonymous_is_never_granted_anything() -> None:
    finding = answer('forbidden: User "system:anonymous" cannot get path "/metrics"')

    assert finding.cause == "anonymous"
    assert "kubectl create token prometheus -n east" in commands(finding)
    assert not any(remedy.lines for remedy in finding.remedies)
    assert "401" in evidence(finding)


@pytest.mark.parametrize(
    ("arn", "cause", "said"),
    [
        (f"{USER}/dev/aiko", "not-deployed", "user name `aiko`"),
        (f"{USER}/aiko", "path-in-user-arn", f"declared is {USER}/dev/aiko"),
        (f"{USER}/dev/Aiko", "not-deployed", "user name `aiko`"),
        (f"{USER}/emi", "own-principal", "only by another role"),
        (f"{USER}/gin", "no-way-in", "has no way into demo"),
        (f"{USER}/nobody", "not-mapped", "nobody who is declared for demo"),
        (f"{ROLE}/x/nobody", "not-mapped", "nobody who is declared for demo"),
        (f"{ROLE}/aws-reserved/AWSReservedSSO_No_ffffffffffffffff", "not-mapped", "nobody who is declared for demo"),
        ("arn:aws:iam::999922223333:role/demo-team-bees", "another-account", "is not mapped"),
        ("arn:aws:sts::111122223333:assumed-role/demo-team-bees/x", "not-deployed", "user name `team:bees:x`"),
        ("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_ffffffffffffffff/x", "suffix", "another suffix"),
        (f"{ROLE}/demo-node-managed", "role-of-nodes", "only instances get in with it"),
    ],
)
def test_an_unauthorized_principal_is_told_from_its_arn(arn: str, cause: str, said: str) -> None:
    raw = {**TEAM, "grants": [*TEAM["grants"], {"person": "chie", "role": "view", "namespaces": ["east"]}]}

    finding = answer(unauthorized(arn), plan_of(raw))

    assert (finding.wall, finding.cause) == (Wall.MAPPING, cause)
    assert said in finding.said


def test_somebody_unmapped_gets_lines_that_let_them_in() -> None:
    for arn in (f"{USER}/gin", f"{USER}/a/hana", f"{ROLE}/x/hana"):
        remedy = next(remedy for remedy in answer(unauthorized(arn)).remedies if remedy.lines)
        review = AccessReview(state_of_plan(plan_of(applied(TEAM, remedy))))

        assert review.whoami(arn)[0].authentication.identity is not None


def test_lines_of_aws_auth_that_were_pasted_too_are_not_who_asked() -> None:
    text = f"error: You must be logged in to the server (Unauthorized)\n- userarn: {USER}/x\n- rolearn: {ROLE}/y\n"

    assert "into demo are let" in evidence(answer(text))


def test_in_mode_api_a_role_without_its_path_is_another_principal() -> None:
    people = {**TEAM["people"], "ops": {"iamRole": f"{ROLE}/deep/ops"}}
    admins = {"people": ["aiko", "ops"]}
    plan = plan_of(small(people=people, admins=admins, cluster={"authenticationMode": "API"}))

    for arn, cause in (
        (f"{ROLE}/ops", "path-in-role-arn"),
        (f"{ROLE}/deep/OPS", "not-deployed"),
        (f"{USER}/ops", "another-kind"),
        ("arn:aws:sts::111122223333:assumed-role/ops/x", "not-deployed"),
    ):
        assert answer(unauthorized(arn), plan).cause == cause


def test_a_session_that_nobody_declared_gets_lines_with_a_warning() -> None:
    finding = answer(unauthorized("arn:aws:sts::111122223333:assumed-role/ops/x"))

    assert "aws iam get-role" in finding.remedies[-1].say


def test_what_is_no_principal_is_said_to_be_none() -> None:
    assert answer(unauthorized("arn:aws:sts::111122223333:user/x")).cause == "no-principal"


def test_unauthorized_alone_says_who_is_let_in_and_who_only_by_a_role() -> None:
    finding = answer("error: You must be logged in to the server (Unauthorized)")

    assert "into demo are let: aiko, botan, emi, fumio" in evidence(finding)
    assert "declared, and without a way in: chie, gin" in evidence(finding)
    assert "emi by team bees" in evidence(finding)
    assert "aws sts get-caller-identity" in commands(finding)


def test_a_role_of_a_team_that_somebody_may_not_assume_names_the_list_of_members() -> None:
    denied = "User: {} is not authorized to perform: sts:AssumeRole on resource: {}/demo-team-bees"

    stranger, member = (answer(denied.format(f"{USER}/{name}", ROLE)) for name in ("gin", "emi"))

    assert (stranger.remedies[0].path, stranger.remedies[0].lines) == ("teams.bees.members", "  - gin")
    assert member.cause == "mfa"


def test_an_entry_that_is_there_already_is_taken_over() -> None:
    text = f"The specified access entry resource is already in use on this cluster. ({ROLE}/demo-node-managed)"

    assert "eks-access:adopt" in answer(text).remedies[0].say
    assert "nobody who is declared" in evidence(answer(text))


@pytest.mark.parametrize("text", [text for text, _ in (*ROWS, *ROLES)], ids=[t[:40] for t, _ in (*ROWS, *ROLES)])
@pytest.mark.parametrize("plan", [None, PLAN], ids=["in general", "by the declaration"])
def test_every_wording_is_answered_in_sentences(text: str, plan: AccessPlan | None) -> None:
    for finding in why(text, plan, file="dev.yaml", stack="dev"):
        assert finding.said[0].islower() or finding.said[0] in "`EIA"
        assert finding.evidence[0].startswith("read: ")
        assert finding.remedies
        assert "system:masters" not in str(finding.remedies)
        assert not any("*" in remedy.lines for remedy in finding.remedies)


def test_what_is_as_good_as_everything_gets_no_line() -> None:
    finding = answer(forbidden("fumio", verb="impersonate", resource="users", namespace=""))

    assert not any(remedy.lines for remedy in finding.remedies)
    assert finding.ask == ("aiko", "botan", "deployer")


@pytest.mark.parametrize("mode", ["CONFIG_MAP", "API"])
def test_every_mode_is_answered(mode: str) -> None:
    plan = plan_of({**TEAM, "cluster": {**TEAM["cluster"], "authenticationMode": mode}})

    for text, _ in (*ROWS, *ROLES):
        assert why(text, plan, file="dev.yaml")


@settings(max_examples=80, deadline=None)
@given(name=st.text(max_size=60), namespace=st.text(max_size=20), verb=st.sampled_from(["list", "delete"]))
def test_no_name_in_a_message_does_harm(name: str, namespace: str, verb: str) -> None:
    for finding in why(forbidden(name, verb=verb, resource=name or "pods", namespace=namespace), PLAN, file="x"):
        for remedy in finding.remedies:
            assert "\n" not in remedy.command
            if remedy.lines:
                plan_of(applied(TEAM, remedy))
