"""Whose a name of a binding is that no way in has by itself: of a session called so, or of anybody in an account."""

from __future__ import annotations

import json

import pytest
from eks_access.authn.access_entries import AccessEntry
from eks_access.authn.principals import principal_of_arn
from eks_access.authz.model import BindingSubject, RbacObjects, RoleBinding
from eks_access.declaration.kinds import AuthenticationMode
from eks_access.plan.model import EntryType
from eks_access.review.access_review import AccessReview
from eks_access.review.asking import question
from eks_access.review.facts import Facts
from hypothesis import given
from hypothesis import strategies as st

A, ROLE = "arn:aws:iam::111122223333", "arn:aws:iam::111122223333:role/{}"
DNS = "{{EC2PrivateDNSName}}"
NOBODY = "nobody here carries it", "nobody here is mapped to it"
Line = tuple[str, str, tuple[str, ...]]


def review(*lines: Line, bound: dict[str, str], accounts: str = "", entries: tuple[str, ...] = ()) -> AccessReview:
    """Bind names in a cluster with these lines and entries."""
    subjects = tuple(BindingSubject(kind=kind, name=name) for name, kind in bound.items())
    binding = RoleBinding(name="b", role_kind="ClusterRole", role_name="view", subjects=subjects)
    items = [{"rolearn": arn, "username": username, "groups": [*groups]} for arn, username, groups in lines]
    made = [
        AccessEntry(key=arn, principal_arn=arn, type=EntryType.STANDARD, username=None, groups=(), policies=())
        for arn in entries
    ]
    facts = Facts(
        mode=AuthenticationMode.API_AND_CONFIG_MAP,
        aws_auth={"mapRoles": json.dumps(items), "mapAccounts": accounts},
        entries={entry.principal_arn: entry for entry in made},
        objects=RbacObjects(bindings=(binding,)),
    )
    return AccessReview(facts.state())


def remarks(review: AccessReview) -> dict[str, str]:
    """What who-can says of each subject that is nobody's."""
    found = review.who_can(question("list", "pods", all_namespaces=True).request).others
    return {other.subject.name: other.remark for other in found if other.bindings[0].name == "b"}


def test_a_group_with_a_session_s_name_is_carried_by_the_session_that_is_called_so() -> None:
    known = review((ROLE.format("part"), "part", ("ns:{{SessionName}}",)), bound={"ns:alice": "Group", "ns:a": "Group"})

    assert remarks(known) == {
        "ns:alice": f"a session of {ROLE.format('part')} called alice carries it",
        "ns:a": "nobody here carries it",
    }


def test_a_user_name_with_a_session_s_name_is_that_session_s() -> None:
    names = "sso:bob", "arn:aws:sts::111122223333:assumed-role/x/alice-example.com"
    known = review(
        (ROLE.format("y"), "sso:{{SessionName}}", ("a",)),
        bound=dict.fromkeys((*names, "arn:aws:sts::111122223333:assumed-role/x/al@example.com"), "User"),
        entries=(ROLE.format("team/x"),),
    )

    assert [*remarks(known).values()] == [
        "nobody here is mapped to it",
        f"a session of {ROLE.format('team/x')} called alice-example.com is it",
        f"a session of {ROLE.format('y')} called bob is it",
    ]


@pytest.mark.parametrize(
    "lines",
    [
        [(ROLE.format("x"), f"system:node:{DNS}", ("ns:{{SessionName}}",))],  # alice is no instance
        [(ROLE.format("team/x"), "x", ("ns:{{SessionName}}",))],  # no session has its path
        [(ROLE.format("*"), "x", ("ns:{{SessionName}}",))],
        [(ROLE.format("x"), "x", ("ns:{{SessionName}}",)), (ROLE.format("X"), "x", ())],  # the last counts
        [(f"{A}:user/x", "x", ("ns:{{SessionName}}",))],
        [(ROLE.format("entered"), "x", ("ns:{{SessionName}}",))],
    ],
)
def test_nobody_carries_what_no_session_gets(lines: list[Line]) -> None:
    assert remarks(review(*lines, bound={"ns:alice": "Group"}, entries=(ROLE.format("entered"),))) == {
        "ns:alice": NOBODY[0]
    }


def test_who_comes_by_their_account_alone_has_their_arn_for_a_name() -> None:
    names = [f"{A}:user/hanako", f"{A}:role/z", f"{A}:role/p/z", f"{A}:user/*", "arn:aws:iam::444455556666:user/b"]
    known = review((f"{A}:role/z", "z", ()), bound=dict.fromkeys(names, "User"), accounts='["111122223333"]')

    assert {name for name, remark in remarks(known).items() if remark not in NOBODY} == {f"{A}:user/hanako"}
    assert remarks(known)[f"{A}:user/hanako"] == "whoever has this ARN enters by mapAccounts"


TEXTS = st.sampled_from(["a", "{{SessionName}}", "{{SessionNameRaw}}", "{{AccountID}}", ":"])
NAMES = st.lists(TEXTS, min_size=1, max_size=3).map("".join)


@given(
    st.lists(st.tuples(NAMES, st.lists(NAMES, max_size=2).map(tuple)), max_size=3), st.sampled_from(["bob", "a-a@a"])
)
def test_what_a_session_has_is_never_said_to_be_nobody_s(
    mapped: list[tuple[str, tuple[str, ...]]], session: str
) -> None:
    lines = [(ROLE.format(at), *names) for at, names in enumerate(mapped)]
    judge = review(*lines, bound={}).authenticator
    answers = [judge.authenticate(principal_of_arn(arn, session=session)).identity for arn, _, _ in lines]
    bound = {group: "Group" for each in answers if each for group in each.groups}
    bound |= {each.username: "User" for each in answers if each}

    assert not {*remarks(review(*lines, bound=bound)).values()} & {*NOBODY}
