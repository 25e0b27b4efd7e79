"""Who is mapped, as far as anything can be made of it, and how people come to be called."""

from __future__ import annotations

import itertools
import json
from random import Random

import pytest
from eks_access.authn.access_entries import AccessEntry
from eks_access.authn.unmatched import plain_arn
from eks_access.declaration.cluster_models import AuthenticationMode
from eks_access.plan.model import EntryType
from eks_access.review.access_review import AccessReview
from eks_access.review.facts import Facts
from eks_access.review.iam_trust import Trusted, read_trust
from eks_access.review.state import AccessState
from eks_access.review.ways import mapped_principals, named_nodes, ways_of
from hypothesis import given
from hypothesis import strategies as st

ROLE, USER = "arn:aws:iam::111122223333:role/{}", "arn:aws:iam::111122223333:user/{}"


def test_a_role_of_aws_auth_gets_the_path_that_is_known_of_it() -> None:
    text = f"- rolearn: {ROLE.format('Ops')}\n- rolearn: arn:aws:sts::111122223333:assumed-role/Ops/x\n"
    (mapped,) = mapped_principals(AccessState(aws_auth={"mapRoles": text}), [ROLE.format("people/ops")])

    assert mapped.arn == ROLE.format("people/ops")


def test_an_entry_says_what_a_principal_is_over_the_line_beside_it() -> None:
    arn, spaced = ROLE.format("ops"), ROLE.format("o p s")
    entry = AccessEntry(
        key="ops", principal_arn=arn, type=EntryType.EC2_LINUX, username=None, groups=(), policies=()
    )  # fmt: skip
    lines = {"mapRoles": f"- {{rolearn: '{arn}', username: ops}}\n- {{rolearn: '{spaced}', username: nobody}}\n"}
    found = {
        mode: [
            (each.arn, each.is_node)
            for each in mapped_principals(AccessState(mode=mode, entries=(entry,), aws_auth=lines))
        ]
        for mode in AuthenticationMode
    }

    assert found == {
        AuthenticationMode.API: [(arn, True)],
        AuthenticationMode.API_AND_CONFIG_MAP: [(arn, True)],
        AuthenticationMode.CONFIG_MAP: [(arn, False)],
    }


def test_people_are_called_by_their_arns_where_nobody_says_their_names() -> None:
    text = f"- rolearn: {ROLE.format('ops')}\n- rolearn: {ROLE.format('sso')}\n"
    mapped = mapped_principals(AccessState(aws_auth={"mapRoles": text}))
    trusted = (Trusted(arn=USER.format("a/aiko"), mfa=True), Trusted(arn=ROLE.format("ci"), mfa=True))
    found = ways_of(mapped, {ROLE.format("ops"): trusted})
    ways = {way.person: way for way in found}

    assert list(ways) == sorted(ways)

    aiko, ci, sso = (ways[arn] for arn in (USER.format("a/aiko"), ROLE.format("ci"), ROLE.format("sso")))
    assert (aiko.session, aiko.via, aiko.mfa, aiko.usable) == ("aiko", "role ops", True, True)
    assert (ci.session, ci.usable) == ("session", False)
    assert (sso.session, sso.via, sso.own_arn) == ("session", "direct", ROLE.format("sso"))


def lines(*arns: str, username: str = "dev") -> dict[str, str]:
    return {"mapRoles": json.dumps([{"rolearn": arn, "username": username, "groups": ["devs"]} for arn in arns])}


def comers(aws_auth: dict[str, str], **known: str) -> list[str]:
    """Who comes in by aws-auth."""
    people = AccessReview(Facts(aws_auth=aws_auth, **known).state()).askers.people()
    return [asker.name for asker in people if asker.authentication.identity]


NOBODY_S = (
    "arn:aws-gov:iam::111122223333:role/x",
    ROLE.format("*"),
    ROLE.format("AWSReservedSSO_Dev_*"),
    ROLE.format("x/"),
    USER.format("*"),
    USER.format("a:b"),
    USER.format(""),
    "arn:aws:iam::111122223333:root/x",
)


@pytest.mark.parametrize("arn", NOBODY_S)
def test_by_a_line_with_nobody_s_arn_nobody_comes_and_the_others_count(arn: str) -> None:
    assert comers(lines(arn, ROLE.format("dev"))) == [ROLE.format("dev")]


@pytest.mark.parametrize("arn", NOBODY_S)
def test_nobody_comes_by_such_an_entry_either_which_eks_would_not_take(arn: str) -> None:
    arns = arn, ROLE.format("dev")
    entries = {
        each: AccessEntry(key=each, principal_arn=each, type=EntryType.STANDARD, username=None, groups=(), policies=())
        for each in arns
    }
    people = AccessReview(Facts(entries=entries).state()).askers.people()

    assert [asker.name for asker in people] == [ROLE.format("dev")]


