"""What a comparison of two states finds: plain data, from which words, Markdown and JSON are made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ...authz.model import Request
from ..sessions import LivingSession
from .boxes import Part
from .marks import Mark, marks_of
from .regions import Region

Place = str | Region
"""Where something holds: a namespace by name, those that patterns reach, or (the empty text) the cluster as a whole and
every namespace that isn't a place of its own."""
ELSEWHERE = ""
BEING_A_NODE = "being a node"


class SubjectKind(StrEnum):
    """Whose rights they are."""

    PERSON = "person"
    PRINCIPAL = "principal"
    """Mapped, and nobody says whose it is."""
    NODE = "node role"
    SERVICE_ACCOUNT = "service account"
    USER = "user"
    """A user name of Kubernetes that nobody who is known carries."""
    GROUP = "group"
    """A group that nobody who is known carries, or that everybody does."""
    ACCOUNT = "account"
    """All of an AWS account (mapAccounts)."""


class FactKind(StrEnum):
    """What changes beside rights."""

    ENTERS = "enters"
    PRINCIPAL = "principal"
    MFA = "mfa"
    ADMIN = "cluster admin"
    BREAK_GLASS = "break-glass"
    CHANCE = "chance"
    """Two lines of aws-auth name them, and which one counts is chance."""
    NODE_NAME = "node name"
    """The user name of a node, by which it is told from others."""
    CALLED = "called"
    WAYS = "ways"
    USERNAMES = "user names"
    GROUPS = "groups"


WITHOUT_EFFECT = frozenset({FactKind.CALLED, FactKind.WAYS, FactKind.USERNAMES, FactKind.GROUPS})
"""Facts that change nobody's rights by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is another on the two sides, each as a list of texts."""

    kind: FactKind
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Through:
    """By which way in, and by which role or access policy, somebody has a right."""

    via: str
    """``team payments``, ``direct``; empty for who has one way only, such as a ServiceAccount."""
    by: str
    """``role releaser``, ``access policy AmazonEKSViewPolicy``, ``system:masters``."""
    everybodys: bool = False
    """Whether everybody who is logged in has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """Requests that somebody may make on one side and not on the other."""

    parts: tuple[Part, ...] = ()
    """Exactly these."""
    unknown: str = ""
    """What gives something of which the rules are not known; then there are no parts."""
    places: tuple[Place, ...]
    apart: tuple[Place, ...] = ()
    """Where it is not so, though it is so elsewhere."""
    through: tuple[Through, ...] = ()

    @property
    def everywhere(self) -> bool:
        """Whether it is so in the cluster as a whole."""
        return ELSEWHERE in self.places

    @property
    def everybodys(self) -> bool:
        """Whether everybody who is logged in has it."""
        return bool(self.through) and all(each.everybodys for each in self.through)

    @property
    def as_node(self) -> bool:
        """Whether it is what every kubelet may do."""
        return bool(self.through) and all(each.by == BEING_A_NODE for each in self.through)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What makes it an escalation."""
        return () if self.as_node else marks_of(self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of one person, principal, node role, ServiceAccount, user, group or account."""

    kind: SubjectKind
    name: str
    gains: tuple[Right, ...] = ()
    loses: tuple[Right, ...] = ()
    facts: tuple[Fact, ...] = ()
    places: tuple[Place, ...] = ()
    """Where their rights can be others than elsewhere, on one of the sides."""

    @property
    def effective(self) -> bool:
        """Whether it is more than another name for the same."""
        return bool(self.gains or self.loses) or any(fact.kind not in WITHOUT_EFFECT for fact in self.facts)

    @property
    def escalation(self) -> bool:
        """Whether something is gained that leads to more, or that somebody should look at twice."""
        return any(right.marks or right.unknown for right in self.gains)

    def fact(self, kind: FactKind) -> Fact | None:
        """Return the fact of a kind."""
        return next((fact for fact in self.facts if fact.kind is kind), None)

    def gains_request(self, request: Request) -> bool:
        """Tell whether a request is allowed in NEW only."""
        return self._among(self.gains, request)

    def loses_request(self, request: Request) -> bool:
        """Tell whether a request is allowed in OLD only."""
        return self._among(self.loses, request)

    def place_of(self, namespace: str) -> Place:
        """Say as part of which place a namespace counts here."""
        if namespace in self.places or not namespace:
            return namespace
        return next((each for each in self.places if isinstance(each, Region) and namespace in each), ELSEWHERE)

    def _among(self, rights: Iterable[Right], request: Request) -> bool:
        place = self.place_of(request.namespace)
        return any(place in right.places and any(part.allows(request) for part in right.parts) for right in rights)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessDiff:
    """Who gains and loses what between two states of one cluster."""

    cluster: str = ""
    """Of NEW, or of OLD where NEW has no name."""
    changes: tuple[Change, ...] = ()
    """Everybody with a change, people first; also those without effect."""
    unchanged: tuple[tuple[SubjectKind, str], ...] = ()
    """Everybody else who was compared."""
    sessions: tuple[LivingSession, ...] = ()
    """Sessions of roles that outlive the change."""
    notices: tuple[str, ...] = ()
    """What the two sources couldn't say."""

    @property
    def empty(self) -> bool:
        """Whether nobody's rights, nor the way to them, change; other names for the same don't count."""
        return not self.effective

    @property
    def effective(self) -> tuple[Change, ...]:
        """Changes of rights, and of who enters."""
        return tuple(change for change in self.changes if change.effective)

    @property
    def renamed(self) -> tuple[Change, ...]:
        """Changes without effect: other names for the same."""
        return tuple(change for change in self.changes if not change.effective)

    def of(self, name: str, kind: SubjectKind | None = None) -> Change | None:
        """Return what changes for somebody; None where nothing does."""
        found = (change for change in self.changes if change.name == name and kind in (None, change.kind))
        return next(found, None)
