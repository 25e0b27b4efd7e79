"""What aws-iam-authenticator makes of an aws-auth ConfigMap; every case was asked of v0.7.8 itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eks_access.authn.aws_auth_reading import AwsAuth, AwsAuthMapper, MappingLine, parse_aws_auth

ROLE = "arn:aws:iam::111122223333:role/Ops"


def roles(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(line.arn, line.username, line.groups) for line in parse_aws_auth({"mapRoles": text}).roles]


def lost(text: str, section: str = "mapRoles") -> list[str]:
    """What is said about a section that is lost as a whole, next to one that isn't."""
    other = "mapUsers" if section == "mapRoles" else "mapRoles"
    field = "userarn" if other == "mapUsers" else "rolearn"
    parsed = parse_aws_auth({section: text, other: f"- {field}: kept"})
    assert [line.arn for line in parsed.roles + parsed.users] == ["kept"]
    assert not parsed.accounts
    return [loss.said for loss in parsed.losses if loss.index is None]


def item(fields: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return roles(f"- rolearn: r\n  {fields}\n")


def find(text: str, arn: str, section: str = "mapRoles") -> tuple[MappingLine, ...]:
    return AwsAuthMapper(parse_aws_auth({section: text})).find(arn)


# sections


@pytest.mark.parametrize(
    "text", ["", " \n", "``", '""', "''", "\u00a0 \u2003", "null", "~", "# only a comment\n", "---\n", "[]"]
)
def test_an_empty_section_is_no_error(text: str) -> None:
    assert parse_aws_auth({"mapRoles": text, "mapUsers": text, "mapAccounts": text}) == AwsAuth()


def test_section_names_are_exact_and_others_are_ignored() -> None:
    read = parse_aws_auth({"maproles": "- rolearn: r", "MapRoles": "[", "x": "["})

    assert replace(read, misspelt=()) == AwsAuth()
    assert [each.section for each in read.misspelt] == ["maproles", "MapRoles"]


@pytest.mark.parametrize(
    "text",
    [
        "- rolearn: r\n username: u\n",
        "- rolearn: r\n\tusername: u\n",
        "- rolearn: r\n  username\n  groups: [a]\n",
        "- rolearn: r\n  groups: [a\n",
        "- rolearn: r: x\n",
        "- rolearn: @r\n",
        "- rolearn: *nowhere\n",
    ],
    ids=["indentation", "tab", "no colon", "open bracket", "two colons", "reserved", "unknown alias"],
)
def test_a_syntax_error_loses_the_whole_section_and_no_other(text: str) -> None:
    assert lost(text)
    assert lost(text.replace("rolearn", "userarn"), "mapUsers")


@pytest.mark.parametrize(
    "text", ["a: b", "text", "5", "yes", "{rolearn: r}", '{"rolearn": "r"}', " \n{", "mapRoles: |\n  - x"]
)
def test_a_section_that_is_no_list_is_lost(text: str) -> None:
    assert lost(text)


@pytest.mark.parametrize("value", [".nan", ".inf", "-.Inf", "[.NaN]", "{a: .inf}"])
def test_not_a_number_and_infinity_lose_the_section_in_whatever_field(value: str) -> None:
    assert lost(f"- rolearn: r\n  note: {value}\n")


@pytest.mark.parametrize("key", ["~", "null", "", "[a]", "{a: b}", "? [a]\n  ", "18446744073709551615"])
def test_a_key_that_json_cannot_have_loses_the_section(key: str) -> None:
    assert lost(f"- rolearn: r\n  {key}: x\n")


@pytest.mark.parametrize("key", ["5", "1.5", "yes", ".nan", "-3", "9223372036854775807"])
def test_a_number_or_boolean_as_key_is_taken_for_its_text(key: str) -> None:
    assert item(f"{key}: x") == [("r", "", ())]


def test_an_unquoted_template_is_a_mapping_as_key_of_a_mapping_and_loses_the_section() -> None:
    assert lost("- rolearn: r\n  username: {{SessionName}}\n")
    assert item('username: "{{SessionName}}"') == [("r", "{{SessionName}}", ())]
    assert item("username: u-{{SessionName}}") == [("r", "u-{{SessionName}}", ())]


def test_only_the_first_document_counts() -> None:
    assert roles("- rolearn: r\n---\n- rolearn: [") == [("r", "", ())]
    assert roles("- rolearn: r\n...\n\tx: [") == [("r", "", ())]


def test_the_version_directive_must_say_1_1() -> None:
    assert roles("%YAML 1.1\n---\n- rolearn: r") == [("r", "", ())]
    assert lost("%YAML 1.2\n---\n- rolearn: r")
    assert lost("%OTHER\n---\n- rolearn: r")


# items


@pytest.mark.parametrize(
    "text", ["- username: u", "- role_arn: r", "- rolearn:", "- ~", "- foo", "- 5", "- []", "- rolearn: ''"]
)
def test_an_item_without_rolearn_is_dropped_alone(text: str) -> None:
    parsed = parse_aws_auth({"mapRoles": f"{text}\n- rolearn: kept\n"})
    assert [(line.index, line.arn) for line in parsed.roles] == [(1, "kept")]
    assert {loss.index for loss in parsed.losses} == {0}


def test_an_item_without_userarn_is_dropped_alone() -> None:
    parsed = parse_aws_auth({"mapUsers": "- rolearn: r\n- userarn: kept\n"})
    assert [(line.index, line.arn) for line in parsed.users] == [(1, "kept")]
    assert [loss.said for loss in parsed.losses] == ["value for userarn must be supplied: dropped"]


@pytest.mark.parametrize("sso", ["foo", "[]", "5", "yes", "{}", "{accountID: '111122223333', permissionSetName: x}"])
def test_sso_beside_rolearn_drops_the_item_whatever_its_type(sso: str) -> None:
    assert item(f"sso: {sso}") == []


def test_a_null_for_sso_is_none() -> None:
    assert item("sso: ~") == [("r", "", ())]


def test_an_item_with_sso_is_accepted_and_matches_nobody() -> None:
    parsed = parse_aws_auth({"mapRoles": "- sso: {accountID: '111122223333', permissionSetName: View}\n  username: u"})
    assert parsed.roles == ()
    assert [loss.said for loss in parsed.losses] == ["sso matches nobody: the feature SSORoleMatch is off"]


@pytest.mark.parametrize(
    ("sso", "said"),
    [
        ("{accountID: 111122223333, permissionSetName: x}", "AccountID ''"),
        ("{accountID: '1', permissionSetName: x}", "AccountID '1'"),
        ("{accountID: '1111222233334', permissionSetName: x}", "AccountID '1111222233334'"),
        ("{accountID: '111122223333', permissionSetName: a b}", "PermissionSetName 'a b'"),
        ("{accountID: '111122223333', permissionSetName: x, partition: mars}", "partition 'mars'"),
    ],
)
def test_a_wrong_sso_is_dropped(sso: str, said: str) -> None:
    losses = parse_aws_auth({"mapRoles": f"- sso: {sso}"}).losses
    assert any(loss.said.startswith(said) and loss.said.endswith("dropped") for loss in losses)


# fields


@pytest.mark.parametrize("value", ["123", "yes", "n", "on", "0o17", "1_000", "0x1F", "1e3", "[a]", "{a: b}", "!!int 5"])
def test_a_user_name_that_is_no_text_is_empty_and_the_item_stays(value: str) -> None:
    parsed = parse_aws_auth({"mapRoles": f"- rolearn: r\n  username: {value}\n  groups: [g]"})
    assert [(line.arn, line.username, line.groups) for line in parsed.roles] == [("r", "", ("g",))]
    assert [loss.index for loss in parsed.losses] == [0]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2001-01-01", "2001-01-01"),
        ("12:30", "12:30"),
        ("1e999", "1e999"),
        ("0b2", "0b2"),
        ("yEs", "yEs"),
        ("nULL", "nULL"),
        ("! 5", "5"),
        ("!foo 5", "5"),
        ("!!str 5", "5"),
        ("!!binary aGk=", "hi"),
        ("!!binary /w==", "\ufffd"),
        ("'5'", "5"),
        ("=", "="),
        ("a:b", "a:b"),
        ("a#b", "a#b"),
        ("a\tb", "a\tb"),
    ],
)
def test_what_stays_text(value: str, text: str) -> None:
    assert item(f"username: {value}") == [("r", text, ())]


