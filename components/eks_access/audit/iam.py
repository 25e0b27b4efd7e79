"""IAM: dead entries, roles that are gone, trust policies changed by hand, and users that nobody declared.

EKS matches an entry by its principal's unique id and doesn't tell it (DescribeAccessEntry has the ARN only). What can
be known: who was created after the entry is somebody else of the same name, and who is gone lets nobody in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..authn.access_entries import AccessEntry
from ..iam.arns import identity
from ..plan.model import AccessPlan
from .model import AuditFinding, IamFacts, IamPrincipal, Kind, Severity
from .trust import differences, read

SELF_SERVICE = "eks-access-self-service"
"""Inline policy of every user that the stack `people` creates."""


def enter_policy(cluster: str) -> str:
    """Name the inline policy with which a user may enter one cluster."""
    return f"eks-access-{cluster}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Iam:
    """The declaration against IAM."""

    plan: AccessPlan
    facts: IamFacts
    entries: Iterable[AccessEntry] = ()
    created: Mapping[str, dt.datetime] = field(default_factory=dict)
    """Principal ARN of an entry → when the entry was made."""
    out: Mapping[str, str] = field(default_factory=dict)
    """As `Lines.out`, of everybody whom a principal lets in."""
    others: frozenset[str] = frozenset()
    """Identities of users that other declarations of the project have."""

    def findings(self) -> Iterator[AuditFinding]:
        """Compare them."""
        yield from self._dead_entries()
        yield from self._gone()
        for role in self.plan.entry_roles:
            yield from self._trust(role.arn, role.trust, Severity.CRITICAL)
        for node in self.plan.node_roles:
            yield from self._trust(node.arn, node.trust, Severity.HIGH)
        yield from self._undeclared_people()

    def _dead_entries(self) -> Iterator[AuditFinding]:
        abroad = []
        for entry in self.entries:
            arn = entry.principal_arn
            if arn.split(":")[4] != self.facts.account:
                abroad.append(arn)
                continue
            principal = self.facts.principals.get(identity(arn))
            made = self.created.get(arn)
            if principal is None:
                yield self._dead(arn, "which doesn't exist any more")
            elif principal.arn.lower() != arn.lower():
                yield self._dead(arn, f"and the principal of this name is {principal.arn}")
            elif made and principal.created and principal.created > made:
                said = f"{_day(made)}, and {arn.rpartition('/')[2]} was created again on {_day(principal.created)}"
                yield self._dead(arn, f"as it was on {said}: to EKS that is somebody else")
        if abroad:
            yield AuditFinding(
                kind=Kind.NOT_LOOKED_AT,
                severity=Severity.NOTE,
                where="access entry",
                name="",
                what=f"entries of other accounts: whether their principals are still the same can't be seen from here: "
                f"{', '.join(sorted(abroad))}",
                fix="ask those accounts",
            )

    def _dead(self, arn: str, why: str) -> AuditFinding:
        out = self.out.get(identity(arn), "")
        return AuditFinding(
            kind=Kind.DEAD_ENTRY,
            severity=Severity.CRITICAL if out else Severity.LOW,
            where="access entry",
            name=arn,
            what=f"the entry lets nobody in: it is of {arn}, {why}" + (f"; {out}" if out else ""),
            fix="declared ones are made again by `pulumi up --refresh`, which also looks at the stack of the people; "
            "delete any other with `aws eks delete-access-entry`",
        )

    def _gone(self) -> Iterator[AuditFinding]:
        """Say which declared principals of this account are not there, in whatever way they are mapped."""
        trusted = {arn for role in self.plan.entry_roles for arn in role.trusted}
        named = {entry.principal_arn for entry in self.entries}
        users = {user.arn for user in self.plan.users} if self.plan.cluster is None else set()
        for arn in sorted({principal.arn for principal in self.plan.principals} | trusted | users):
            if arn.split(":")[4] != self.facts.account or identity(arn) in self.facts.principals or arn in named:
                continue
            out = self.out.get(identity(arn), "")
            yield AuditFinding(
                kind=Kind.MISSING_PRINCIPAL,
                severity=Severity.CRITICAL if out else Severity.HIGH,
                where="IAM",
                name=arn,
                what=f"{arn} is declared and doesn't exist" + (f": {out}" if out else ""),
                fix="`pulumi up --refresh` of the stack that creates it makes it again; `eks-access sso` finds a "
                "permission set's new suffix",
            )

    def _trust(self, arn: str, declared: str, severity: Severity) -> Iterator[AuditFinding]:
        there = self.facts.principals.get(identity(arn))
        if there is None:
            return
        for lets_in, said in differences(read(there.trust), read(declared)):
            yield AuditFinding(
                kind=Kind.CHANGED_TRUST,
                severity=severity if lets_in else Severity.HIGH,
                where=f"trust policy of {arn}",
                name=arn,
                what=f"the trust policy of {arn} was changed: {said}",
                fix="declare it, or let `pulumi up --refresh` put it right",
            )

    def _undeclared_people(self) -> Iterator[AuditFinding]:
        declared = {identity(user.arn) for user in self.plan.users}
        paths = {user.path for user in self.plan.users} - {"/"}
        enters = enter_policy(self.plan.cluster.name) if self.plan.cluster else None
        for key, user in sorted(self.facts.principals.items()):
            if ":user/" not in user.arn or key in declared or key in self.others:
                continue
            path = user.arn.partition(":user")[2].rpartition("/")[0] + "/"
            if enters in user.policies:
                said, severity = f"carries the policy {enters}, with which people enter this cluster", Severity.HIGH
            elif SELF_SERVICE in user.policies:
                said, severity = f"carries the policy {SELF_SERVICE} of declared users", Severity.LOW
            elif path in paths:
                said, severity = f"has the path {path} of declared users", Severity.LOW
            else:
                continue
            yield AuditFinding(
                kind=Kind.UNDECLARED_PERSON,
                severity=severity,
                where="IAM",
                name=user.arn,
                what=f"{user.arn} {said}, and nobody declares them",
                fix="declare them under `people`, or delete the user",
            )


def facts_of_answers(answers: Iterable[Mapping[str, object]], account: str) -> IamFacts | None:
    """Read answers of `aws iam list-roles`, `list-users` and `list-user-policies` that were written to files.

    None where there are none: then IAM is not looked at.
    """
    principals: dict[str, IamPrincipal] = {}
    for answer in answers:
        for key in ("Roles", "Users"):
            found = answer.get(key)
            for raw in found if isinstance(found, list) else []:
                if isinstance(raw, Mapping) and isinstance(raw.get("Arn"), str):
                    principals[identity(raw["Arn"])] = principal_of_answer(raw)
    return IamFacts(account=account, principals=principals) if principals else None


def principal_of_answer(raw: Mapping[str, object], policies: tuple[str, ...] = ()) -> IamPrincipal:
    """Read one user or role as IAM answers it."""
    seconds = raw.get("MaxSessionDuration")
    return IamPrincipal(
        arn=str(raw["Arn"]),
        created=as_time(raw.get("CreateDate")),
        trust=raw.get("AssumeRolePolicyDocument"),
        max_session_seconds=seconds if isinstance(seconds, int) else None,
        policies=policies,
    )


def as_time(raw: object) -> dt.datetime | None:
    """Read a time as boto3 (a datetime) or the AWS CLI (ISO 8601, or seconds) gives it; None where it is none."""
    try:
        if isinstance(raw, str):
            raw = dt.datetime.fromisoformat(raw)
        elif isinstance(raw, int | float):
            raw = dt.datetime.fromtimestamp(raw, dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None
    if not isinstance(raw, dt.datetime):
        return None
    return raw if raw.tzinfo else raw.replace(tzinfo=dt.UTC)


def _day(time: dt.datetime) -> str:
    return time.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
