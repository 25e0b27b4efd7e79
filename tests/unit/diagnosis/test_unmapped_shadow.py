"""Lines that name somebody and don't count are told; whoever is declared is never called unmapped."""

from __future__ import annotations

from dataclasses import replace

from eks_access import compile_plan, state_of_plan
from eks_access.authn.principals import principal_of_arn
from eks_access.declaration import Declaration
from eks_access.diagnosis.unmapped import shadowed, unmapped
from hypothesis import given

from ...plans import TODAY
from ..declarations import declarations
from .test_unmapped import API, BOTH, HOME, SSO, entry, role, state, user, users


def test_an_entry_overrides_the_line_and_the_line_is_named() -> None:
    found = state(BOTH, entry(f"{HOME}:user/aiko"), **users(f"{HOME}:user/aiko"))

    assert [*shadowed(found, user())] == [
        "aws-auth mapUsers[0] (g0) does not count: the access entry overrides it",
    ]
    assert not [*shadowed(replace(found, mode=API), user())]


def test_the_last_of_two_lines_wins_and_the_first_is_named() -> None:
    found = state(BOTH, **users(f"{HOME}:user/aiko", f"{HOME}:user/botan", f"{HOME}:user/aiko"))

    assert [*shadowed(found, user())] == [
        "aws-auth mapUsers[0] (g0) does not count: aws-auth mapUsers[2] stands for the same",
    ]


def test_one_line_or_two_spellings_hide_nothing() -> None:
    assert not [*shadowed(state(BOTH, **users(f"{HOME}:user/aiko")), user())]
    assert not [*shadowed(state(BOTH, **users(f"{HOME}:user/aiko", f"{HOME}:user/Aiko")), user())]
    assert not [*shadowed(state(), user())]


@given(declarations())
def test_whoever_is_declared_is_never_called_unmapped_and_a_stranger_always_is(declaration: Declaration) -> None:
    found = state_of_plan(compile_plan(declaration, today=TODAY))

    for way in found.ways:
        finding = unmapped(found, principal_of_arn(way.principal_arn, session=way.session))
        assert finding.cause in ("entry-of-a-re-created-principal", "not-arrived")
    for stranger in (user("nobody-knows"), role("nobody-knows"), role(SSO.format(1))):
        assert unmapped(found, stranger).cause == "not-mapped"
