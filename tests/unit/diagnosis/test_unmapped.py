"""Whoever is Unauthorized in a cluster that runs is told which line or entry is to blame, and why it lets nobody in."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from eks_access.authn.access_entries import AccessEntry
from eks_access.authn.model import Principal
from eks_access.authn.principals import principal_of_arn
from eks_access.declaration.kinds import AuthenticationMode
from eks_access.diagnosis.model import Wall
from eks_access.diagnosis.unmapped import unmapped
from eks_access.plan.model import EntryType
from eks_access.review.state import AccessState

HOME, AWAY = "arn:aws:iam::111122223333", "arn:aws:iam::999999999999"
CONFIG_MAP, BOTH, API = AuthenticationMode
SSO, SSO_PATH = "AWSReservedSSO_Ops_{:016x}", "aws-reserved/sso.amazonaws.com"


def role(name: str = "ops", path: str | None = None) -> Principal:
    """A session; the role's path is known where one is given."""
    found = principal_of_arn(f"arn:aws:sts::111122223333:assumed-role/{name}/me", unique_id="AROAME")
    return found if path is None else replace(found, iam_arn=f"{HOME}:role{path}{name}")


def user(name: str = "aiko") -> Principal:
    return principal_of_arn(f"{HOME}:user/{name}", unique_id="AIDAME")


def roles(*arns: str, username: str = "me") -> dict[str, str]:
    return {"mapRoles": yaml.safe_dump([{"rolearn": arn, "username": username, "groups": ["ants"]} for arn in arns])}


def users(*arns: str) -> dict[str, str]:
    lines = [{"userarn": arn, "username": f"u{i}", "groups": [f"g{i}"]} for i, arn in enumerate(arns)]
    return {"mapUsers": yaml.safe_dump(lines)}


def entry(arn: str, type: EntryType = EntryType.STANDARD) -> AccessEntry:
    return AccessEntry(key=arn, principal_arn=arn, type=type, username=None, groups=(), policies=())


def state(mode: AuthenticationMode = BOTH, *entries: AccessEntry, **aws_auth: str) -> AccessState:
    return AccessState(name="prod", mode=mode, entries=entries, aws_auth=aws_auth)


NODE = "system:node:{{EC2PrivateDNSName}}"
BROKEN = f"- rolearn: {HOME}:role/ops\n   username: me\n"
CASES = {
    "an entry of a user who was made again": (
        state(BOTH, entry(f"{HOME}:user/aiko")),
        user(),
        "entry-of-a-re-created-principal",
        f"{HOME}:user/aiko",
    ),
    "a line for nodes": (
        state(BOTH, **roles(f"{HOME}:role/ops", username=NODE)),
        role(),
        "template",
        "aws-auth mapRoles[0]",
    ),
    "an entry for nodes": (
        state(API, entry(f"{HOME}:role/ops", EntryType.EC2_LINUX)),
        role(),
        "template",
        "access entry",
    ),
    "a line with the role's path": (
        state(BOTH, **roles(f"{HOME}:role/other", f"{HOME}:role/teams/ops")),
        role(),
        "path-in-role-arn",
        f"aws-auth mapRoles[1] has {HOME}:role/teams/ops",
    ),
    "a line with a session": (
        state(BOTH, **roles("arn:aws:sts::111122223333:assumed-role/ops/me")),
        role(),
        "session-in-aws-auth",
        "aws-auth mapRoles[0] has an assumed-role ARN, which never matches",
    ),
    "a line with an instance profile": (
        state(BOTH, **roles(f"{HOME}:instance-profile/ops")),
        role(),
        "session-in-aws-auth",
        "aws-auth mapRoles[0] has an instance-profile ARN, which never matches",
    ),
    "a line with an instance profile in a path": (
        state(BOTH, **roles(f"{HOME}:instance-profile/teams/ops")),
        role(),
        "session-in-aws-auth",
        f"{HOME}:instance-profile/teams/ops",
    ),
    "a section that is no YAML": (
        state(BOTH, mapRoles=BROKEN),
        role(),
        "broken-aws-auth",
        f"aws-auth mapRoles names {HOME}:role/ops",
    ),
    "an item that is dropped": (
        state(BOTH, mapRoles=yaml.safe_dump([{"rolearn": f"{HOME}:role/ops", "sso": {"permissionSetName": "x"}}])),
        role(),
        "broken-aws-auth",
        f"aws-auth mapRoles[0] names {HOME}:role/ops",
    ),
    "an item whose key is misspelt": (
        state(BOTH, mapRoles=yaml.safe_dump([{"role_arn": f"{HOME}:role/ops", "group": "ants"}])),
        role(),
        "broken-aws-auth",
        "nobody reads the key role_arn; did you mean rolearn?",
    ),
    "a section whose key is misspelt": (
        state(BOTH, maproles=roles(f"{HOME}:role/ops")["mapRoles"]),
        role(),
        "broken-aws-auth",
        f"aws-auth maproles names {HOME}:role/ops",
    ),
    "a line that is commented out, beside another with a misspelt key": (
        state(BOTH, mapRoles=f"# - rolearn: {HOME}:role/ops\n- rolearn: {HOME}:role/other\n  group: ants\n"),
        role(),
        "not-mapped",
        "no access entry and no line of aws-auth names it",
    ),
    "a line with a blank behind its ARN": (
        state(BOTH, **roles(f"{HOME}:role/ops ")),
        role(),
        "blanks-in-aws-auth",
        "aws-auth mapRoles[0] has blanks or a line end around",
    ),
    "a line for the account's root": (
        state(BOTH, **users(f"{HOME}:root")),
        user(),
        "root-in-aws-auth",
        "which is that one user and no one else",
    ),
    "a line for another account's root": (
        state(BOTH, **users(f"{AWAY}:root")),
        user(),
        "not-mapped",
        "no access entry and no line of aws-auth names it",
    ),
    "a line that mode API does not ask": (
        state(API, **users(f"{HOME}:user/aiko")),
        user(),
        "ignored-by-the-mode",
        "in mode API",
    ),
    "a line of a permission set's old role": (
        state(BOTH, **roles(f"{HOME}:role/{SSO.format(1)}")),
        role(SSO.format(2)),
        "rotated-permission-set",
        SSO.format(1),
    ),
    "an entry of a permission set's old role": (
        state(API, entry(f"{HOME}:role/{SSO_PATH}/{SSO.format(1)}")),
        role(SSO.format(2)),
        "rotated-permission-set",
        SSO.format(1),
    ),
    "a line of the user in another path": (
        state(BOTH, **users(f"{HOME}:user/dev/aiko")),
        user(),
        "another-path",
        f"{HOME}:user/dev/aiko",
    ),
    "an entry of the role in another path": (
        state(API, entry(f"{HOME}:role/teams/ops")),
        role(path="/"),
        "another-path",
        f"{HOME}:role/teams/ops",
    ),
    "an entry of the role without its path": (
        state(API, entry(f"{HOME}:role/ops")),
        role(path="/teams/"),
        "another-path",
        f"this is {HOME}:role/teams/ops",
    ),
    "a line of another account": (
        state(BOTH, **roles(f"{AWAY}:role/ops")),
        role(),
        "another-account",
        f"{AWAY}:role/ops",
    ),
    "two spellings of one user": (
        state(BOTH, **users(f"{HOME}:user/Aiko", f"{HOME}:user/aiko")),
        user(),
        "shadowed-by-a-duplicate",
        f"{HOME}:user/aiko",
    ),
    "a line that lets them in": (
        state(BOTH, **users(f"{HOME}:user/aiko")),
        user(),
        "not-arrived",
        "aws-auth mapUsers[0]",
    ),
    "nothing, in mode CONFIG_MAP": (state(CONFIG_MAP), user(), "not-mapped", "no line of aws-auth names it"),
    "nothing, in both": (state(BOTH), user(), "not-mapped", "no access entry and no line of aws-auth names it"),
    "nothing, in mode API": (state(API), user(), "not-mapped", ": no access entry names it"),
}


