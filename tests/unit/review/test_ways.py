"""Who is mapped, as far as anything can be made of it, and how people come to be called."""

from __future__ import annotations

import json

import pytest
from eks_access.authn.access_entries import AccessEntry
from eks_access.declaration.cluster_models import AuthenticationMode
from eks_access.plan.model import EntryType
from eks_access.review.iam_trust import Trusted, read_trust
from eks_access.review.ways import mapped_principals, ways_of

ROLE, USER = "arn:aws:iam::111122223333:role/{}", "arn:aws:iam::111122223333:user/{}"


def test_a_role_of_aws_auth_gets_the_path_that_is_known_of_it() -> None:
    text = f"- rolearn: {ROLE.format('Ops')}\n- rolearn: arn:aws:sts::111122223333:assumed-role/Ops/x\n"
    (mapped,) = mapped_principals(AuthenticationMode.CONFIG_MAP, (), {"mapRoles": text}, [ROLE.format("people/ops")])

    assert mapped.arn == ROLE.format("people/ops")


def test_an_entry_says_what_a_principal_is_over_the_line_beside_it() -> None:
    arn, spaced = ROLE.format("ops"), ROLE.format("o p s")
    entry = AccessEntry(
        key="ops", principal_arn=arn, type=EntryType.EC2_LINUX, username=None, groups=(), policies=()
    )  # fmt: skip
    lines = {"mapRoles": f"- {{rolearn: '{arn}', username: ops}}\n- {{rolearn: '{spaced}', username: nobody}}\n"}
    found = {
        mode: [(each.arn, each.is_node) for each in mapped_principals(mode, (entry,), lines)]
        for mode in AuthenticationMode
    }

    assert found == {
        AuthenticationMode.API: [(arn, True)],
        AuthenticationMode.API_AND_CONFIG_MAP: [(arn, True)],
        AuthenticationMode.CONFIG_MAP: [(arn, False)],
    }


def test_people_are_called_by_their_arns_where_nobody_says_their_names() -> None:
    text = f"- rolearn: {ROLE.format('ops')}\n- rolearn: {ROLE.format('sso')}\n"
    mapped = mapped_principals(AuthenticationMode.CONFIG_MAP, (), {"mapRoles": text})
    trusted = (Trusted(arn=USER.format("a/aiko"), mfa=True), Trusted(arn=ROLE.format("ci"), mfa=True))
    found = ways_of(mapped, {ROLE.format("ops"): trusted})
    ways = {way.person: way for way in found}

    assert list(ways) == sorted(ways)

    aiko, ci, sso = (ways[arn] for arn in (USER.format("a/aiko"), ROLE.format("ci"), ROLE.format("sso")))
    assert (aiko.session, aiko.via, aiko.mfa, aiko.usable) == ("aiko", "role ops", True, True)
    assert (ci.session, ci.usable) == ("session", False)
    assert (sso.session, sso.via, sso.own_arn) == ("session", "direct", ROLE.format("sso"))


def trust(**statement: object) -> str:
    return json.dumps({"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", **statement}})


AIKO, OPS = USER.format("a"), ROLE.format("p/b")
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (trust(Principal={"AWS": AIKO}), [(AIKO, False)]),
        (trust(Principal={"AWS": [AIKO, OPS]}, Condition=MFA), [(AIKO, True), (OPS, True)]),
        (trust(Principal={"AWS": AIKO}, Action=["sts:TagSession", "sts:*"]), [(AIKO, False)]),
        (trust(Principal={"AWS": AIKO}, Action="sts:TagSession"), []),
        (trust(Principal={"AWS": AIKO}, Effect="Deny"), []),
        (trust(Principal={"AWS": ["arn:aws:iam::111122223333:root", "111122223333", "*", "AIDAX"]}), []),
        (trust(Principal={"Service": "ec2.amazonaws.com"}), []),
        (trust(Principal="*"), []),
        ({"Statement": [{"Effect": "Allow", "Action": "*", "Principal": {"AWS": AIKO}}]}, [(AIKO, False)]),
        ("{", []),
        ("[" * 100_000, []),
        (None, []),
        ([], []),
        ({"Statement": [5, {"Effect": "Allow", "Action": 5, "Principal": 5, "Condition": 5}]}, []),
    ],
)
def test_a_trust_policy_tells_who_may_assume_a_role(document: object, found: list[tuple[str, bool]]) -> None:
    assert [(each.arn, each.mfa) for each in read_trust(document)] == found


@pytest.mark.parametrize(
    ("condition", "asks"),
    [
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, True),
        ({"bool": {"AWS:multifactorauthpresent": True}}, True),
        ({"StringEquals": {"sts:ExternalId": "x"}, "Bool": {"aws:MultiFactorAuthPresent": ["true"]}}, True),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}, False),  # access keys have no such key
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, False),
        ({"StringEquals": {"aws:MultiFactorAuthPresent": "true"}}, False),
    ],
)
def test_mfa_is_asked_where_nobody_gets_in_without_a_code(condition: object, asks: bool) -> None:
    assert read_trust(trust(Principal={"AWS": AIKO}, Condition=condition)) == (Trusted(arn=AIKO, mfa=asks),)


def test_of_two_statements_the_one_that_asks_for_less_is_enough() -> None:
    asking = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": AIKO}, "Condition": MFA}
    plain = {key: value for key, value in asking.items() if key != "Condition"}

    for statements in ([asking, plain], [plain, asking]):
        assert read_trust({"Statement": statements}) == (Trusted(arn=AIKO),)
