"""The whole audit: one declaration against one cluster and its account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ..authn.authenticating import Authenticator, default_username
from ..authn.aws_auth import map_roles, map_users
from ..authn.aws_auth_reading import parse_aws_auth
from ..authn.principals import principal_of_arn
from ..authz.manifests import manifests
from ..authz.reading import read_objects
from ..declaration.models import Declaration
from ..iam.arns import identity
from ..plan.compiling import compile_plan
from ..plan.model import AccessPlan
from ..review.declared import state_of_plan
from ..review.state import AccessState
from ..review.ways import INSTANCE
from .entries import Entries
from .grants import ended_grants, unused_teams
from .iam import Iam
from .lines import Lines
from .model import AuditFinding, Deployed, IamFacts, Kind, Severity
from .objects import Objects

_ORDER = [*Severity]
_BY_ENDED = (
    Kind.UNDECLARED_LINE,
    Kind.CHANGED_LINE,
    Kind.UNDECLARED_ENTRY,
    Kind.CHANGED_ENTRY,
    Kind.UNDECLARED_POLICY,
    Kind.CHANGED_POLICY,
    Kind.UNDECLARED_BINDING,
    Kind.UNDECLARED_ROLE,
)
"""What a grant leaves behind that ended and wasn't taken away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is audited: everything that was read."""

    declaration: Declaration
    state: AccessState
    """Of the cluster, as it is."""
    today: dt.date
    iam: IamFacts | None = None
    """None where IAM was not asked."""
    created: Mapping[str, dt.datetime] = field(default_factory=dict)
    """Principal ARN of an entry → when the entry was made."""
    deployed: Deployed | None = None
    """None where nobody knows what the last update declared."""
    teams_elsewhere: frozenset[str] | None = None
    """Teams that other stacks of the project use; None where nobody looked."""
    users_elsewhere: frozenset[str] = frozenset()
    """Identities of users that other stacks of the project declare."""


def audit(subject: Subject) -> tuple[AuditFinding, ...]:
    """Compare what is declared with what is there; the worst first.

    Raises:
        Refused: the declaration has no cluster.
    """
    return _worst_first(_findings(subject))


def audit_people(plan: AccessPlan, facts: IamFacts, users_elsewhere: frozenset[str]) -> tuple[AuditFinding, ...]:
    """Compare the users that a declaration without a cluster makes with those of the account; the worst first."""
    return _worst_first(Iam(plan=plan, facts=facts, others=users_elsewhere).findings())


def _worst_first(findings: Iterable[AuditFinding]) -> tuple[AuditFinding, ...]:
    return tuple(sorted(findings, key=lambda each: _ORDER.index(each.severity)))


def _findings(subject: Subject) -> Iterator[AuditFinding]:
    state, declaration = subject.state, subject.declaration
    declared = compile_plan(declaration, today=subject.today)
    wanted = state_of_plan(declared)  # refuses a declaration without a cluster
    assert declared.cluster is not None
    if state.mode is not wanted.mode:
        yield _mode(state, wanted)
    plan = _in_mode(subject, declared)
    assert plan.cluster is not None
    if state.mode.uses_aws_auth:
        yield _creator(plan)
    expired = tuple(ended_grants(declaration, state, subject.today))
    found = tuple(_differences(subject, plan))
    yield from _without_ended(subject, found) if expired else found
    yield from expired
    yield from unused_teams(declaration, subject.teams_elsewhere)
    if subject.iam is not None:
        yield from Iam(
            plan=plan,
            facts=subject.iam,
            entries=state.entries if state.mode.uses_entries else (),
            created=subject.created,
            out=whom_each_lets_in(plan),
            others=subject.users_elsewhere,
        ).findings()


def _differences(subject: Subject, plan: AccessPlan) -> Iterator[AuditFinding]:
    """Compare the cluster with one plan."""
    state, expected, out = subject.state, state_of_plan(plan), who_is_out(plan, subject.state)
    assert plan.cluster is not None
    if state.mode.uses_aws_auth:
        bindings = (*plan.rbac.bindings, *plan.metrics.bindings)
        yield from Lines(
            declared=expected.aws_auth or {},
            real=state.aws_auth or {},
            deployed=subject.deployed,
            out=out,
            bound={each.subject.name for each in bindings if each.subject.kind == "Group"} | plan.external_groups,
            partition=plan.account.partition,
        ).findings()
    if state.mode.uses_entries:
        creator = frozenset({identity(plan.cluster.creator_arn)}) if state.mode.uses_aws_auth else frozenset()
        yield from Entries(
            cluster=plan.cluster.name,
            region=plan.region,
            declared=expected.entries,
            real=state.entries,
            made_by_eks=creator,
            deployed=subject.deployed,
            out=out,
        ).findings()
    yield from _objects(plan, state)


