"""What is deployed as declared audits clean; each edit by hand is told by name, and its fix makes it clean."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
import yaml
from eks_access import Declaration, compile_plan
from eks_access.audit.auditing import Subject, audit
from eks_access.audit.model import IamPrincipal, Kind, Severity
from eks_access.checks import find_problems
from eks_access.declaration.kinds import AuthenticationMode
from eks_access.iam.arns import identity
from eks_access.plan.model import EntryType, PolicyScope
from hypothesis import assume, given
from hypothesis import strategies as st

from ..declarations import ACCOUNT, declarations, raw_declarations
from .edits import (
    MADE,
    STRANGER,
    TODAY,
    both,
    clean,
    entry,
    faults,
    few,
    items,
    raw_small,
    small,
    told,
    with_entries,
    with_iam,
    with_items,
)

ADMIN_POLICY = PolicyScope(
    policy="AmazonEKSClusterAdminPolicy", arn="arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
)


@given(declarations())
def test_what_is_deployed_as_declared_audits_clean(declaration: Declaration) -> None:
    assert faults(clean(declaration)) == []


@few
@given(raw_declarations(), st.randoms())
def test_order_letter_case_and_eks_s_own_names_are_no_differences(raw: dict[str, Any], random: Any) -> None:
    subject = both(raw)
    for section, key in (("mapRoles", "rolearn"), ("mapUsers", "userarn")):
        lines = items(subject.state, section)
        random.shuffle(lines)
        shuffled = [{**line, key: line[key].upper().replace("ARN:AWS:IAM", "arn:aws:iam")} for line in lines]
        subject = with_items(subject, section, [{**line, "groups": line["groups"][::-1]} for line in shuffled])
    entries = tuple(replace(each, groups=each.groups[::-1]) for each in subject.state.entries[::-1])
    assert faults(with_entries(subject, entries)) == []


@few
@given(raw_declarations(), st.data())
def test_a_line_taken_out_is_missed_by_its_arn(raw: dict[str, Any], data: st.DataObject) -> None:
    subject = both(raw)
    section = data.draw(st.sampled_from(["mapRoles", "mapUsers"]))
    lines = items(subject.state, section)
    assume(lines)
    gone = lines.pop(data.draw(st.integers(0, len(lines) - 1)))
    edited = with_items(subject, section, lines)
    arn = gone.get("rolearn") or gone.get("userarn")
    (found,) = faults(edited)
    assert (found.kind, found.name) == (Kind.MISSING_LINE, arn)
    assert faults(with_items(edited, section, [*lines, gone])) == []


@few
@given(raw_declarations(), st.sampled_from(["mapRoles", "mapUsers"]), st.booleans())
def test_a_line_that_nobody_declared_is_told_and_keeping_it_makes_it_clean(
    raw: dict[str, Any], section: str, in_front: bool
) -> None:
    subject = both(raw)
    arn = STRANGER if section == "mapRoles" else f"arn:aws:iam::{ACCOUNT}:user/a/stranger"
    key = "rolearn" if section == "mapRoles" else "userarn"
    line = {key: arn, "username": 'x": #y', "groups": ["their: group", "b"]}
    lines = items(subject.state, section)
    edited = with_items(subject, section, [line, *lines] if in_front else [*lines, line])

    (found,) = faults(edited)
    assert (found.kind, found.name) == (Kind.UNDECLARED_LINE, arn)
    kept = {**raw, "cluster": {**raw["cluster"], "authenticationMode": "API_AND_CONFIG_MAP"}}
    kept |= yaml.safe_load(found.lines)
    declaration = Declaration.model_validate(kept)
    checks = [find_problems(compile_plan(each, today=TODAY)) for each in (declaration, subject.declaration)]
    assert {problem.check for problem in checks[0]} <= {problem.check for problem in checks[1]}, "`check` takes it"
    assert faults(replace(edited, declaration=declaration)) == []


@few
@given(raw_declarations(), st.data())
def test_a_group_added_to_a_declared_line_is_told_with_its_name(raw: dict[str, Any], data: st.DataObject) -> None:
    subject = both(raw)
    lines = items(subject.state, "mapRoles")
    assume(lines)
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at]["groups"] = [*lines[at]["groups"], "system:masters"]
    (found,) = faults(with_items(subject, "mapRoles", lines))
    assert (found.kind, found.name, found.severity) == (Kind.CHANGED_LINE, lines[at]["rolearn"], Severity.CRITICAL)
    assert "system:masters" in found.what


@few
@given(raw_declarations(), st.data())
def test_of_two_lines_of_one_role_the_one_that_counts_is_judged(raw: dict[str, Any], data: st.DataObject) -> None:
    subject = both(raw)
    lines = items(subject.state, "mapRoles")
    assume(lines)
    line = data.draw(st.sampled_from(lines))
    other = {**line, "groups": ["else"]}
    (shadowed,) = faults(with_items(subject, "mapRoles", [other, *lines]))
    assert (shadowed.kind, shadowed.name, shadowed.severity) == (Kind.SHADOWED_LINE, line["rolearn"], Severity.LOW)
    kinds = {each.kind for each in faults(with_items(subject, "mapRoles", [*lines, other]))}
    assert kinds == {Kind.CHANGED_LINE, Kind.SHADOWED_LINE}
    assert faults(with_items(subject, "mapRoles", [*lines, line])) == [], "twice the same is the same"


@few
@given(raw_declarations(), st.data())
def test_an_entry_taken_out_or_changed_is_told_by_its_principal(raw: dict[str, Any], data: st.DataObject) -> None:
    subject = both(raw)
    ours = [each for each in subject.state.entries if "deployer" not in each.principal_arn]
    assume(ours)
    one = data.draw(st.sampled_from(ours))
    rest = tuple(each for each in subject.state.entries if each is not one)

    assert told(with_entries(subject, rest), Kind.MISSING_ENTRY) == [one.principal_arn]
    more = replace(one, policies=(*one.policies, ADMIN_POLICY))
    if ADMIN_POLICY.policy not in {scope.policy for scope in one.policies}:
        assert told(with_entries(subject, (*rest, more)), Kind.UNDECLARED_POLICY) == [one.principal_arn]
    if one.type is EntryType.STANDARD:
        changed = replace(one, groups=(*one.groups, "eks-access:admins2"))
        assert told(with_entries(subject, (*rest, changed)), Kind.CHANGED_ENTRY) == [one.principal_arn]


@few
@given(raw_declarations())
def test_an_entry_that_nobody_declared_is_told_but_not_those_of_aws_itself(raw: dict[str, Any]) -> None:
    subject = both(raw)
    linked = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS"
    foreign = (entry(policies=(ADMIN_POLICY,)), entry(linked))
    edited = with_iam(
        with_entries(subject, (*subject.state.entries, *foreign)), IamPrincipal(arn=STRANGER), IamPrincipal(arn=linked)
    )
    (found,) = faults(edited)
    assert (found.kind, found.name, found.severity) == (Kind.UNDECLARED_ENTRY, STRANGER, Severity.CRITICAL)
    assert STRANGER in found.lines


@few
@given(raw_declarations(), st.data())
def test_an_entry_of_somebody_created_again_or_gone_is_dead(raw: dict[str, Any], data: st.DataObject) -> None:
    subject = both(raw)
    assume(subject.state.entries)
    assert subject.iam is not None
    one = data.draw(st.sampled_from(subject.state.entries))
    again = IamPrincipal(arn=one.principal_arn, created=MADE + dt.timedelta(seconds=1), trust=_trust(subject, one))
    assert told(with_iam(subject, again), Kind.DEAD_ENTRY) == [one.principal_arn]
    assert told(with_iam(subject, without=(one.principal_arn,)), Kind.DEAD_ENTRY) == [one.principal_arn]
    made_anew = {**subject.created, one.principal_arn: MADE + dt.timedelta(seconds=2)}
    assert faults(replace(with_iam(subject, again), created=made_anew)) == []


def _trust(subject: Subject, one: Any) -> object:
    assert subject.iam is not None
    return subject.iam.principals[identity(one.principal_arn)].trust


def test_a_missing_line_says_who_is_out_only_where_nothing_else_lets_them_in() -> None:
    subject = small()
    nobody = with_items(subject, "mapRoles", [])
    assert all("can't" not in each.what for each in faults(nobody)), "the entries still let everybody in"
    without = with_entries(nobody, ())
    said = " ".join(each.what for each in faults(without) if each.kind is Kind.MISSING_LINE)
    assert "aiko (team ants) can't enter" in said
    assert "nodes of kind managed can't join" in said


def test_a_broken_section_says_who_is_out_and_tells_foreign_lines_as_lines_to_keep() -> None:
    raw = raw_small()
    raw["cluster"]["authenticationMode"] = "CONFIG_MAP"
    subject = clean(Declaration.model_validate(raw))
    foreign = {"rolearn": STRANGER, "username": "stranger", "groups": ["x"]}
    text = yaml.safe_dump([*items(subject.state, "mapRoles"), foreign], sort_keys=False)
    broken = text.replace("  username: stranger", "\tusername: stranger") + "- rolearn what\n"
    data = {**(subject.state.aws_auth or {}), "mapRoles": broken}
    found = faults(replace(subject, state=replace(subject.state, aws_auth=data)))
    by_kind = {each.kind: each for each in found}

    assert set(by_kind) == {Kind.BROKEN_AWS_AUTH, Kind.UNDECLARED_LINE, Kind.UNREADABLE_LINE}
    assert "nodes of kind managed can't join" in by_kind[Kind.BROKEN_AWS_AUTH].what
    assert "aiko (team ants) can't enter" in by_kind[Kind.BROKEN_AWS_AUTH].what
    assert yaml.safe_load(by_kind[Kind.UNDECLARED_LINE].lines) == {
        "keep": {"mapRoles": [foreign]},
        "externalGroups": ["x"],
    }, "its group is bound by others, and `check` wants to know that"
    assert by_kind[Kind.UNREADABLE_LINE].lines == "- rolearn what"


def test_a_whole_account_is_told() -> None:
    (found,) = faults(replace_text(small(), "mapAccounts", '- "444455556666"\n'))
    assert (found.kind, found.name) == (Kind.UNDECLARED_ACCOUNT, "444455556666")


def replace_text(subject: Subject, section: str, text: str) -> Subject:
    return replace(subject, state=replace(subject.state, aws_auth={**(subject.state.aws_auth or {}), section: text}))


def test_another_mode_is_one_finding_and_not_one_for_each_entry() -> None:
    subject = small()
    state = replace(subject.state, mode=AuthenticationMode.CONFIG_MAP, entries=())
    assert [each.kind for each in faults(replace(subject, state=state))] == [Kind.MODE]


def test_a_grant_that_ended_and_is_still_there_is_told_as_that_and_nothing_else() -> None:
    ended = {"person": "botan", "role": "view", "namespaces": ["east"], "until": TODAY - dt.timedelta(days=1)}
    policy = {"team": "ants", "accessPolicy": "AmazonEKSViewPolicy", "clusterWide": True, "until": ended["until"]}
    raw = raw_small()
    later = Declaration.model_validate({**raw, "grants": [*raw["grants"], ended, policy]})
    before = later.model_copy(update={"grants": [g.model_copy(update={"until": None}) for g in later.grants]})
    subject = replace(clean(before), declaration=later)

    found = faults(subject)
    assert [each.kind for each in found] == [Kind.EXPIRED_GRANT] * 2
    assert "person botan: view in east" in found[0].what
    assert faults(clean(later)) == [], "once it is taken away nothing is told"


def test_a_grant_that_ends_soon_is_a_note() -> None:
    soon = {"person": "botan", "role": "view", "namespaces": ["east"], "until": TODAY + dt.timedelta(days=3)}
    raw = raw_small()
    subject = clean(Declaration.model_validate({**raw, "grants": [*raw["grants"], soon]}))
    assert faults(subject) == []
    assert [each.severity for each in audit(subject) if each.kind is Kind.ENDING_GRANT] == [Severity.NOTE]


def test_a_team_that_no_stack_uses_is_a_finding_and_one_that_others_use_is_none() -> None:
    raw = raw_small()
    idle = {**raw["teams"], "idle": {"members": ["aiko"]}}
    subject = clean(Declaration.model_validate({**raw, "teams": idle}))
    kinds = {
        elsewhere: [each.severity for each in audit(replace(subject, teams_elsewhere=elsewhere)) if each.name == "idle"]
        for elsewhere in (None, frozenset[str](), frozenset({"idle"}))
    }
    assert list(kinds.values()) == [[Severity.NOTE], [Severity.LOW], []]


def test_the_creator_s_right_is_a_note() -> None:
    assert [each.severity for each in audit(small()) if each.kind is Kind.CREATOR] == [Severity.NOTE]


@pytest.mark.parametrize(
    ("user", "policies", "severity"),
    [
        ("user/mallory", ("eks-access-demo",), Severity.HIGH),
        ("user/mallory", ("eks-access-self-service",), Severity.LOW),
        ("user/dev/mallory", (), Severity.LOW),
        ("user/mallory", ("something-else",), None),
        ("user/ops/mallory", (), None),
    ],
)
def test_users_that_look_like_ours_and_nobody_declares(
    user: str, policies: tuple[str, ...], severity: Severity | None
) -> None:
    found = faults(with_iam(small(), IamPrincipal(arn=f"arn:aws:iam::{ACCOUNT}:{user}", policies=policies)))
    assert [(each.kind, each.severity) for each in found] == ([(Kind.UNDECLARED_PERSON, severity)] if severity else [])


def test_users_of_another_stack_are_declared() -> None:
    other = f"arn:aws:iam::{ACCOUNT}:user/dev/chie"
    subject = replace(with_iam(small(), IamPrincipal(arn=other)), users_elsewhere=frozenset({identity(other)}))
    assert faults(subject) == []


@few
@given(raw_declarations(), st.sampled_from(["instance-profile/x", "role/a/path", "role/*", "group/devs"]))
def test_a_line_by_which_nobody_can_come_lets_nobody_in(raw: dict[str, Any], odd: str) -> None:
    subject = both(raw)
    arn = f"arn:aws:iam::111122223333:{odd}"
    line = {"rolearn": arn, "username": "x", "groups": ["system:masters"]}

    (found,) = faults(with_items(subject, "mapRoles", [*items(subject.state, "mapRoles"), line]))

    assert (found.kind, found.name, found.severity) == (Kind.DEAD_LINE, arn, Severity.LOW)


@few
@given(raw_declarations())
def test_a_section_that_the_authenticator_does_not_look_for_is_told(raw: dict[str, Any]) -> None:
    subject = both(raw)
    real = {**(subject.state.aws_auth or {}), "maproles": "- rolearn: x"}

    (found,) = faults(replace(subject, state=replace(subject.state, aws_auth=real)))

    assert (found.kind, found.name) == (Kind.UNREADABLE_LINE, "maproles")
    assert "mapRoles" in found.what
