"""What is left to a person of a section that the authenticator loses."""

from __future__ import annotations

import pytest
import yaml
from eks_access.authn.aws_auth_reading import parse_aws_auth
from eks_access.authn.salvage import salvage
from hypothesis import given
from hypothesis import strategies as st

A, B, C = (f"arn:aws:iam::111122223333:role/{name}" for name in "abc")
SOUND = f"""\
- rolearn: {A}
  username: first
  groups:
  - readers
  - writers
- groups: [builders]
  rolearn: {B}
  username: "second:{{{{SessionName}}}}"
- rolearn: {C}
  username: third
"""
FIRST, SECOND, THIRD = (
    (A, "first", ("readers", "writers")),
    (B, "second:{{SessionName}}", ("builders",)),
    (C, "third", ()),
)


def found(text: str, section: str = "mapRoles") -> tuple[list[tuple[str, str, tuple[str, ...]]], list[str]]:
    """What can be read, and what can't."""
    lines, unreadable = salvage(text, section)
    return [(line.arn, line.username, line.groups) for line in lines], [part.text for part in unreadable]


def test_a_sound_section_is_read_as_the_authenticator_does() -> None:
    assert found(SOUND) == ([FIRST, SECOND, THIRD], [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  username: first", "\tusername: first"),
        ("  username: first", "   username: first"),
        ("  username: first", " username: first"),
        ("- rolearn: " + C, "  - rolearn: " + C),
        ("- rolearn: " + C, "\t- rolearn: " + C),
        ("  - readers", "\t- readers"),
        ('"second:{{SessionName}}"', "second:{{SessionName}}\n  stray: {"),
    ],
)
def test_a_slip_of_the_indentation_loses_nothing_that_a_person_can_read(old: str, new: str) -> None:
    text = SOUND.replace(old, new)
    assert parse_aws_auth({"mapRoles": text}).roles == (), "the authenticator must lose this one"
    lines, unreadable = found(text)
    if "stray" in new:
        assert (lines, unreadable) == (
            [FIRST, THIRD],
            [f"- groups: [builders]\n  rolearn: {B}\n  username: second:{{{{SessionName}}}}\n  stray: {{"],
        )
    else:
        assert (lines, unreadable) == ([FIRST, SECOND, THIRD], [])


def test_an_unquoted_template_is_quoted() -> None:
    assert found(SOUND.replace("username: third", "username: {{SessionName}}"))[0][2] == (C, "{{SessionName}}", ())


def test_what_can_t_be_read_is_handed_back_as_it_is_written() -> None:
    broken = SOUND.replace("username: first", "username first")
    assert found(broken) == (
        [SECOND, THIRD],
        [f"- rolearn: {A}\n  username first\n  groups:\n  - readers\n  - writers"],
    )


def test_the_marks_of_a_merge_conflict_cost_no_line() -> None:
    conflict = f"<<<<<<< ours\n{SOUND}=======\n>>>>>>> theirs\n"
    assert found(conflict) == ([FIRST, SECOND, THIRD], ["<<<<<<< ours", "=======\n>>>>>>> theirs"])


def test_a_section_pasted_with_its_name_is_read() -> None:
    pasted = "mapRoles: |\n" + "".join(f"  {line}\n" for line in SOUND.splitlines())
    assert found(pasted) == ([FIRST, SECOND, THIRD], ["mapRoles: |"])


def test_an_item_that_the_authenticator_drops_is_unreadable_in_a_sound_section_too() -> None:
    assert found(SOUND.replace(f"rolearn: {C}", f"role_arn: {C}")) == (
        [FIRST, SECOND],
        [f"- role_arn: {C}\n  username: third"],
    )


def test_a_field_given_twice_in_a_broken_item_is_not_decided() -> None:
    twice = f"- rolearn: {A}\n\trolearn: {B}\n  username: x\n"
    assert found(twice) == ([], [twice.rstrip()])


def test_what_stands_behind_the_end_of_the_document_is_handed_back() -> None:
    text = f"  - rolearn: {A}\n    username: first\n- rolearn: {B}\n  username: second\n"
    assert [line.arn for line in parse_aws_auth({"mapRoles": text}).roles] == [A], "the authenticator stops there"
    assert found(text) == ([(A, "first", ())], [f"- rolearn: {B}\n  username: second"])


def test_items_that_share_a_line_are_told_one_by_one_in_their_order() -> None:
    read = salvage("[{username: a}, {rolearn: x}, {rolearn: r, sso: {}}, {username: b}]")

    assert [line.arn for line in read.lines] == ["x"]
    assert [(part.line, part.text) for part in read.unreadable] == [
        (1, "item 1: one of rolearn or SSO must be supplied: dropped"),
        (1, "item 3: only one of rolearn or SSO can be supplied: dropped"),
        (1, "item 4: one of rolearn or SSO must be supplied: dropped"),
    ]


def test_users_are_read_by_their_own_field() -> None:
    text = SOUND.replace("rolearn", "userarn").replace("  username: first", "\tusername: first")
    assert found(text, "mapUsers") == ([FIRST, SECOND, THIRD], [])


_names = st.text(st.sampled_from("abcxyz-:."), min_size=1, max_size=8).map(lambda name: f"v{name}v")
_items = st.lists(st.tuples(_names, _names, st.lists(_names, max_size=3).map(tuple)), min_size=1, max_size=6)


@given(_items, st.data())
def test_an_item_broken_on_purpose_costs_no_other(
    items: list[tuple[str, str, tuple[str, ...]]], data: st.DataObject
) -> None:
    written = [
        yaml.safe_dump([{"rolearn": arn, "username": name, "groups": list(groups)}], sort_keys=False)
        for arn, name, groups in items
    ]
    at = data.draw(st.integers(0, len(items) - 1))
    written[at] = written[at].replace("username:", "username", 1)
    lines, unreadable = found("".join(written))
    assert lines == [item for index, item in enumerate(items) if index != at]
    assert unreadable == [written[at].rstrip()]


@given(_items, st.data())
def test_indentation_put_out_of_order_changes_no_value(
    items: list[tuple[str, str, tuple[str, ...]]], data: st.DataObject
) -> None:
    text = yaml.safe_dump(
        [{"rolearn": arn, "username": name, "groups": list(groups)} for arn, name, groups in items], sort_keys=False
    )
    gaps = st.sampled_from(["", " ", "  ", "    ", "\t", " \t"])
    moved = "".join(data.draw(gaps) + line.lstrip() + "\n" for line in text.splitlines())
    broken = moved + "\tstray\n"  # whatever the gaps came to be: the section is lost
    lines, unreadable = found(broken)
    if parse_aws_auth({"mapRoles": broken}).roles:
        # a line further left than the list ends the document: what follows lets nobody in, and is handed back
        rest = " ".join(unreadable)
        assert all(item in lines or (item[0] in rest and item[1] in rest) for item in items)
    else:
        assert lines in (items, items[:-1])


@given(st.text(st.sampled_from("-:{}[]\"'&*!|>#%\t\n ,rolearnusergop\r\x00\x85?"), max_size=80))
def test_nothing_written_there_is_too_much(text: str) -> None:
    lines, unreadable = salvage(text)
    assert all(line.arn for line in lines)
    assert all(
        part.text in text.replace("\r\n", "\n").replace("\r", "\n") or "item" in part.text for part in unreadable
    )
