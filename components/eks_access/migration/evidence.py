"""What shows that a step changes nobody's access: everybody is who they were, and may do what they might."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..authz.impersonation import NODE_PREFIX
from ..authz.model import AUTHENTICATED, MASTERS, Identity
from ..plan.naming import ADMINS_GROUP
from ..review.access_review import AccessReview
from ..review.answers import Asker
from ..review.creator import CREATOR
from ..review.diff import Change, SubjectKind, diff_access
from ..review.state import AccessState
from .translating import own_group

_LOGGED_IN = (
    SubjectKind.PERSON,
    SubjectKind.PRINCIPAL,
    SubjectKind.NODE,
    SubjectKind.SERVICE_ACCOUNT,
    SubjectKind.ACCOUNT,
)
"""Whoever can log in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The comparison of one step's two states."""

    compared: int
    """Ways in, and roles of nodes, that were compared."""
    renamed: tuple[str, ...]
    """Who is somebody else afterwards, beyond what the step says itself."""
    changed: tuple[Change, ...] = ()
    """Whose rights are others afterwards."""

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        return not self.renamed and not self.changed


def evidence(before: AccessState, after: AccessState) -> Evidence:
    """Compare who everybody is, and what they may do."""
    old, new = AccessReview(before), AccessReview(after)
    askers = [*_askers(old)]
    later = dict(_askers(new))
    renamed = [said for key, asker in askers for said in _renamed(asker, later.get(key))]
    # groups and user names that nobody carries are bound beforehand, and are nobody's rights until somebody does
    changed = [each for each in diff_access(before, after).effective if each.kind in _LOGGED_IN]
    return Evidence(compared=len(askers), renamed=tuple(renamed), changed=tuple(changed))


def _askers(review: AccessReview) -> Iterator[tuple[tuple[str, str], Asker]]:
    for asker in review.askers.people():
        assert asker.way is not None
        # the creator's hidden right becomes an entry of EKS's, which calls them by their ARN
        if asker.way.via != CREATOR:
            yield (asker.name, f"{asker.way.principal_arn} {asker.way.via}"), asker
    for asker in review.askers.nodes():
        yield (asker.name, ""), asker


def _renamed(asker: Asker, later: Asker | None) -> Iterator[str]:
    old, new = asker.authentication, later.authentication if later else None
    if new is None or (old.identity is None) != (new.identity is None):
        yield f"{asker.name}: {_let_in(old.identity)}, then {_let_in(new.identity if new else None)}"
        return
    if old.identity is None or new.identity is None:
        return
    # nothing can be bound to an empty user name, which is said as a difference where a line has none
    if old.identity.username and old.identity.username != new.identity.username:
        yield f"{asker.name}: called {old.identity.username}, then {new.identity.username}"
    was, groups = _groups(old.identity), _groups(new.identity)
    # a group of Kubernetes' own that nothing is bound to is left out; what it gave is compared as rights
    was -= {group for group in was - groups if group.startswith(own_group("system:"))}
    if was != groups:
        yield f"{asker.name}: in groups {', '.join(sorted(was))}, then {', '.join(sorted(groups))}"


def _let_in(identity: Identity | None) -> str:
    if identity is None:
        return "Unauthorized"
    return f"let in as {identity.username}" if identity.username else "let in without a user name"


def _groups(identity: Identity) -> frozenset[str]:
    """Write groups as entries carry them; those that nothing can be bound to are left out."""
    is_node = identity.username.startswith(NODE_PREFIX)
    said = identity.groups if is_node else map(_as_entries_say, identity.groups)
    return frozenset(said) - {"", AUTHENTICATED, own_group(AUTHENTICATED)}


def _as_entries_say(group: str) -> str:
    if group == MASTERS:
        return ADMINS_GROUP
    return own_group(group) if group.startswith("system:") else group
