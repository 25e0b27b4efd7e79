"""YAML in aws-auth as go-yaml v2 sees it, where other readers see something else; asked of v0.7.8 itself."""

from __future__ import annotations

import pytest

from .test_aws_auth_reading import item, lost, roles


def test_anchors_aliases_and_merges() -> None:
    assert roles("- &a {rolearn: r, groups: &g [x]}\n- {<<: *a, rolearn: s}\n- {rolearn: t, groups: *g}") == [
        ("r", "", ("x",)),
        ("s", "", ("x",)),
        ("t", "", ("x",)),
    ]


def test_a_merge_overrides_what_stands_before_it() -> None:
    assert roles("- &a {rolearn: r}\n- rolearn: s\n  <<: *a\n") == [("r", "", ()), ("r", "", ())]


def test_the_first_of_several_merged_mappings_wins() -> None:
    assert roles("- <<: [{rolearn: r}, {rolearn: s, username: u}]") == [("r", "u", ())]


def test_a_merge_needs_a_mapping() -> None:
    assert lost("- rolearn: r\n  <<: 5")
    assert lost("- rolearn: r\n  <<: [a]")


def test_a_later_anchor_of_the_same_name_takes_over() -> None:
    assert roles("- rolearn: &a r\n- rolearn: &a s\n- rolearn: *a") == [("r", "", ()), ("s", "", ()), ("s", "", ())]


def test_an_anchor_that_holds_itself_loses_the_section() -> None:
    assert lost("- &a [*a]")


def test_tabs_are_blanks_except_where_indentation_is_expected() -> None:
    assert item("username:\tu\t# c") == [("r", "u", ())]
    assert item("groups: [a,\tb]") == [("r", "", ("a", "b"))]
    assert lost("-\trolearn: r")


def test_a_key_may_have_1024_characters() -> None:
    assert item(f"{'k' * 1024}: x") == [("r", "", ())]
    assert lost(f"- rolearn: r\n  {'k' * 1025}: x")


def test_a_bracket_that_is_empty_is_no_key() -> None:
    assert lost("- rolearn: r\n  []: x")


def test_a_question_mark_alone_swallows_what_follows() -> None:
    assert lost("- rolearn: r\n  note: [? : x]")
    assert item("note: [? a : x]") == [("r", "", ())]


def test_a_control_character_is_found_as_early_as_its_block_of_512_bytes() -> None:
    assert lost("- rolearn: r\n---\n\x07")
    assert roles("- rolearn: r\n---\n" + "x" * 512 + "\x07") == [("r", "", ())]


def test_a_byte_order_mark_may_stand_at_the_start() -> None:
    assert roles("\ufeff- rolearn: r") == [("r", "", ())]


def test_escapes_are_those_of_yaml_1_1() -> None:
    assert item(r'username: "\x41\u00e9\e"') == [("r", "A\u00e9\x1b", ())]
    assert lost(r'- rolearn: "\/"')


@pytest.mark.parametrize("depth", [3_000, 9_998])
def test_ten_thousand_levels_are_legal(depth: int) -> None:
    assert item(f"note: {'[' * depth}{']' * depth}") == [("r", "", ())]


@pytest.mark.parametrize(
    "text", ["[" * 10_001, "- rolearn: r\n  note: " + "[" * 9_999 + "]" * 9_999, "- " * 10_001 + "x"]
)
def test_deeper_ones_lose_the_section(text: str) -> None:
    assert lost(text)


def test_aliases_that_multiply_lose_the_section() -> None:
    bomb = "- &a0 [x,x,x,x,x,x,x,x,x]\n"
    bomb += "".join(f"- &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    assert lost(bomb) == ["document contains excessive aliasing: the whole section is lost"]
