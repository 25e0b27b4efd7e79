"""Who a principal is to the API server, or why it is Unauthorized: modes, entries, aws-auth, one by one."""

from __future__ import annotations

import pytest
from eks_access.authn.access_entries import AccessEntry
from eks_access.authn.authenticating import NOT_MAPPED, RENAMED, Authenticator
from eks_access.authn.model import Authentication
from eks_access.authn.principals import ANONYMOUS_CALLER, principal_of_arn, service_account
from eks_access.declaration.cluster_models import AuthenticationMode as Mode
from eks_access.plan.model import EntryType

A = "arn:aws:iam::111122223333"
INSTANCE = "i-0123456789abcdef0"
ROLES = f"""\
- {{rolearn: {A}:role/ops, username: "ops:{{{{SessionName}}}}", groups: [devs]}}
- {{rolearn: {A}:role/team/pathed, username: pathed}}
- {{rolearn: {A}:role/nodes, username: "system:node:{{{{EC2PrivateDNSName}}}}", groups: [system:nodes]}}
"""
USERS = f"- {{userarn: {A}:user/dev/hanako, username: hanako, groups: [devs]}}\n"


def entry(arn: str, **more: object) -> AccessEntry:
    fields = {"type": EntryType.STANDARD, "username": None, "groups": (), "policies": (), **more}
    return AccessEntry(key=arn, principal_arn=arn, **fields)  # type: ignore[arg-type]


def ask(arn: str, *entries: AccessEntry, mode: Mode = Mode.API_AND_CONFIG_MAP, session: str = "me",
        accounts: str = "", creator: str | None = None) -> Authentication:  # fmt: skip
    data = {"mapRoles": ROLES, "mapUsers": USERS, "mapAccounts": accounts}
    judge = Authenticator(mode, aws_auth=data, entries=entries, creator_arn=creator)
    return judge.authenticate(principal_of_arn(arn, session=session))


def who(answer: Authentication) -> tuple[str, tuple[str, ...]] | str | None:
    return (answer.identity.username, answer.identity.groups) if answer.identity else answer.refusal


def test_aws_auth_maps_a_role_s_session_and_a_user_with_their_path() -> None:
    assert who(ask(f"{A}:role/anywhere/ops")) == ("ops:me", ("devs", "system:authenticated"))
    assert who(ask(f"{A}:user/dev/hanako")) == ("hanako", ("devs", "system:authenticated"))


def test_a_user_without_the_path_and_a_line_of_a_role_with_one_match_nobody() -> None:
    assert who(ask(f"{A}:user/hanako")) == NOT_MAPPED
    assert who(ask(f"{A}:role/team/pathed")) == NOT_MAPPED


def test_an_entry_overrides_aws_auth_and_nothing_is_merged() -> None:
    answer = ask(f"{A}:role/ops", entry(f"{A}:role/ops", username="x:y", groups=("others",)))

    assert who(answer) == ("x:y", ("others", "system:authenticated"))
    assert answer.source == "access entry"


def test_modes_ask_one_of_the_two_or_both() -> None:
    ours = entry(f"{A}:role/new")

    assert who(ask(f"{A}:role/ops", mode=Mode.API)) == NOT_MAPPED
    assert who(ask(f"{A}:role/new", ours, mode=Mode.CONFIG_MAP)) == NOT_MAPPED
    assert ask(f"{A}:role/new", ours, mode=Mode.API).identity is not None


@pytest.mark.parametrize(
    ("arn", "username"),
    [
        (f"{A}:user/dev/yuki", f"{A}:user/dev/yuki"),
        (f"{A}:role/team/ops2", "arn:aws:sts::111122223333:assumed-role/ops2/me"),
    ],
)
def test_an_entry_without_a_user_name_gets_eks_s(arn: str, username: str) -> None:
    assert who(ask(arn, entry(arn))) == (username, ("system:authenticated",))


def test_an_entry_s_identity_carries_the_principal_that_policies_are_bound_to() -> None:
    with_entry = ask(f"{A}:role/team/ops2", entry(f"{A}:role/team/ops2")).identity
    by_line = ask(f"{A}:role/ops").identity

    assert with_entry is not None
    assert by_line is not None
    assert (with_entry.principal_arn, by_line.principal_arn) == (f"{A}:role/team/ops2", None)


def test_entries_match_whatever_the_case_and_not_by_another_path() -> None:
    assert ask(f"{A}:user/Dev/Yuki", entry(f"{A}:user/dev/yuki")).identity is not None
    assert who(ask(f"{A}:role/right/r", entry(f"{A}:role/wrong/r"))) == NOT_MAPPED
    session = "arn:aws:sts::111122223333:assumed-role/r/me"
    assert ask(session, entry(f"{A}:role/right/r")).identity is not None


