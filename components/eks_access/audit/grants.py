"""Teams that nothing is granted to, and grants whose time is over or soon will be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ..authn.access_entries import access_entries
from ..authz.manifests import manifests
from ..authz.reading import read_objects
from ..declaration.models import Declaration
from ..iam.arns import identity
from ..plan.compiling import compile_plan
from ..plan.grants import WARN_DAYS, describe_grant
from ..review.state import AccessState
from .model import AuditFinding, Kind, Severity


def unused_teams(declaration: Declaration, used_elsewhere: frozenset[str] | None) -> Iterator[AuditFinding]:
    """Say which teams get nothing here.

    Args:
        declaration: which one.
        used_elsewhere: teams that other stacks of the project use; None where nobody looked.
    """
    used = {*declaration.admins.teams} | {grant.team for grant in declaration.grants if grant.team}
    for team in sorted(declaration.teams.keys() - used - (used_elsewhere or frozenset())):
        everywhere = used_elsewhere is not None
        where = "in no stack" if everywhere else "here"
        yield AuditFinding(
            kind=Kind.UNUSED_TEAM,
            severity=Severity.LOW if everywhere else Severity.NOTE,
            where=f"teams.{team}",
            name=team,
            what=f"team {team} has members ({', '.join(declaration.teams[team].members)}) and no grant {where}",
            fix="grant it something, or remove it",
        )


def ended_grants(declaration: Declaration, state: AccessState, today: dt.date) -> Iterator[AuditFinding]:
    """Say which grants are past their last day and still in the cluster, and which end soon."""
    for index, grant in enumerate(declaration.grants):
        if grant.until is None:
            continue
        said = describe_grant(grant)
        if grant.until >= today:
            if (grant.until - today).days <= WARN_DAYS:
                yield AuditFinding(
                    kind=Kind.ENDING_GRANT,
                    severity=Severity.NOTE,
                    where=f"grants[{index}]",
                    name=said,
                    what=f"the grant ends after {grant.until}: {said}",
                    fix="give it a later `until`, or let it end",
                )
            continue
        others = [each for each in declaration.grants if each is not grant]
        without = declaration.model_copy(update={"grants": others})
        alone = declaration.model_copy(update={"grants": [grant.model_copy(update={"until": None}), *others]})
        if still := _there(alone, without, state, today):
            yield AuditFinding(
                kind=Kind.EXPIRED_GRANT,
                severity=Severity.HIGH,
                where=f"grants[{index}]",
                name=said,
                what=f"the grant ended on {grant.until} and is still in the cluster ({', '.join(still)}): {said}",
                fix="`pulumi up` takes it away; then remove it from the declaration",
            )


def _there(declared: Declaration, without: Declaration, state: AccessState, today: dt.date) -> list[str]:
    """Name what a grant makes and nothing else does, as far as the cluster has it."""
    with_it, rest = compile_plan(declared, today=today), compile_plan(without, today=today)
    made = {(b.namespace, b.name) for b in read_objects(manifests(with_it.rbac)).bindings}
    made -= {(b.namespace, b.name) for b in read_objects(manifests(rest.rbac)).bindings}
    found = [binding.name for binding in state.rbac.bindings if (binding.namespace, binding.name) in made]
    policies = _policies(access_entries(with_it)) - _policies(access_entries(rest))
    return found + sorted(f"{policy} of {arn}" for arn, policy in policies & _policies(state.entries))


def _policies(entries: object) -> set[tuple[str, str]]:
    assert isinstance(entries, tuple)
    return {(identity(entry.principal_arn), scope.policy) for entry in entries for scope in entry.policies}