@pytest.mark.parametrize(("found", "who", "cause", "said"), CASES.values(), ids=CASES)
def test_the_cause_is_told_with_the_line_that_it_lies_in(
    found: AccessState, who: Principal, cause: str, said: str
) -> None:
    finding = unmapped(found, who)

    assert (finding.wall, finding.cause) == (Wall.MAPPING, cause)
    assert said in finding.said
    assert finding.evidence
    assert finding.remedies[0].say


@pytest.mark.parametrize(
    ("found", "who"),
    [
        (state(BOTH, **roles("x:role/ops")), role()),
        (state(BOTH, **roles("role/ops", ":role/")), role()),
        (state(BOTH, **roles(SSO.format(1))), role(SSO.format(2))),
        (state(BOTH, **users("x:user/aiko", "aiko", ":::::")), user()),
    ],
)
def test_what_is_no_arn_at_all_is_nobodys(found: AccessState, who: Principal) -> None:
    assert unmapped(found, who).cause == "not-mapped"


def test_a_longer_name_in_a_broken_section_is_somebody_else() -> None:
    assert unmapped(state(BOTH, mapRoles=BROKEN.replace("ops", "ops-admin")), role()).cause == "not-mapped"


@pytest.mark.parametrize(
    "found",
    [
        state(API, **roles(f"{HOME}:role/{SSO.format(1)}")),
        state(CONFIG_MAP, entry(f"{HOME}:role/{SSO_PATH}/{SSO.format(1)}")),
    ],
)
def test_an_old_suffix_where_nobody_looks_is_not_the_cause(found: AccessState) -> None:
    assert unmapped(found, role(SSO.format(2))).cause == "not-mapped"


def test_the_same_suffix_in_another_path_was_not_rotated() -> None:
    found = state(API, entry(f"{HOME}:role/{SSO.format(1)}"))

    assert unmapped(found, role(SSO.format(1), f"/{SSO_PATH}/")).cause == "another-path"


@pytest.mark.parametrize("arn", [f"{HOME}:root", "arn:aws:sts::111122223333:federated-user/aiko"])
def test_who_is_neither_user_nor_role_has_no_namesake(arn: str) -> None:
    assert unmapped(state(BOTH, **users(f"{HOME}:user/dev/aiko")), principal_of_arn(arn)).cause == "not-mapped"
