"""Who else can: subjects of bindings that are none of the people, so that a who-can leaves nobody out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..authz.model import (
    ANONYMOUS,
    MASTERS,
    SERVICE_ACCOUNT_PREFIX,
    UNAUTHENTICATED,
    BindingSubject,
    Request,
    RoleBinding,
)
from .anonymous import answers_anonymous
from .answers import OtherSubject

if TYPE_CHECKING:
    from .access_review import AccessReview

_EVERYBODY = {
    "system:authenticated": "everybody who is logged in, ServiceAccounts too",
    "system:unauthenticated": "everybody who can reach the endpoint",
    "system:serviceaccounts": "every ServiceAccount",
    "system:nodes": "the group of all nodes",
    MASTERS: "may do everything, whatever is bound",
}
_NOBODY = {"Group": "nobody here carries it", "User": "nobody here is mapped to it"}
_TURNED_AWAY = "nobody: here a request without credentials gets 401 but for health paths"


def other_subjects(review: AccessReview, request: Request, *, anywhere: bool) -> tuple[OtherSubject, ...]:
    """List the groups, users and ServiceAccounts of bindings that allow a request, but for people's own.

    Groups that people carry are left out, since the people themselves are listed through them.
    """
    found: dict[tuple[str, str, str], list[RoleBinding]] = {}
    for ground in review.authorizer.rbac.grounds_of(request, anywhere=anywhere):
        assert ground.subject is not None
        assert ground.binding is not None
        subject = ground.subject
        namespace = subject.namespace or (ground.binding.namespace or "") if subject.kind == "ServiceAccount" else ""
        bindings = found.setdefault((subject.kind, subject.name, namespace), [])
        if not bindings or bindings[-1] is not ground.binding:  # one binding may name somebody twice
            bindings.append(ground.binding)
    for bindings in found.values():
        bindings.sort(key=lambda binding: binding.namespace or "")
    carried, users = _carried(review)
    anonymous = answers_anonymous(review.state.version, request)
    others = [
        _other(review, BindingSubject(kind=kind, name=name, namespace=namespace), bindings, anonymous=anonymous)
        for (kind, name, namespace), bindings in found.items()
        if not (kind == "Group" and name in carried) and not (kind == "User" and name in users)
    ]
    if not any(other.subject == BindingSubject(kind="Group", name=MASTERS) for other in others):
        others.append(_other(review, BindingSubject(kind="Group", name=MASTERS), [], anonymous=anonymous))
    return tuple(sorted(others, key=lambda other: (other.subject.kind, other.subject.namespace, other.subject.name)))


def _other(
    review: AccessReview, subject: BindingSubject, bindings: list[RoleBinding], *, anonymous: bool
) -> OtherSubject:
    namespaces = tuple(sorted({binding.namespace for binding in bindings if binding.namespace}))
    everywhere = not bindings or any(binding.namespace is None for binding in bindings)
    turned_away = not anonymous and subject.name in (ANONYMOUS, UNAUTHENTICATED)
    return OtherSubject(
        subject=subject,
        bindings=tuple(bindings),
        everywhere=everywhere,
        namespaces=() if everywhere else namespaces,
        remark=_TURNED_AWAY if turned_away else _remark(review, subject),
        turned_away=turned_away,
    )


def _remark(review: AccessReview, subject: BindingSubject) -> str:
    if subject.kind == "Group":
        if subject.name.startswith("system:serviceaccounts:"):
            return f"every ServiceAccount of {subject.name.rpartition(':')[2]}"
        if subject.name in _EVERYBODY:
            return _EVERYBODY[subject.name]
    if subject.kind in _NOBODY and not subject.name.startswith(("system:", "eks:")):
        return review.bearers.remark(subject.kind, subject.name) or _NOBODY[subject.kind]
    if subject.kind == "User" and subject.name.startswith(SERVICE_ACCOUNT_PREFIX):
        return "a ServiceAccount, by its user name"
    return ""


def _carried(review: AccessReview) -> tuple[set[str], set[str]]:
    """Collect groups and user names of the people who can come in, but for the groups that everybody has."""
    authentications = [asker.authentication for asker in review.askers.people() if asker.usable]
    identities = [who for each in authentications if each.identity for who in each.alternatives or (each.identity,)]
    groups: set[str] = {group for each in identities for group in each.groups}
    return groups - set(_EVERYBODY), {each.username for each in identities}
