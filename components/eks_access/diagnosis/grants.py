"""What to add to a declaration so that somebody may do something, and who could do that."""

from __future__ import annotations

from ..authz.model import Request
from ..plan.model import AccessPlan
from ..review.access_review import AccessReview
from ..review.declared import state_of_plan
from ..review.state import AccessState
from .grant_lines import Lines, grant_lines, in_one, reader_lines, scalar
from .grant_roles import Candidate, candidates, may_be_proposed
from .grant_subjects import GrantSubject, subjects_of
from .model import Remedy

_EVERYTHING = Request(verb="*", api_group="*", resource="*")
_MOST = 4


def to_allow(plan: AccessPlan, person_or_subject: str, request: Request, *, file: str) -> tuple[Remedy, ...]:
    """Propose grants that make the answer yes, the best one first.

    Each remedy alone is enough. None proposes wildcards, ``system:masters``, or anything for anonymous callers; what
    a role gives beside what was asked for is said where it matters.

    Args:
        plan: what the declaration compiles to; of declared roles it has those that are granted somewhere.
        person_or_subject: a person's name, or ``namespace/name`` of a ServiceAccount.
        request: what they want to do.
        file: the declaration to edit.
    """
    if plan.cluster is None or not may_be_proposed(request):
        return ()
    return proposals(AccessReview(state_of_plan(plan)), plan, person_or_subject, request, file=file)


def proposals(review: AccessReview, plan: AccessPlan, who: str, request: Request, *, file: str) -> tuple[Remedy, ...]:
    """Propose as `to_allow` does, by a review of the plan that is there already."""
    subjects = subjects_of(plan, who, request) if may_be_proposed(request) else ()
    if not subjects or review.can(who, request).allowed:
        return ()
    namespaces = (request.namespace,) if request.namespace not in ("", *review.namespaces) else ()
    if subjects[0].key == "serviceAccount" and (lines := reader_lines(plan, subjects[0].name, request)):
        return (_remedy(f"let {subjects[0].name} read metrics, and nothing else", lines, file),)
    roles = candidates(plan, review.state.rbac, request)
    found = [
        _grant(subject, role, request, namespaces, file)
        for subject in subjects
        for role in (roles if subject is subjects[0] else roles[:1])
    ]
    return tuple(found[:_MOST])


def to_admit(
    state: AccessState, plan: AccessPlan, name: str, principal: str, request: Request, *, file: str
) -> tuple[Remedy, ...]:
    """Propose to declare somebody who is not declared, with one grant; nothing where there is no such grant.

    Args:
        state: the state of the plan.
        plan: what the declaration compiles to.
        name: the new person's.
        principal: what is written for them, such as ``{iamUser: {}}``.
        request: what they want to do.
        file: the declaration to edit.
    """
    if not may_be_proposed(request) or name in plan.people:
        return ()
    role = candidates(plan, state.rbac, request)[0]
    namespaces = (request.namespace,) if request.namespace not in ("", *state.namespaces) else ()
    item = grant_lines(GrantSubject(key="person", name=name, words=name), role, request)
    lines = in_one(item, role, namespaces, person=f"{scalar(name)}: {principal}")
    said = "if they are to come in: declare them among the people, for every environment, and here what they may do"
    return (_remedy(said, lines, file),)


def admins(state: AccessState) -> tuple[str, ...]:
    """Name the people who are cluster admins by a way that they can walk."""
    found = AccessReview(state).who_can(_EVERYTHING)
    return tuple(sorted({holder.asker.name for holder in found.people if holder.everywhere}))


def _grant(subject: GrantSubject, role: Candidate, request: Request, namespaces: tuple[str, ...], file: str) -> Remedy:
    where = f"in {request.namespace}" if request.namespace else "in the whole cluster"
    what = f"a new role {role.name} with just this" if role.rule else f"the role {role.name}"
    more = [text for text in (role.also, subject.remark) if text]
    said = f"grant {subject.words} {what} {where}" + "".join(f"; {text}" for text in more)
    return _remedy(said, in_one(grant_lines(subject, role, request), role, namespaces), file)


def _remedy(said: str, lines: Lines, file: str) -> Remedy:
    return Remedy(say=said, file=file, path=lines.path, lines=lines.text)
