"""People → IAM users, the principals that are mapped, and the ways by which people enter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..declaration.models import Declaration, Grant, Person
from ..iam.arns import AwsAccount, identity
from ..iam.documents import assume_roles, describe_cluster, document, member_trust, older_sessions, self_service
from .model import ClusterPlan, Entrance, EntryRole, MappedPrincipal, PolicyScope, User, UserPolicy
from .naming import (
    ADMINS_GROUP,
    CLUSTER_ADMIN_POLICY,
    break_glass_role,
    person_group,
    session_username,
    team_group,
    team_role,
)


@dataclass(frozen=True, slots=True)
class Principal:
    """The IAM principal of a person, before anything is assumed."""

    arn: str
    can_mfa: bool


def principal_of(name: str, person: Person, account: AwsAccount) -> Principal:
    """Compute who a person is in IAM. Only IAM users can answer aws:MultiFactorAuthPresent."""
    if person.iam_user:
        return Principal(account.user(name, person.iam_user.path), can_mfa=True)
    if person.sso_permission_set:
        sso = person.sso_permission_set
        return Principal(account.sso_role(sso.name, sso.suffix, sso.region), can_mfa=False)
    assert person.iam_role is not None
    return Principal(person.iam_role, can_mfa=False)


def compile_users(declaration: Declaration, account: AwsAccount) -> tuple[User, ...]:
    """List the IAM users that are declared, whoever creates them."""
    users = []
    for name, person in sorted(declaration.people.items()):
        if person.iam_user:
            arn = account.user(name, person.iam_user.path)
            users.append(
                User(
                    name=name,
                    path=person.iam_user.path,
                    arn=arn,
                    self_service=self_service(arn, account.mfa(name)),
                    tags=dict(sorted(person.iam_user.tags.items())),
                    access_key=person.iam_user.access_key,
                    console_login=person.iam_user.console_login,
                )
            )
    return tuple(users)


class Entering:
    """Collects who enters one cluster, and as what."""

    def __init__(self, declaration: Declaration, cluster: ClusterPlan, grants: Iterable[Grant]) -> None:
        self._declaration = declaration
        self._cluster = cluster
        self._principals = {n: principal_of(n, p, cluster.account) for n, p in declaration.people.items()}
        self.own_arns = {name: principal.arn for name, principal in sorted(self._principals.items())}
        self._grants = tuple(grants)
        self._admins = declaration.admins
        # Bound in another program, so they are carried though no grant here says so.
        self._external = frozenset(declaration.external_groups)
        self.roles = (*self._team_roles(), *self._break_glass())
        self.principals = tuple(sorted((*self._mapped_roles(), *self._mapped_people()), key=lambda p: p.key))
        self.entrances = tuple(sorted(self._entrances(), key=lambda e: (e.person, e.via)))

    def user_policies(self) -> tuple[UserPolicy, ...]:
        """Give each IAM user that enters exactly what entering takes."""
        policies = []
        for name, person in sorted(self._declaration.people.items()):
            mine = [e for e in self.entrances if e.person == name] if person.iam_user else []
            statements = []
            if any(e.enters_as == e.own_arn for e in mine):
                statements.append(describe_cluster(self._cluster.arn))
            if assumed := [e.enters_as for e in mine if e.enters_as != e.own_arn]:
                statements.append(assume_roles(assumed))
            if statements:
                policies.append(UserPolicy(user=name, document=document(*statements)))
        return tuple(policies)

    def _has_role(self, team: str) -> bool:
        return self._declaration.teams[team].assume_role is not None

    def _team_takes_part(self, team: str) -> bool:
        return (
            team in self._admins.teams
            or team_group(team) in self._external
            or any(g.team == team for g in self._grants)
        )

    def _teams(self, *, with_role: bool) -> list[str]:
        return [
            t for t in sorted(self._declaration.teams) if self._team_takes_part(t) and self._has_role(t) is with_role
        ]

    def _team_roles(self) -> Iterable[EntryRole]:
        for team in self._teams(with_role=True):
            declared = self._declaration.teams[team]
            assert declared.assume_role is not None
            yield self._entry_role(
                key=f"team-{team}",
                name=team_role(self._cluster.name, team),
                members=declared.members,
                mfa=declared.assume_role.mfa,
                hours=declared.assume_role.max_session_hours,
                revoked_before=declared.assume_role.revoke_sessions_before,
            )

    def _break_glass(self) -> Iterable[EntryRole]:
        if declared := self._admins.break_glass:
            name = break_glass_role(self._cluster.name)
            yield self._entry_role(
                key="break-glass",
                name=name,
                members=declared.trusted_by,
                mfa=declared.mfa,
                hours=1,
                revoked_before=declared.revoke_sessions_before,
            )

    def _entry_role(
        self, *, key: str, name: str, members: Iterable[str], mfa: bool, hours: int, revoked_before: str | None
    ) -> EntryRole:
        trusted = tuple(sorted({self._principals[member].arn for member in members}))
        return EntryRole(
            key=key,
            name=name,
            arn=self._cluster.account.role(name),
            trusted=trusted,
            mfa=mfa,
            trust=member_trust(trusted, mfa=mfa),
            permissions=document(describe_cluster(self._cluster.arn)),
            max_session_seconds=hours * 3600,
            revoke=document(older_sessions(revoked_before)) if revoked_before else None,
            revoked_before=revoked_before,
        )

    def _mapped_roles(self) -> Iterable[MappedPrincipal]:
        by_key = {role.key: role for role in self.roles}
        for team in self._teams(with_role=True):
            yield MappedPrincipal(
                key=f"team-{team}",
                source=f"teams.{team}",
                arn=by_key[f"team-{team}"].arn,
                username=session_username(f"team:{team}"),
                groups=tuple(sorted(self._team_groups(team))),
                policies=self._policies(g for g in self._grants if g.team == team),
            )
        if role := by_key.get("break-glass"):
            yield MappedPrincipal(
                key=role.key,
                source="admins.breakGlass",
                arn=role.arn,
                username=session_username("break-glass"),
                groups=(ADMINS_GROUP,),
                policies=self._cluster_admin() if self._cluster.mode.uses_entries else (),
            )

    def _mapped_people(self) -> Iterable[MappedPrincipal]:
        kept_arns = {identity(entry.principal_arn) for entry in self._declaration.keep.entries}
        kept = {name for name, principal in self._principals.items() if identity(principal.arn) in kept_arns}
        for name, principal in self._principals.items():
            groups = self._direct_groups(name)
            policies = self._policies(g for g in self._grants if self._is_direct(g, name))
            declared_creator = name == self._cluster.creator and not self._cluster.mode.uses_aws_auth
            if declared_creator:
                policies = (*(p for p in policies if p.policy != CLUSTER_ADMIN_POLICY), *self._cluster_admin())
            # an entry of the creator's that is kept as it is says all there is to say
            if groups or (policies and not (declared_creator and policies == self._cluster_admin() and name in kept)):
                yield MappedPrincipal(
                    key=f"person-{name}",
                    source=f"people.{name}",
                    arn=principal.arn,
                    username=name if ":user/" in principal.arn else session_username(name),
                    groups=tuple(sorted(groups)),
                    policies=policies,
                )

    def _entrances(self) -> Iterable[Entrance]:
        mapped: Mapping[str, MappedPrincipal] = {p.arn: p for p in self.principals}
        for name, principal in self._principals.items():
            ways = [
                (role.arn, role.mfa, role.key.replace("team-", "team ", 1))
                for role in self.roles
                if principal.arn in role.trusted
            ]
            if principal.arn in mapped:
                ways.append((principal.arn, False, "direct"))
            for arn, mfa, via in ways:
                yield Entrance(
                    person=name,
                    own_arn=principal.arn,
                    enters_as=arn,
                    groups=mapped[arn].groups,
                    mfa=mfa,
                    can_mfa=principal.can_mfa,
                    cluster_admin=_is_cluster_admin(mapped[arn]),
                    via=via,
                )

    def _team_groups(self, team: str) -> set[str]:
        granted = any(g.team == team and g.role for g in self._grants)
        groups = {team_group(team)} if granted or team_group(team) in self._external else set()
        return groups | ({ADMINS_GROUP} if team in self._admins.teams else set())

    def _direct_groups(self, person: str) -> set[str]:
        granted = any(g.person == person and g.role for g in self._grants)
        groups = {person_group(person)} if granted or person_group(person) in self._external else set()
        if person in self._admins.people:
            groups.add(ADMINS_GROUP)
        for team in self._teams(with_role=False):
            if person in self._declaration.teams[team].members:
                groups |= self._team_groups(team)
        return groups

    def _is_direct(self, grant: Grant, person: str) -> bool:
        if grant.team:
            return not self._has_role(grant.team) and person in self._declaration.teams[grant.team].members
        return grant.person == person

    def _policies(self, grants: Iterable[Grant]) -> tuple[PolicyScope, ...]:
        scopes: dict[str, set[str]] = {}
        cluster_wide = set()
        for grant in grants:
            if grant.access_policy:
                scopes.setdefault(grant.access_policy, set()).update(grant.namespaces)
                if grant.cluster_wide:
                    cluster_wide.add(grant.access_policy)
        return tuple(
            self._scope(policy, () if policy in cluster_wide else tuple(sorted(namespaces)))
            for policy, namespaces in sorted(scopes.items())
        )

    def _cluster_admin(self) -> tuple[PolicyScope, ...]:
        return (self._scope(CLUSTER_ADMIN_POLICY, ()),)

    def _scope(self, policy: str, namespaces: tuple[str, ...]) -> PolicyScope:
        return PolicyScope(policy=policy, arn=self._cluster.account.access_policy(policy), namespaces=namespaces)


def _is_cluster_admin(principal: MappedPrincipal) -> bool:
    return ADMINS_GROUP in principal.groups or any(
        scope.policy == CLUSTER_ADMIN_POLICY and not scope.namespaces for scope in principal.policies
    )