def _without_ended(subject: Subject, found: Iterable[AuditFinding]) -> Iterator[AuditFinding]:
    """Leave out what is only there because of grants that ended: each of those is told as what it is."""
    grants = [grant.model_copy(update={"until": None}) for grant in subject.declaration.grants]
    before = replace(subject, declaration=subject.declaration.model_copy(update={"grants": grants}))
    plan = _in_mode(before, compile_plan(before.declaration, today=subject.today))
    also = {(each.kind, each.name) for each in _differences(before, plan)}
    return (each for each in found if each.kind not in _BY_ENDED or (each.kind, each.name) in also)


def _in_mode(subject: Subject, plan: AccessPlan) -> AccessPlan:
    """Compile the declaration for the mode that the cluster is in: the difference itself is one finding, not fifty."""
    declaration = subject.declaration
    assert declaration.cluster is not None
    if declaration.cluster.authentication_mode is subject.state.mode:
        return plan
    cluster = declaration.cluster.model_copy(update={"authentication_mode": subject.state.mode})
    return compile_plan(declaration.model_copy(update={"cluster": cluster}), today=subject.today)


def _mode(state: AccessState, wanted: AccessState) -> AuditFinding:
    return AuditFinding(
        kind=Kind.MODE,
        severity=Severity.HIGH,
        where="cluster.authenticationMode",
        name=state.mode,
        what=f"the cluster is in mode {state.mode}, and the declaration says {wanted.mode}",
        fix="EKS goes one way only, CONFIG_MAP → API_AND_CONFIG_MAP → API: declare the mode that it is in, or go on "
        "to the declared one step by step (docs/operations.md)",
    )


def _creator(plan: AccessPlan) -> AuditFinding:
    assert plan.cluster is not None
    arn = plan.cluster.creator_arn
    return AuditFinding(
        kind=Kind.CREATOR,
        severity=Severity.NOTE,
        where="cluster.creator",
        name=arn,
        what=f"EKS makes {arn} a cluster admin by itself, as long as the cluster asks aws-auth",
        fix="mode API takes it away",
    )


def _objects(plan: AccessPlan, state: AccessState) -> Iterator[AuditFinding]:
    groups = {group for principal in plan.principals for group in principal.groups}
    groups |= {group for line in (*map_roles(plan), *map_users(plan)) for group in line.groups}
    if state.mode.uses_aws_auth:
        read = parse_aws_auth(state.aws_auth or {})
        groups |= {group for real in (*read.roles, *read.users) for group in real.groups}
    if state.mode.uses_entries:
        groups |= {group for entry in state.entries for group in entry.groups}
    names = {principal.username for principal in plan.principals}
    names |= {line.username for line in (*map_roles(plan), *map_users(plan))}
    names |= {default_username(principal.arn) for principal in plan.principals}
    yield from Objects(
        declared=read_objects([*manifests(plan.rbac), *manifests(plan.metrics)]),
        real=state.rbac,
        version=state.version,
        groups=frozenset(groups),
        usernames=frozenset(name for name in names if name),
        external=plan.external_groups,
    ).findings()


def whom_each_lets_in(plan: AccessPlan) -> dict[str, str]:
    """Identity of each declared principal → whom it lets in, in words."""
    people: dict[str, list[str]] = {}
    for entrance in plan.entrances:
        way = "" if entrance.via == "direct" else f" ({entrance.via})"
        people.setdefault(identity(entrance.enters_as), []).append(f"{entrance.person}{way}")
    told = {key: f"{', '.join(names)} can't enter" for key, names in people.items()}
    told |= {identity(role.arn): f"nodes of kind {role.kind} can't join" for role in plan.node_roles}
    return told


def who_is_out(plan: AccessPlan, state: AccessState) -> dict[str, str]:
    """As `whom_each_lets_in`, of those whom nothing in the cluster lets in any more."""
    authenticator = Authenticator(
        state.mode, aws_auth=state.aws_auth, entries=state.entries, creator_arn=state.creator_arn
    )
    out = {}
    lets_in = whom_each_lets_in(plan)
    for principal in plan.principals:
        session = INSTANCE if principal.source.startswith("nodeGroups") else ""
        caller = principal_of_arn(principal.arn, session=session)
        caller = replace(caller, private_dns_name="ip-10-0-0-1.ec2.internal") if session else caller
        if authenticator.authenticate(caller).identity is None and (said := lets_in.get(identity(principal.arn))):
            out[identity(principal.arn)] = said
    return out
