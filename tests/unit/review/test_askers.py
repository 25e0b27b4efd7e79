"""Who is meant by a name, and what is said where nobody is."""

from __future__ import annotations

import pytest
from eks_access.errors import Refused
from eks_access.review.access_review import AccessReview
from eks_access.review.state import AccessState, Way

ROLE, USER = "arn:aws:iam::111122223333:role/{}", "arn:aws:iam::111122223333:user/{}"


def review(*people: str, **more: object) -> AccessReview:
    ways = tuple(Way(person=each, principal_arn=USER.format("x"), session="", via="direct") for each in people)
    return AccessReview(AccessState(ways=ways, **more))  # type: ignore[arg-type]


def fix_of(review: AccessReview, name: str, rule: str = "nobody here is called so") -> str:
    with pytest.raises(Refused) as refused:
        review.whoami(name)
    (problem,) = refused.value.problems
    assert (problem.value, problem.rule) == (name, rule)
    return problem.fix or ""


def test_a_name_that_is_nearly_right_is_corrected() -> None:
    known = review("aiko", "botan", node_roles={"managed": ROLE.format("n")}, people=("chie",))

    assert fix_of(known, "aikko") == "did you mean aiko?"
    assert fix_of(known, "node/manged", "no node role here is called so") == "name one of node/managed"
    assert fix_of(known, "chiee") == "did you mean chie?"


def test_where_no_name_is_near_those_that_there_are_are_told() -> None:
    known = review("aiko", USER.format("ann"), node_roles={"managed": ROLE.format("n")}, people=("chie",))
    more = "an ARN, namespace/serviceaccount, node/KIND, user:NAME, group:NAME or anonymous"

    assert fix_of(known, "xyz") == f"name a person (aiko, chie), {more}"
    without = "names of people are in a declaration: add --stack, or name"
    assert fix_of(review(USER.format("ann")), "xyz") == f"{without} {more}"


def test_of_many_names_the_first_twelve_are_told() -> None:
    names = [f"p{number:02}" for number in range(13)]

    assert f"({', '.join(names[:12])})" in fix_of(review(*names[:12]), "xyz")
    assert f"({', '.join(names[:12])}, …)" in fix_of(review(*names), "xyz")


def test_a_group_alone_is_asked_for_by_somebody_who_is_nobody_else() -> None:
    (asker,) = review().whoami("group:devs")

    assert asker.authentication.source == "asked as group"
    assert asker.authentication.identity is not None
    assert asker.authentication.identity.groups == ("devs", "system:authenticated")


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("ann", ("system:authenticated",)),
        (
            "system:serviceaccount:web:deployer",
            ("system:serviceaccounts", "system:serviceaccounts:web", "system:authenticated"),
        ),
        ("system:node:ip-10-0-0-1", ("system:authenticated",)),
        ("system:anonymous", ("system:unauthenticated",)),
    ],
)
def test_a_user_name_has_the_groups_that_kubectl_as_gives_it(name: str, groups: tuple[str, ...]) -> None:
    (asker,) = review().whoami(f"user:{name}")

    assert asker.authentication.identity is not None
    assert (asker.authentication.identity.username, asker.authentication.identity.groups) == (name, groups)


@pytest.mark.parametrize("arn", [ROLE.format("*"), USER.format("a b"), "arn:aws:iam::1:user/taro"])
def test_an_arn_that_nobody_can_have_is_nobody_whatever_lines_there_are(arn: str) -> None:
    state = AccessState(aws_auth={"mapRoles": f'- {{rolearn: "{arn}", username: dev}}'})

    with pytest.raises(Refused, match="nobody has this ARN"):
        AccessReview(state).whoami(arn)


def test_an_arn_of_another_partition_does_not_come_in() -> None:
    lines = {"mapRoles": "- {rolearn: 'arn:aws:iam::111122223333:role/ops', username: ops, groups: [system:masters]}"}
    abroad = AccessReview(AccessState(arn="arn:aws-cn:eks:cn-north-1:111122223333:cluster/c", aws_auth=lines))

    (asker,) = abroad.whoami(ROLE.format("ops"))

    assert asker.authentication.identity is None
    assert asker.authentication.refusal == "nobody of partition aws gets to a cluster of aws-cn"


def test_nobody_is_sent_to_somebody_who_does_not_come_in_either() -> None:
    lines = {"mapRoles": f"- {{rolearn: '{ROLE.format('eng/ops')}', username: ops}}"}
    way = Way(
        person=ROLE.format("eng/ops"),
        principal_arn=USER.format("x"),
        session="",
        via="direct",
        own_arn=ROLE.format("eng/ops"),
    )

    (asker,) = AccessReview(AccessState(aws_auth=lines, ways=(way,))).whoami(ROLE.format("ops"))

    assert [step.where for step in asker.authentication.steps if step.where == "person"] == []
