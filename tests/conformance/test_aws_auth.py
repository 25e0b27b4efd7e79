"""aws-auth against aws-iam-authenticator itself: what is left of a ConfigMap, and what becomes of those who knock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from eks_access.authn.aws_auth_reading import AwsAuth, AwsAuthMapper, MappingLine, parse_aws_auth
from eks_access.authn.model import Principal, PrincipalKind
from eks_access.authn.templates import TemplateError, render

from .conftest import Show
from .figures import SEED, SOAK
from .generated_aws_auth import Case, generate_case
from .oracle import Oracle
from .yaml_corners import sections

PAIRS = 100_000 if SOAK else 5_000
PER_CONFIG_MAP = 4
PER_QUESTION = 250
SOMEBODY = ("arn:aws:iam::111122223333:role/r", "111122223333", "me", "AROAEXAMPLE", "")


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with Oracle("aws_auth") as oracle:
        yield oracle


@dataclass(slots=True)
class Tally:
    """Sums over all ConfigMaps."""

    pairs: int = 0
    mapped: int = 0
    by_chance: int = 0
    sections_lost: int = 0
    ours: float = 0


def test_what_is_left_and_who_is_mapped_is_upstreams(oracle: Oracle, show: Show) -> None:
    random, tally = Random(SEED), Tally()
    start = time.perf_counter()
    while tally.pairs < PAIRS:
        cases = [generate_case(random, PER_CONFIG_MAP) for _ in range(PER_QUESTION)]
        answers = oracle.ask({"cases": [asked(case) for case in cases]})["answers"]
        for case, answer in zip(cases, answers, strict=True):
            judge(case, answer, tally)
    share = tally.mapped / tally.pairs
    show(
        "aws-auth against aws-iam-authenticator",
        pairs=tally.pairs,
        mapped=f"{share:.1%}",
        by_chance=tally.by_chance,
        sections_lost=tally.sections_lost,
        ours_seconds=tally.ours,
        seconds=time.perf_counter() - start,
    )
    assert 0.3 < share < 0.7


def test_each_corner_of_yaml_is_read_as_upstream_reads_it(oracle: Oracle, show: Show) -> None:
    texts = list(dict.fromkeys(sections()))
    cases = [Case(data={"mapRoles": text, "mapAccounts": text}, principals=[SOMEBODY]) for text in texts]
    tally = Tally()
    for start in range(0, len(cases), PER_QUESTION):
        few = cases[start : start + PER_QUESTION]
        answers = oracle.ask({"cases": [asked(case) for case in few]})["answers"]
        for case, answer in zip(few, answers, strict=True):
            judge(case, answer, tally)
    show("corners of YAML against aws-iam-authenticator", sections=len(texts))


def asked(case: Case) -> dict[str, Any]:
    names = ("arn", "account", "session", "userid", "accessKey")
    return {"data": case.data, "identities": [dict(zip(names, each, strict=True)) for each in case.principals]}


def judge(case: Case, answer: dict[str, Any], tally: Tally) -> None:
    start = time.perf_counter()
    parsed = parse_aws_auth(case.data)
    mapper = AwsAuthMapper(parsed)
    tally.ours += time.perf_counter() - start
    note = f"seed {SEED}, {case.data!r}"
    if answer["panic"]:  # the authenticator would have ended; for us the section is lost
        raise AssertionError(f"{answer['panic']}: {note}")
    assert view(parsed) == theirs(answer), note
    if not answer["error"]:
        said = [loss for loss in parsed.losses if "SSORoleMatch" not in loss.said]
        assert not said, note
    else:
        assert parsed.losses, note
    tally.sections_lost += any(loss.index is None for loss in parsed.losses)
    for principal, other in zip(case.principals, answer["mapped"], strict=True):
        possible = outcomes(parsed, mapper, principal)
        assert outcome(other) in possible, f"{principal}, {note}"
        tally.pairs += 1
        tally.mapped += other["mapped"]
        tally.by_chance += len(possible) > 1


Listed = list[tuple[str, str, list[str]]]


def view(parsed: AwsAuth) -> tuple[Listed, Listed, list[str]]:
    def listed(lines: tuple[MappingLine, ...]) -> Listed:
        return [(line.arn, line.username, list(line.groups)) for line in lines]

    return listed(parsed.roles), listed(parsed.users), list(parsed.accounts)


def theirs(answer: dict[str, Any]) -> tuple[Listed, Listed, list[str]]:
    def listed(lines: list[dict[str, Any]] | None) -> Listed:
        return [(line["arn"], line["username"], line["groups"] or []) for line in lines or ()]

    return listed(answer["roles"]), listed(answer["users"]), answer["accounts"] or []


Outcome = tuple[str, str, tuple[str, ...]]


def outcome(answer: dict[str, Any]) -> Outcome:
    if answer["mapped"]:
        return "mapped", answer["username"], tuple(answer["groups"] or ())
    return "unmapped" if "not mapped" in answer["error"] else "refused", "", ()


def outcomes(parsed: AwsAuth, mapper: AwsAuthMapper, asked: tuple[str, str, str, str, str]) -> set[Outcome]:
    arn, account, session, unique_id, access_key = asked
    lines = mapper.find(arn)
    if not lines:
        return {("mapped", arn, ())} if mapper.allows_account(account) else {("unmapped", "", ())}
    principal = Principal(
        kind=PrincipalKind.ROLE_SESSION,
        arn=f"arn:aws:sts::{account}:assumed-role/role/{session}",
        unique_id=unique_id,
        session=session,
        access_key_id=access_key,
        private_dns_name=f"{session}.ec2.internal",
    )
    return {rendered(line, principal) for line in lines}


def rendered(line: MappingLine, principal: Principal) -> Outcome:
    try:
        return "mapped", render(line.username, principal), tuple(render(each, principal) for each in line.groups)
    except TemplateError:
        return "refused", "", ()
