"""The break-glass drill: is the way in usable today, as far as that can be seen without taking it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..authn.principals import principal_of_arn
from ..authz.model import Identity, Request
from ..iam.arns import identity
from ..plan.model import AccessPlan, Entrance, EntryRole
from ..review.access_review import AccessReview
from ..review.state import AccessState
from .model import AuditFinding, IamFacts, IamPrincipal, Kind, Severity
from .trust import Trust, read

_KEY = "break-glass"
_EVERYTHING = (
    Request(verb="*", api_group="*", resource="*"),
    Request(verb="*", path="/*"),
)
_MFA = "bool aws:multifactorauthpresent true"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at."""

    well: bool
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """How it went."""

    steps: tuple[Step, ...]
    findings: tuple[AuditFinding, ...]


@dataclass(slots=True, kw_only=True)
class _Walk:
    plan: AccessPlan
    state: AccessState
    facts: IamFacts
    created: Mapping[str, dt.datetime]
    findings: list[AuditFinding] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def well(self, said: str) -> None:
        self.steps.append(Step(True, said))

    def fault(self, name: str, said: str, fix: str, severity: Severity = Severity.CRITICAL) -> None:
        self.steps.append(Step(False, said))
        self.findings.append(
            AuditFinding(kind=Kind.BREAK_GLASS, severity=severity, where="break-glass", name=name, what=said, fix=fix)
        )


_AGAIN = "`pulumi up --refresh` puts it right"


def drill(plan: AccessPlan, state: AccessState, facts: IamFacts, created: Mapping[str, dt.datetime]) -> Drill:
    """Walk the way in of each trusted person up to the door; nothing is assumed and nobody logs in.

    Args:
        plan: what is declared.
        state: the cluster as it is.
        facts: IAM, with the MFA devices of trusted users.
        created: principal ARN of an entry → when the entry was made.
    """
    walk = _Walk(plan=plan, state=state, facts=facts, created=created)
    role = _role(plan)
    if role is None:
        fix = "declare `admins: {breakGlass: {trustedBy: [somebody]}}`"
        walk.fault(_KEY, "no break-glass is declared", fix)
    elif (there := facts.principals.get(identity(role.arn))) is None:
        walk.fault(role.arn, f"{role.arn} doesn't exist", _AGAIN)
    else:
        walk.well(f"{role.arn} exists")
        _people(walk, role, read(there.trust))
        _session(walk, role, there)
        _door(walk, role, there)
    return Drill(steps=tuple(walk.steps), findings=tuple(walk.findings))


def users_to_ask(plan: AccessPlan) -> tuple[str, ...]:
    """List the ARNs of IAM users who may enter by break-glass and have to give a code."""
    role = _role(plan)
    return tuple(arn for arn in role.trusted if ":user/" in arn) if role and role.mfa else ()


def _role(plan: AccessPlan) -> EntryRole | None:
    return next((each for each in plan.entry_roles if each.key == _KEY), None)


def _people(walk: _Walk, role: EntryRole, trust: Trust) -> None:
    entrances = [each for each in walk.plan.entrances if each.enters_as == role.arn]
    faults = [(each, list(_faults(walk, each, trust))) for each in entrances]
    usable = any(not said for _, said in faults)
    for entrance, said in faults:
        for fault, fix in said:
            severity = Severity.HIGH if usable else Severity.CRITICAL
            walk.fault(entrance.own_arn, f"{entrance.person}: {fault}", fix, severity)
        if not said:
            device = ", and has an MFA device" if _asks_mfa(trust, entrance) else ""
            walk.well(f"{entrance.person}: the trust policy lets {entrance.own_arn} in{device}")
    if trust.denies:
        fix = f"read the trust policy; {_AGAIN}"
        walk.fault(role.arn, "the trust policy denies somebody: whom can't be told from here", fix, Severity.HIGH)


def _faults(walk: _Walk, entrance: Entrance, trust: Trust) -> Iterator[tuple[str, str]]:
    arn = entrance.own_arn
    person = walk.facts.principals.get(identity(arn))
    if person is None and arn.split(":")[4] == walk.facts.account:
        yield f"{arn} doesn't exist", "`pulumi up --refresh` of the stack that creates it makes it again"
        return
    if not any(f"AWS {each}" in trust.allows for each in _spellings(arn)):
        yield f"the trust policy doesn't let {arn} in", _AGAIN
        return
    if not _asks_mfa(trust, entrance):
        return
    if ":user/" not in arn:
        yield f"MFA is asked, and {arn} can't give it", "trust an IAM user, or ask for no MFA"
    elif person is not None and person.mfa_devices == 0:
        yield f"MFA is asked, and {arn} has no MFA device", "they enrol one under their own credentials"


def _spellings(arn: str) -> tuple[str, ...]:
    """List what in a trust policy lets a principal in: itself, or its account, whose policies then decide."""
    return arn, f"{arn.partition(':iam:')[0]}:iam::{arn.split(':')[4]}:root"


def _asks_mfa(trust: Trust, entrance: Entrance) -> bool:
    said = [conditions for each in _spellings(entrance.own_arn) for conditions in trust.allows.get(f"AWS {each}", ())]
    return bool(said) and all(_MFA in conditions for conditions in said)


def _session(walk: _Walk, role: EntryRole, there: IamPrincipal) -> None:
    seconds = there.max_session_seconds
    if seconds is None or seconds == role.max_session_seconds:
        walk.well(f"a session lasts at most {role.max_session_seconds // 60} minutes")
        return
    said = f"a session lasts up to {seconds // 60} minutes, and {role.max_session_seconds // 60} are declared"
    walk.fault(role.arn, said, _AGAIN, Severity.LOW)


def _door(walk: _Walk, role: EntryRole, there: IamPrincipal) -> None:
    made = walk.created.get(role.arn)
    if walk.state.mode.uses_entries and made and there.created and there.created > made:
        said = f"its access entry is dead: it was made before {role.arn} was created again"
        walk.fault(role.arn, said, _AGAIN)
        return
    review = AccessReview(walk.state)
    found = review.authenticator.authenticate(principal_of_arn(role.arn, session="drill"))
    if found.identity is None:
        said = f"the cluster doesn't know {role.arn}: {found.refusal}"
        walk.fault(role.arn, said, _AGAIN)
        return
    walk.well(f"the cluster lets it in as {found.identity.username} by {found.source}")
    if _is_admin(review, found.identity):
        walk.well("it may do everything")
    else:
        said = f"it enters as {found.identity.username} and is no cluster-admin"
        walk.fault(role.arn, said, _AGAIN)


def _is_admin(review: AccessReview, who: Identity) -> bool:
    return all(review.authorizer.allows(who, request) for request in _EVERYTHING)
