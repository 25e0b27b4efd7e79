"""Permission sets and their roles: found by their whole names, and compared with what is declared."""

from __future__ import annotations

import string
from dataclasses import replace
from typing import Any

import pytest
import yaml
from eks_access.declaration.models import Declaration
from eks_access.iam.arns import AwsAccount
from eks_access.iam.sso import SsoRole, declared_sets, find_sso_roles, parse_sso_role, rotated, unmatched
from hypothesis import given
from hypothesis import strategies as st

ACCOUNT = AwsAccount(id="111122223333", partition="aws")
OLD, NEW = "0123456789abcdef", "fedcba9876543210"

names = st.text(string.ascii_letters + string.digits + "_+=,.@-", min_size=1, max_size=32)
suffixes = st.text("0123456789abcdef", min_size=16, max_size=16)
regions = st.sampled_from(["us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1"])
sets = st.dictionaries(names, st.tuples(suffixes, regions), max_size=6)


def arn(name: str, suffix: str = OLD, region: str | None = "eu-west-1", partition: str = "aws") -> str:
    return AwsAccount(id=ACCOUNT.id, partition=partition).sso_role(name, suffix, region)


def person(role: SsoRole) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(role.yaml)
    return found


@given(sets, st.sampled_from(["aws", "aws-cn", "aws-us-gov"]))
def test_every_permission_set_leads_to_its_own_role(sets: dict[str, tuple[str, str]], partition: str) -> None:
    arns = {name: arn(name, suffix, region, partition) for name, (suffix, region) in sets.items()}
    found = find_sso_roles(arns.values())

    assert {name: [role.arn for role in roles] for name, roles in found.items()} == {n: [a] for n, a in arns.items()}
    assert {name: (role.suffix, role.region) for name, (role,) in found.items()} == sets
    assert [problem for name in sets for problem in unmatched(name, found)] == []


@given(sets)
def test_the_line_to_paste_declares_what_was_found(sets: dict[str, tuple[str, str]]) -> None:
    found = find_sso_roles(arn(name, suffix, region) for name, (suffix, region) in sets.items())
    people = {f"p{number}": person(role) for number, (role,) in enumerate(found.values())}
    declared = declared_sets(Declaration.model_validate({"people": people}).people)

    assert {each.name: (each.suffix, each.region) for each in declared} == sets
    assert rotated(declared, found) == []


@given(sets.filter(bool), suffixes)
def test_whatever_differs_is_told_with_what_to_write(sets: dict[str, tuple[str, str]], new: str) -> None:
    before = find_sso_roles(arn(name, suffix, region) for name, (suffix, region) in sets.items())
    after = find_sso_roles(arn(name, new, region) for name, (_, region) in sets.items())
    people = {f"p{number}": person(role) for number, (role,) in enumerate(before.values())}

    problems = rotated(declared_sets(Declaration.model_validate({"people": people}).people), after)

    moved = [name for name, (suffix, _) in sets.items() if suffix != new]
    assert len(problems) == len(moved)
    assert all(problem.fix == f'write `suffix: "{new}"`' for problem in problems)


def test_one_name_may_begin_like_another() -> None:
    found = find_sso_roles([arn("A"), arn("A_B"), arn(f"A_{NEW}"), arn("A.B")])

    assert list(found) == ["A", "A.B", "A_B", f"A_{NEW}"]


@pytest.mark.parametrize(
    "other",
    [
        "arn:aws:iam::111122223333:role/AWSReservedSSO_A_0123456789abcdef",
        "arn:aws:iam::111122223333:role/mine/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_0123456789abcdef",
        "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/a/b/AWSReservedSSO_A_0123456789abcdef",
        "arn:aws:iam::111122223333:role/aws-reserved/sso-amazonaws.com/AWSReservedSSO_A_0123456789abcdef",
        "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_0123456789abcdeg",
        "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_0123456789abcdef\n",
        "arn:aws:iam::111122223333:user/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_0123456789abcdef",
        "",
    ],
)
def test_a_role_that_only_looks_like_one_of_theirs_is_none(other: str) -> None:
    assert parse_sso_role(other) is None
    assert find_sso_roles([other]) == {}


def declared(**changes: Any) -> Any:
    raw = {"people": {"chie": {"ssoPermissionSet": {"name": "Ops", "suffix": OLD, "region": "eu-west-1"}}}}
    (found,) = declared_sets(Declaration.model_validate(raw).people)
    return replace(found, **changes)


def test_a_permission_set_that_is_not_there_brings_the_nearest_name() -> None:
    (problem,) = rotated([declared()], find_sso_roles([arn("Ops2")]))

    assert (problem.path, problem.fix) == ("people.chie.ssoPermissionSet.name", "did you mean `Ops2`?")
    assert "Identity Center" in rotated([declared()], {})[0].fix


def test_two_roles_of_one_permission_set_are_both_named() -> None:
    found = find_sso_roles([arn("Ops", NEW), arn("Ops", "0" * 16)])

    for problem in (*unmatched("Ops", found), *rotated([declared()], found)):
        assert problem.value is not None
        assert arn("Ops", NEW) in problem.value
        assert arn("Ops", "0" * 16) in problem.value


def test_a_declared_role_that_is_there_is_right_whatever_else_is_left() -> None:
    assert rotated([declared()], find_sso_roles([arn("Ops"), arn("Ops", NEW)])) == []


@pytest.mark.parametrize(
    ("there", "fix"), [("us-east-1", "leave `region` out"), ("eu-north-1", "write `region: eu-north-1`")]
)
def test_another_home_region_is_told(there: str, fix: str) -> None:
    (problem,) = rotated([declared()], find_sso_roles([arn("Ops", OLD, there)]))

    assert (problem.path, problem.fix) == ("people.chie.ssoPermissionSet.region", fix)


def test_two_people_may_share_a_permission_set() -> None:
    problems = rotated([declared(), declared(person="daichi")], find_sso_roles([arn("Ops", NEW)]))

    assert [problem.rule.rpartition("; ")[2] for problem in problems] == ["chie cannot enter", "daichi cannot enter"]