@pytest.mark.parametrize("value", ["system:masters", "5", "yes", "{a: b}"])
def test_groups_that_are_no_list_are_none(value: str) -> None:
    assert item(f"groups: {value}") == [("r", "", ())]


@pytest.mark.parametrize("value", ["", "~", "[]"])
def test_groups_may_be_missing(value: str) -> None:
    parsed = parse_aws_auth({"mapRoles": f"- rolearn: r\n  groups: {value}"})
    assert parsed.roles[0].groups == ()
    assert not parsed.losses


def test_a_group_that_is_no_text_is_an_empty_one() -> None:
    assert item("groups: [a, 5, ~, [x]]") == [("r", "", ("a", "", "", ""))]


def test_a_misplaced_item_is_joined_to_the_group_before_it() -> None:
    assert item("groups:\n  - a\n     - b") == [("r", "", ("a - b",))]


def test_field_names_fold_and_only_exact_words_count() -> None:
    assert roles("- RoleARN: r\n  uSERNAME: u\n  gRoUpS: [g]\n  group: [x]\n  user: y") == [("r", "u", ("g",))]
    assert roles("- rolearn: r\n  u\u017fername: u\n  group\u017f: [g]") == [("r", "u", ("g",))]


def test_of_two_spellings_the_last_in_byte_order_wins_and_a_null_changes_nothing() -> None:
    assert roles("- rolearn: low\n  RoleARN: up") == [("low", "", ())]
    assert roles("- rolearn: ~\n  RoleARN: up") == [("up", "", ())]


