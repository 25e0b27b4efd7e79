"""Permission sets of IAM Identity Center, and the roles that it makes of them in an account.

The role of permission set ``Ops`` is called ``AWSReservedSSO_Ops_<16 hexadecimal digits>``. The digits are Identity
Center's choice and change when the permission set is provisioned anew; what maps the old ARN then lets nobody in
(https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..declaration.models import Person
from ..declaration.nodes import render
from ..errors import Problem

SSO_PATH = "/aws-reserved/sso.amazonaws.com/"
"""Where Identity Center puts its roles; nobody else can make roles below /aws-reserved/."""
HOME_OF_BARE_PATHS = "us-east-1"
"""Identity Center's home region where the path names none."""
_ROLE = re.compile(
    rf"arn:[a-z-]+:iam::(?P<account>[0-9]{{12}}):role{re.escape(SSO_PATH)}(?:(?P<region>[a-z0-9-]+)/)?"
    r"AWSReservedSSO_(?P<name>[A-Za-z0-9_+=,.@-]+)_(?P<suffix>[0-9a-f]{16})"
)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SsoRole:
    """What a permission set is in one account."""

    name: str
    suffix: str
    region: str
    arn: str

    @property
    def account(self) -> str:
        """The account that the role is in."""
        return self.arn.split(":")[4]

    @property
    def yaml(self) -> str:
        """The person's value in a declaration; the suffix is quoted, since sixteen digits alone are a number."""
        region = "" if self.region == HOME_OF_BARE_PATHS else f", region: {self.region}"
        return f'{{ssoPermissionSet: {{name: {_scalar(self.name)}, suffix: "{self.suffix}"{region}}}}}'


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredSet:
    """A permission set as somebody wrote it down."""

    person: str
    name: str
    suffix: str
    region: str

    @property
    def path(self) -> str:
        """Where it is in the declaration."""
        return render(("people", self.person, "ssoPermissionSet"))


def parse_sso_role(arn: str) -> SsoRole | None:
    """Read a role's ARN; None for a role that is not Identity Center's."""
    match = _ROLE.fullmatch(arn)
    if match is None:
        return None
    return SsoRole(
        name=match["name"], suffix=match["suffix"], region=match["region"] or HOME_OF_BARE_PATHS, arn=match.string
    )


def find_sso_roles(arns: Iterable[str]) -> dict[str, tuple[SsoRole, ...]]:
    """Group the roles of Identity Center among `arns` by permission set, in a fixed order."""
    found: dict[str, set[SsoRole]] = {}
    for arn in arns:
        if role := parse_sso_role(arn):
            found.setdefault(role.name, set()).add(role)
    return {name: tuple(sorted(found[name])) for name in sorted(found)}


def declared_sets(people: Mapping[str, Person]) -> tuple[DeclaredSet, ...]:
    """List the permission sets that people of a declaration enter with."""
    return tuple(
        DeclaredSet(
            person=name,
            name=sso.name,
            suffix=sso.suffix,
            region=sso.region or HOME_OF_BARE_PATHS,
        )
        for name, person in sorted(people.items())
        if (sso := person.sso_permission_set)
    )


def rotated(declared: Iterable[DeclaredSet], found: Mapping[str, tuple[SsoRole, ...]]) -> list[Problem]:
    """Compare what is declared with the roles that are in the account; say what to write where they differ."""
    return [problem for each in declared for problem in _compare(each, found)]


def unmatched(name: str, found: Mapping[str, tuple[SsoRole, ...]], path: str = "") -> list[Problem]:
    """Say why a permission set's name does not lead to exactly one role; nothing when it does."""
    roles = found.get(name, ())
    if len(roles) == 1:
        return []
    if roles:
        return [
            Problem(
                path=path,
                value=", ".join(role.arn for role in roles),
                rule=f"the account has {len(roles)} roles of permission set `{name}`",
                fix="find out in Identity Center which one is live; the others are left from an earlier instance",
            )
        ]
    near = difflib.get_close_matches(name, found, n=1)
    fix = f"did you mean `{near[0]}`?" if near else "assign it to the account in Identity Center, which makes its role"
    return [Problem(path=path, value=name, rule=f"permission set `{name}` is not provisioned in this account", fix=fix)]


def _compare(declared: DeclaredSet, found: Mapping[str, tuple[SsoRole, ...]]) -> list[Problem]:
    roles = found.get(declared.name, ())
    if any((role.suffix, role.region) == (declared.suffix, declared.region) for role in roles):
        return []
    if len(roles) != 1:
        return unmatched(declared.name, found, f"{declared.path}.name")
    (role,) = roles
    if role.suffix != declared.suffix:
        return [
            Problem(
                path=f"{declared.path}.suffix",
                value=declared.suffix,
                rule=f"rotated: the declaration says suffix {declared.suffix}, the account has {role.suffix}; "
                f"{declared.person} cannot enter",
                fix=f'write `suffix: "{role.suffix}"`',
            )
        ]
    return [
        Problem(
            path=f"{declared.path}.region",
            value=declared.region,
            rule=f"the role's path names Identity Center's home region, which is {role.region}; "
            f"{declared.person} cannot enter by access entry",
            fix="leave `region` out" if role.region == HOME_OF_BARE_PATHS else f"write `region: {role.region}`",
        )
    ]


def _scalar(text: str) -> str:
    """Quote what YAML would not read as this text."""
    return text if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", text) and text.lower() not in _WORDS else f'"{text}"'


_WORDS = ("null", "true", "false", "yes", "no", "on", "off", "y", "n")
