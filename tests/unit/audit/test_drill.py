"""The break-glass drill finds each thing that would keep somebody out on the day it is needed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from eks_access import Declaration, compile_plan
from eks_access.audit.auditing import Subject
from eks_access.audit.drill import Drill, drill, users_to_ask
from eks_access.audit.model import Severity
from eks_access.iam.arns import identity

from ..declarations import ACCOUNT
from .edits import MADE, TODAY, clean, raw_small, with_entries, with_iam

ROLE = f"arn:aws:iam::{ACCOUNT}:role/demo-break-glass"
BOTAN, AIKO = f"arn:aws:iam::{ACCOUNT}:user/botan", f"arn:aws:iam::{ACCOUNT}:user/dev/aiko"


def subject(**admins: Any) -> Subject:
    raw = raw_small()
    raw["admins"] = {"people": ["aiko"], "breakGlass": {"trustedBy": ["botan"], **admins}}
    return clean(Declaration.model_validate(raw))


def run(subject: Subject) -> Drill:
    assert subject.iam is not None
    plan = compile_plan(subject.declaration, today=TODAY)
    return drill(plan, subject.state, subject.iam, subject.created)


def said(drilled: Drill) -> str:
    return "; ".join(each.what for each in drilled.findings)


def edited(subject: Subject, arn: str, **more: Any) -> Subject:
    assert subject.iam is not None
    return with_iam(subject, replace(subject.iam.principals[identity(arn)], **more))


def trust(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", **each} for each in statements]})


MFA = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}


def test_a_way_as_declared_is_usable_and_each_step_is_told() -> None:
    found = run(subject())

    assert found.findings == ()
    assert all(step.well for step in found.steps)
    assert any("botan" in step.said and "MFA device" in step.said for step in found.steps)
    assert any("everything" in step.said for step in found.steps)


def test_only_users_who_have_to_give_a_code_are_asked_for_their_devices() -> None:
    assert users_to_ask(compile_plan(subject().declaration, today=TODAY)) == (BOTAN,)
    assert users_to_ask(compile_plan(subject(mfa=False).declaration, today=TODAY)) == ()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda s: with_iam(s, without=(ROLE,)), f"{ROLE} doesn't exist"),
        (lambda s: with_iam(s, without=(BOTAN,)), f"{BOTAN} doesn't exist"),
        (lambda s: edited(s, BOTAN, mfa_devices=0), "has no MFA device"),
        (lambda s: edited(s, ROLE, trust=trust({"Principal": {"AWS": AIKO}, **MFA})), f"doesn't let {BOTAN} in"),
        (lambda s: edited(s, ROLE, trust=trust({"Principal": {"AWS": "AIDAABCDEFGHIJKLMNOP"}})), "doesn't let"),
        (lambda s: edited(s, ROLE, trust="no policy"), "doesn't let"),
        (lambda s: edited(s, ROLE, created=MADE + dt.timedelta(days=1)), "entry is dead"),
        (
            lambda s: with_entries(s, tuple(each for each in s.state.entries if each.principal_arn != ROLE)),
            "no cluster-admin",
        ),
    ],
)
def test_what_keeps_the_only_one_out_is_critical(change: Any, word: str) -> None:
    before = subject()
    after = change(before)
    if "cluster-admin" in word:
        # the line in aws-auth still lets it in, but its group is bound no more
        rbac = after.state.rbac
        kept = tuple(each for each in rbac.bindings if each.name != "eks-access:admins")
        after = replace(after, state=replace(after.state, rbac=replace(rbac, bindings=kept)))

    found = run(after)

    assert word in said(found)
    assert Severity.CRITICAL in {each.severity for each in found.findings}


def test_with_another_way_left_one_that_is_shut_is_no_longer_critical() -> None:
    both = subject(trustedBy=["aiko", "botan"])
    (found,) = run(edited(both, BOTAN, mfa_devices=0)).findings
    assert (found.name, found.severity) == (BOTAN, Severity.HIGH)


def test_an_account_in_the_trust_policy_lets_its_users_in_and_no_code_is_asked_where_none_is() -> None:
    whole = trust({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}})
    assert run(edited(edited(subject(), ROLE, trust=whole), BOTAN, mfa_devices=0)).findings == ()


def test_a_condition_that_access_keys_pass_asks_nobody_for_a_device() -> None:
    lax = {"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}}
    found = run(
        edited(edited(subject(), ROLE, trust=trust({"Principal": {"AWS": BOTAN}, **lax})), BOTAN, mfa_devices=0)
    )
    assert found.findings == ()


def test_a_session_that_lasts_longer_and_a_statement_that_denies_are_told() -> None:
    denies = {"Effect": "Deny", "Principal": {"AWS": BOTAN}, "Action": "sts:AssumeRole"}
    document = json.loads(trust({"Principal": {"AWS": BOTAN}, **MFA}))
    document["Statement"].append(denies)
    found = run(edited(subject(), ROLE, trust=document, max_session_seconds=43200))
    assert "denies somebody" in said(found)
    assert "720 minutes" in said(found)


def test_without_a_break_glass_there_is_nothing_to_walk() -> None:
    raw = raw_small()
    raw["admins"] = {"people": ["aiko"]}
    assert "no break-glass is declared" in said(run(clean(Declaration.model_validate(raw))))


def test_a_session_of_sso_can_give_no_code() -> None:
    raw = raw_small()
    raw["people"]["sso"] = {"ssoPermissionSet": {"name": "Ops", "suffix": "0123456789abcdef"}}
    raw["admins"] = {"people": ["aiko"], "breakGlass": {"trustedBy": ["sso", "botan"]}}
    found = run(clean(Declaration.model_validate(raw)))
    assert "can't give it" in said(found)