@pytest.mark.parametrize(
    ("type", "username", "groups"),
    [
        (EntryType.EC2_LINUX, "system:node:ip-10-0-0-1", ("system:nodes",)),
        (EntryType.EC2_WINDOWS, "system:node:ip-10-0-0-1", ("eks:kube-proxy-windows", "system:nodes")),
        (EntryType.FARGATE_LINUX, f"system:node:{INSTANCE}", ("system:nodes",)),
        (EntryType.HYBRID_LINUX, f"system:node:{INSTANCE}", ("system:nodes",)),
        (EntryType.EC2, f"system:node:{INSTANCE}", ("system:nodes",)),
    ],
)
def test_node_entries_give_the_identity_of_their_type(type: EntryType, username: str, groups: tuple[str, ...]) -> None:
    judge = Authenticator(Mode.API, entries=[entry(f"{A}:role/n", type=type)])
    principal = principal_of_arn(f"{A}:role/n", session=INSTANCE, private_dns_name="ip-10-0-0-1")

    assert who(judge.authenticate(principal)) == (username, (*groups, "system:authenticated"))


def test_a_person_who_assumes_a_node_s_role_is_refused_though_it_is_mapped() -> None:
    answer = ask(f"{A}:role/nodes", session="hanako")

    assert answer.refusal == "SessionName did not contain an instance id"
    assert answer.source == "aws-auth mapRoles[2]"


def test_an_account_that_is_mapped_lets_everybody_in_without_groups() -> None:
    answer = ask(f"{A}:role/other/Stranger", accounts="- '111122223333'")

    assert who(answer) == (f"{A}:role/Stranger", ("system:authenticated",))
    assert answer.source == "aws-auth mapAccounts"


def test_two_spellings_of_a_user_s_arn_are_chance() -> None:
    lines = f"- {{userarn: {A}:user/Ann, username: a}}\n- {{userarn: {A}:user/ann, username: b}}\n"
    judge = Authenticator(Mode.CONFIG_MAP, aws_auth={"mapUsers": lines})
    answer = judge.authenticate(principal_of_arn(f"{A}:user/ann"))

    assert answer.ambiguous
    assert {each.username for each in answer.alternatives} == {"a", "b"}
    assert answer.steps[-1].said == "two spellings of one ARN: which line counts is chance"


def test_the_hidden_creator_is_a_master_in_config_map_only() -> None:
    creator = f"{A}:role/ci/deployer"

    hidden = ask(creator, mode=Mode.CONFIG_MAP, creator=creator)
    assert who(hidden) == ("kubernetes-admin", ("system:masters", "system:authenticated"))
    assert who(ask(creator, creator=creator)) == NOT_MAPPED


def test_root_with_an_entry_is_let_in_by_nothing() -> None:
    assert who(ask(f"{A}:root", entry(f"{A}:root"), mode=Mode.API)) == NOT_MAPPED


def test_a_broken_section_is_told_to_whom_it_locks_out() -> None:
    judge = Authenticator(Mode.CONFIG_MAP, aws_auth={"mapRoles": "- rolearn: [", "mapUsers": USERS})

    assert judge.authenticate(principal_of_arn(f"{A}:user/dev/hanako")).identity is not None
    steps = judge.authenticate(principal_of_arn(f"{A}:role/ops")).steps
    assert any("mapRoles" in step.where for step in steps)


def test_a_group_that_says_unauthenticated_takes_authenticated_away() -> None:
    lines = f"- {{userarn: {A}:user/x, username: x, groups: [system:unauthenticated]}}"
    judge = Authenticator(Mode.CONFIG_MAP, aws_auth={"mapUsers": lines})

    assert who(judge.authenticate(principal_of_arn(f"{A}:user/x"))) == ("x", ("system:unauthenticated",))


def test_service_accounts_and_who_has_no_credentials() -> None:
    judge = Authenticator(Mode.API)
    groups = ("system:serviceaccounts", "system:serviceaccounts:a", "system:authenticated")

    assert who(judge.authenticate(service_account("a", "b"))) == ("system:serviceaccount:a:b", groups)
    assert who(judge.authenticate(ANONYMOUS_CALLER)) == ("system:anonymous", ("system:unauthenticated",))


def test_chance_may_also_decide_between_being_let_in_and_being_refused() -> None:
    node = "'{{EC2PrivateDNSName}}'"
    lines = f"- {{userarn: {A}:user/Ann, username: a}}\n- {{userarn: {A}:user/ann, username: {node}}}\n"
    answer = Authenticator(Mode.CONFIG_MAP, aws_auth={"mapUsers": lines}).authenticate(
        principal_of_arn(f"{A}:user/ann")
    )

    assert answer.ambiguous
    assert [each.username for each in answer.alternatives] == ["a"]
    assert answer.refusal == "SessionName did not contain an instance id"