def test_a_second_spelling_of_groups_leaves_what_it_does_not_set() -> None:
    assert item("GROUPS: [A, B, C, D]\n  groups: [~, 5, q]") == [("r", "", ("A", "B", "q"))]
    assert item("GROUPS: [A, B]\n  Groups: []\n  groups: [~]") == [("r", "", ("",))]
    assert item("GROUPS: [A, B]\n  Groups: ~") == [("r", "", ())]


def test_of_two_equal_keys_the_last_wins() -> None:
    assert item("username: a\n  username: b") == [("r", "b", ())]


# mapAccounts


def test_accounts_are_the_text_as_written() -> None:
    parsed = parse_aws_auth({"mapAccounts": "- 012345678901\n- '5'\n- yes\n- 1_0\n- !!binary aGk=\n"})
    assert parsed == AwsAuth(accounts=("012345678901", "5", "yes", "1_0", "hi"))


def test_a_null_account_admits_the_empty_one() -> None:
    assert parse_aws_auth({"mapAccounts": "- ~\n-\n"}).accounts == ("", "")


def test_accounts_that_are_no_text_are_left_out() -> None:
    parsed = parse_aws_auth({"mapAccounts": "- default: 5\n- [a]\n- '6'\n"})
    assert parsed.accounts == ("6",)
    assert [loss.section for loss in parsed.losses] == ["mapAccounts", "mapAccounts"]


def test_a_failure_half_way_leaves_empty_accounts_behind() -> None:
    parsed = parse_aws_auth({"mapAccounts": "- '5'\n- !!int x\n- '6'\n"})
    assert parsed.accounts == ("5", "", "")
    assert len(parsed.losses) == 1


# who is mapped


def test_letter_case_does_not_count() -> None:
    assert find(f"- rolearn: {ROLE.upper()}", ROLE.lower())
    assert find(f"- userarn: {ROLE}", ROLE.upper(), "mapUsers")


@pytest.mark.parametrize(
    "arn", [ROLE.replace("Ops", "path/Ops"), ROLE.replace("Ops", "*"), "arn:aws:iam::111122223333:root"]
)
def test_paths_wildcards_and_root_match_nobody_else(arn: str) -> None:
    assert not find(f"- rolearn: {arn}", ROLE)


def test_the_type_of_the_arn_does_not_count_and_roles_come_first() -> None:
    both = AwsAuthMapper(
        parse_aws_auth({"mapRoles": "- {rolearn: x, username: role}", "mapUsers": "- {userarn: x, username: user}"})
    )
    assert [line.username for line in both.find("X")] == ["role"]


def test_the_last_of_equal_roles_wins_and_nothing_is_merged() -> None:
    found = find("- {rolearn: R, groups: [system:masters]}\n- {rolearn: r, username: u}", "r")
    assert [(line.index, line.username, line.groups) for line in found] == [(1, "u", ())]


def test_the_last_of_users_spelled_alike_wins() -> None:
    assert [line.index for line in find("- userarn: U\n- userarn: U", "u", "mapUsers")] == [1]


def test_users_spelled_differently_are_left_to_chance() -> None:
    assert [line.index for line in find("- userarn: U\n- userarn: u", "u", "mapUsers")] == [0, 1]


def test_roles_that_fold_alike_but_lower_differently_are_left_to_chance() -> None:
    assert [line.index for line in find("- rolearn: sam\n- rolearn: \u017fam\n- rolearn: Sam", "SAM")] == [1, 2]
    assert [line.index for line in find("- rolearn: k\n- rolearn: \u212a", "k")] == [1]


def test_a_sharp_s_is_not_two() -> None:
    assert not find("- rolearn: stra\u00dfe", "strasse")
    assert find("- rolearn: stra\u1e9ee", "STRA\u00dfE")


def test_accounts_are_exact() -> None:
    mapper = AwsAuthMapper(parse_aws_auth({"mapAccounts": "- 012345678901"}))
    assert mapper.allows_account("012345678901")
    assert not mapper.allows_account("12345678901")


def test_each_of_thousands_of_lines_is_found() -> None:
    lines = tuple(
        MappingLine(section="mapRoles", index=n, arn=f"{ROLE}{n}", username="u", groups=()) for n in range(10_000)
    )
    mapper = AwsAuthMapper(AwsAuth(roles=lines))
    assert all(mapper.find(f"{ROLE}{n}") == (line,) for n, line in enumerate(lines))


def test_one_text_is_parsed_once_however_often_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    monkeypatch.setattr("eks_access.authn.aws_auth_reading.decode", lambda text: parsed.append(text))
    data = {"mapRoles": "- rolearn: once\n", "mapUsers": "- userarn: once\n"}

    assert parse_aws_auth(data) == parse_aws_auth(data) == AwsAuth()
    assert sorted(parsed) == sorted(data.values())
