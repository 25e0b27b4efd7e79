"""People, teams and admins: who is meant, each once, and able to do what is asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ...iam.arns import identity, permission_set_of
from ...iam.principal_arns import ODD_SSO_ROLE, arn_fault
from ..models import Declaration, Person
from ..nodes import Location
from .finding import Finding, Known, duplicates, unknown

ADMINS, MFA, TWICE, CASE = "EA107", "EA104", "EA302", "EA703"
"""Ids of the checks that these rules are."""


def people_findings(declaration: Declaration, known: Known) -> Iterator[Finding]:
    """Check every place that names people."""
    yield from _same_but_case(declaration)
    yield from _same_principal(declaration)
    for name, person in declaration.people.items():
        if person.iam_role is not None:
            yield from _role_arn(person.iam_role, declaration, ("people", name, "iamRole"))
    for team, content in declaration.teams.items():
        at: Location = ("teams", team, "members")
        yield from _members(content.members, known, at)
        if content.assume_role is not None and content.assume_role.mfa:
            yield from _mfa(content.members, declaration.people, at, "assumeRole.mfa")
    yield from _admins(declaration, known)


def _admins(declaration: Declaration, known: Known) -> Iterator[Finding]:
    admins = declaration.admins
    for index, team in enumerate(admins.teams):
        yield from unknown("team", team, known.teams, ("admins", "teams", index), ADMINS)
    yield from duplicates(admins.teams, ("admins", "teams"))
    yield from _members(admins.people, known, ("admins", "people"), ADMINS)
    if admins.break_glass is not None:
        at: Location = ("admins", "breakGlass", "trustedBy")
        yield from _members(admins.break_glass.trusted_by, known, at, ADMINS)
        if admins.break_glass.mfa:
            yield from _mfa(admins.break_glass.trusted_by, declaration.people, at, "breakGlass.mfa")


def _members(people: Sequence[str], known: Known, at: Location, check: str | None = None) -> Iterator[Finding]:
    for index, person in enumerate(people):
        yield from unknown("person", person, known.people, (*at, index), check)
    yield from duplicates(people, at)


def _mfa(members: Sequence[str], people: Mapping[str, Person], at: Location, option: str) -> Iterator[Finding]:
    """Refuse members who could never meet the condition: they would be locked out by it."""
    for index, member in enumerate(members):
        person = people.get(member)
        if person is None or person.iam_user is not None:
            continue
        kind = "an SSO permission set" if person.sso_permission_set is not None else "an IAM role"
        yield Finding(
            at=(*at, index),
            value=member,
            rule=f"{option} wants IAM users: {member} is {kind}, whose sessions never have aws:MultiFactorAuthPresent",
            fix="write `mfa: false` and ask for MFA where they sign in, or name IAM users only",
            check=MFA,
        )


def _same_but_case(declaration: Declaration) -> Iterator[Finding]:
    sections: dict[str, Iterable[str]] = {
        "people": declaration.people,
        "teams": declaration.teams,
        "roles": declaration.roles,
    }
    for section, names in sections.items():
        first: dict[str, str] = {}
        for name in names:
            other = first.setdefault(name.lower(), name)
            if other != name:
                rule = (
                    f"`{name}` and `{other}` differ only in case; IAM takes them for the same name, and so will readers"
                )
                fix = "rename one of them, or merge the two"
                yield Finding(at=(section, name), value=name, rule=rule, fix=fix, check=CASE)


def _same_principal(declaration: Declaration) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for name, person in declaration.people.items():
        principal = _principal(person)
        other = first.setdefault(principal, name) if principal else name
        if other != name:
            yield Finding(
                at=("people", name),
                value=name,
                rule=f"`{name}` and `{other}` are the same principal; a cluster knows one identity per principal",
                fix="keep one of the two and put it in all the teams",
                check=TWICE,
            )


def _principal(person: Person) -> str | None:
    """Return what two people must not share; IAM users can't, since their name is their key."""
    if person.iam_role is not None:
        return identity(person.iam_role)
    if person.sso_permission_set is not None:
        return f"{person.sso_permission_set.name}_{person.sso_permission_set.suffix}".lower()
    return None


def _role_arn(arn: str, declaration: Declaration, at: Location) -> Iterator[Finding]:
    home = declaration.cluster or declaration.account
    if fault := arn_fault(arn, home.partition if home else None):
        yield Finding(at=at, value=arn, rule=fault.rule, fix=fault.fix, check=fault.check)
    elif sso := permission_set_of(arn):
        wanted = f'ssoPermissionSet: {{name: {sso.name}, suffix: "{sso.suffix}"}}'
        rule = "a role of IAM Identity Center is declared as ssoPermissionSet, so that checks know what can't have MFA"
        fix = f"write `{wanted}` instead of iamRole, with its region"
        yield Finding(at=at, value=arn, rule=rule, fix=fix, check=ODD_SSO_ROLE)