def test_an_instance_that_ec2_does_not_know_is_refused_and_one_nobody_asked_about_is_not() -> None:
    judge = Authenticator(Mode.CONFIG_MAP, aws_auth={"mapRoles": ROLES})

    def node(name: str | None) -> Authentication:
        return judge.authenticate(principal_of_arn(f"{A}:role/nodes", session=INSTANCE, private_dns_name=name))

    assert who(node("")) == f"failed to find node {INSTANCE}"
    assert who(node(None)) == (
        f"system:node:[private DNS name of {INSTANCE}]",
        ("system:nodes", "system:authenticated"),
    )


def by_id(unique_id: str, *, arn: str = f"{A}:role/ops", mode: Mode = Mode.API_AND_CONFIG_MAP) -> Authentication:
    """Ask for a principal with its unique id; the entry of ``role/ops`` was made for AROAFIRST."""
    ours = entry(f"{A}:role/ops", username="by-entry")
    judge = Authenticator(mode, aws_auth={"mapRoles": ROLES}, entries=[ours], made_for={f"{A}:role/ops": "AROAFIRST"})
    return judge.authenticate(principal_of_arn(arn, session="me", unique_id=unique_id))


def test_an_entry_is_dead_once_its_principal_was_made_anew() -> None:
    assert who(by_id("AROAFIRST")) == ("by-entry", ("system:authenticated",))
    assert who(by_id("")) == ("by-entry", ("system:authenticated",))
    assert who(by_id("AROASECOND")) == ("ops:me", ("devs", "system:authenticated"))
    assert who(by_id("AROASECOND", mode=Mode.API)) == NOT_MAPPED
    assert who(by_id("AROAFIRST", arn=f"{A}:role/OPS")) == ("by-entry", ("system:authenticated",))


def test_an_entry_made_for_a_principal_under_another_name_lets_in_by_aws_auth_at_most() -> None:
    assert who(by_id("AROAFIRST", arn=f"{A}:role/renamed")) == RENAMED
    assert by_id("AROAFIRST", arn=f"{A}:role/nodes").source == "aws-auth mapRoles[2]"


@pytest.mark.parametrize(
    ("arn", "mode", "said"),
    [
        (
            f"{A}:role/team/new",
            Mode.API,
            [
                ("access entries", f"none names {A}:role/team/new"),
                ("aws-auth", "not asked in mode API"),
            ],
        ),
        (
            f"{A}:role/team/new",
            Mode.CONFIG_MAP,
            [
                ("access entries", "not asked in mode CONFIG_MAP"),
                ("aws-auth", f"no line names {A}:role/new"),
            ],
        ),
        (f"{A}:role/ops", Mode.API_AND_CONFIG_MAP, [("access entry", f"{A}:role/ops, type STANDARD")]),
        (
            f"{A}:role/ops",
            Mode.CONFIG_MAP,
            [
                ("access entries", "not asked in mode CONFIG_MAP"),
                ("aws-auth", f"aws-auth mapRoles[0]: {A}:role/ops"),
            ],
        ),
    ],
)
def test_each_place_that_was_asked_is_told_with_what_it_said(arn: str, mode: Mode, said: list[tuple[str, str]]) -> None:
    assert [(step.where, step.said) for step in by_id("", arn=arn, mode=mode).steps] == said


def test_an_entry_that_is_dead_or_another_s_is_told_with_the_ids() -> None:
    made_anew, renamed = by_id("AROASECOND").steps[0], by_id("AROAFIRST", arn=f"{A}:role/renamed").steps[0]

    assert made_anew.said == f"{A}:role/ops was made for AROAFIRST, which is gone: this is AROASECOND"
    assert renamed.said == f"{A}:role/ops was made for AROAFIRST under another name"


def test_each_of_thousands_of_entries_answers() -> None:
    entries = [entry(f"{A}:role/path/r{n}") for n in range(3000)]
    judge = Authenticator(Mode.API, entries=entries)

    assert all(judge.authenticate(principal_of_arn(each.principal_arn)).identity for each in entries)


def test_a_line_with_another_path_is_another_s() -> None:
    lines = "- {rolearn: 'arn:aws:iam::111122223333:role/ci/deployer', username: d}"
    users = "- {userarn: 'arn:aws:iam::111122223333:user/aiko', username: a}"
    asked = Authenticator(Mode.CONFIG_MAP, aws_auth={"mapRoles": lines, "mapUsers": users})

    role = asked.authenticate_arn("arn:aws:iam::111122223333:role/ci/deployer", session="me")
    user = asked.authenticate_arn("arn:aws:iam::111122223333:user/dev/aiko")

    assert (role.refusal, user.refusal) == (NOT_MAPPED, NOT_MAPPED)