def test_nobody_of_another_partition_comes_to_a_cluster_that_is_known_to_be_elsewhere() -> None:
    chinese = "arn:aws-cn:iam::111122223333:role/dev"
    cluster = "arn:aws:eks:eu-west-1:111122223333:cluster/prod"

    assert comers(lines(chinese)) == [chinese]
    assert comers(lines(chinese, ROLE.format("dev")), arn=cluster) == [ROLE.format("dev")]


@pytest.mark.parametrize(
    ("written", "comer"),
    [
        ("arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root"),
        (
            "arn:aws:sts::111122223333:federated-user/fed",
            "arn:aws:sts::111122223333:federated-user/fed",
        ),
        ("arn:aws:iam::111122223333:Role/Dev", ROLE.format("Dev")),
        ("ARN:aws:IAM::111122223333:role/dev", ROLE.format("dev")),
        ("arn:aws:iam::111122223333:ROOT", "arn:aws:iam::111122223333:root"),
        (ROLE.format("o\N{LATIN SMALL LETTER LONG S}s"), ROLE.format("oss")),
        (USER.format("a:b/taro"), USER.format("a:b/taro")),
    ],
)
def test_whoever_the_authenticator_finds_by_a_line_comes(written: str, comer: str) -> None:
    assert comers(lines(written)) == [comer]


def test_nodes_come_by_a_line_in_other_letters() -> None:
    aws_auth = lines("arn:aws:iam::111122223333:ROLE/node", username="system:node:{{EC2PrivateDNSName}}")

    assert Facts(aws_auth=aws_auth).state().node_roles == {"node": ROLE.format("node")}


def test_of_two_node_roles_with_one_name_neither_hides_the_other() -> None:
    nodes = [ROLE.format("node"), "arn:aws:iam::444455556666:role/node", ROLE.format("other")]
    expected = {"111122223333/node": nodes[0], "444455556666/node": nodes[1], "other": nodes[2]}

    for written in itertools.permutations(nodes):
        state = Facts(aws_auth=lines(*written, username="system:node:{{EC2PrivateDNSName}}")).state()
        assert state.node_roles == expected
        assert {asker.name for asker in AccessReview(state).askers.nodes()} == {f"node/{name}" for name in expected}


NODE_ROLES = st.builds(
    "arn:aws:iam::{}:role/{}".format,
    st.sampled_from(["111122223333", "444455556666"]),
    st.sampled_from(["node", "managed", "p/node"]),
)
KINDS = {ROLE.format("managed"): "managed"}


@given(st.lists(st.tuples(st.sampled_from(["node", "managed", "general"]), NODE_ROLES), max_size=5), st.randoms())
def test_every_node_role_has_a_name_of_its_own_in_whatever_order_they_come(
    nodes: list[tuple[str, str]], random: Random
) -> None:
    named = named_nodes(nodes, KINDS)

    assert {*named.values()} == {arn for _, arn in nodes}
    assert named_nodes(random.sample(nodes, len(nodes)), KINDS) == named
    assert named.get("managed", ROLE.format("managed")) == ROLE.format("managed") or ROLE.format("managed") not in {
        *named.values()
    }


@given(st.lists(NODE_ROLES, max_size=5))
def test_a_declaration_calls_nodes_as_it_would_without_the_names_that_they_had(arns: list[str]) -> None:
    nodes = [(arn.rpartition("/")[2], arn) for arn in arns]

    assert named_nodes(named_nodes(nodes).items(), KINDS) == named_nodes(nodes, KINDS)


LETTERS = st.text(st.sampled_from("arnAwsiIm:/*-\N{KELVIN SIGN}\N{LATIN SMALL LETTER LONG S}1 "), max_size=12)
ARNS = st.builds(
    "{}:{}:{}::{}:{}{}".format,
    st.sampled_from(["arn", "ARN", "arm"]),
    st.sampled_from(["aws", "AWS-cn", "aws-gov", ""]),
    st.sampled_from(["iam", "sts", "Iam", "eks"]),
    st.sampled_from(["111122223333", "1", "ABCDEFGHIJKL"]),
    st.sampled_from(["role/", "User/", "root", "federated-user/", "assumed-role/", "group/", "role/p/"]),
    LETTERS,
)


@given(st.lists(ARNS | LETTERS, max_size=4))
def test_no_line_keeps_a_question_from_being_answered(arns: list[str]) -> None:
    for name in comers(lines(*arns)):
        assert any(plain_arn(name) == plain_arn(arn) for arn in arns)


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
