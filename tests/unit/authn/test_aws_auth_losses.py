"""What is told of an aws-auth that the authenticator takes otherwise than it was meant."""

from __future__ import annotations

import pytest
from eks_access.authn.aws_auth_reading import parse_aws_auth


def test_a_section_s_name_in_other_letters_is_told_beside_the_section_and_one_like_it_only_alone() -> None:
    def told(*keys: str) -> list[str]:
        return [each.said.partition("did you mean ")[2] for each in parse_aws_auth(dict.fromkeys(keys, "")).misspelt]

    assert told("mapRoles", "MAPROLES") == ["mapRoles?"]
    assert told("mapRole") == ["mapRoles?"]
    assert told("mapRoles", "mapRole") == []


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("{role_arn: r, username: u}", "rolearn"),
        ("{rolearn: r, username: u, group: [g]}", "groups"),
        ("{rolearn: r, user: u}", "username"),
    ],
)
def test_a_key_that_looks_like_one_that_is_missing_is_told(line: str, meant: str) -> None:
    (told,) = parse_aws_auth({"mapRoles": f"- {line}"}).misspelt

    assert told.index == 0
    assert told.said.endswith(f"did you mean {meant}?")


@pytest.mark.parametrize("line", ["{RoleARN: r, Username: u, GROUPS: []}", "{rolearn: r, username: u, comment: x}"])
def test_other_spellings_and_notes_are_not_taken_for_mistakes(line: str) -> None:
    assert parse_aws_auth({"mapRoles": f"- {line}"}).misspelt == ()


@pytest.mark.parametrize(
    ("value", "kind"),
    [("yes", "a boolean"), ("5", "a number"), ("1.5", "a number"), ("[a]", "a list"), ("{a: b}", "a mapping")],
)
def test_what_is_lost_is_called_by_its_kind(value: str, kind: str) -> None:
    def said(line: str) -> list[str]:
        return [loss.said for loss in parse_aws_auth({"mapRoles": f"- rolearn: r\n  {line}"}).losses]

    assert said(f"username: {value}") == [f"username: {kind} is no text, and ignored"]
    assert said(f"groups: [a, {value}]") == [f"groups[1]: {kind} is no text, and the group is empty"]
    assert said(f"groups: {value}")[:1] == ([] if kind == "a list" else [f"groups: {kind} is no list, and ignored"])
