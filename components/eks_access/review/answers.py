"""What a question is answered with: plain data that text, Markdown and JSON are rendered from."""

from __future__ import annotations

from dataclasses import dataclass

from ..authn.model import Authentication, Principal
from ..authz.impersonation import Impersonation
from ..authz.model import MASTERS, BindingSubject, Decision, Identity, Request, RoleBinding
from .state import Way

_MASTERS = BindingSubject(kind="Group", name=MASTERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Somebody by one way in, and who they are there."""

    name: str
    """As a reader knows them: a person's name, an ARN, ``payments/deployer`` of a ServiceAccount."""
    way: Way | None = None
    principal: Principal | None = None
    """Who knocks; None for somebody as Kubernetes has them, and for whoever has no way in."""
    authentication: Authentication

    @property
    def usable(self) -> bool:
        """False for a way that nobody can walk, since MFA is asked of who has none."""
        return self.way is None or self.way.usable


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to one request by one way in."""

    asker: Asker
    decision: Decision | None = None
    """None where it does not come to that: the way ends with 401."""
    said: str = ""
    """What kubectl prints where the answer is no."""
    ambiguous: bool = False
    """Chance decides who this is, and with it the answer."""
    impersonation: Impersonation | None = None
    """Of a request made as somebody else."""

    @property
    def allowed(self) -> bool:
        """Whether the request is allowed, whoever chance picks."""
        return self.decision is not None and self.decision.allowed and not self.ambiguous and self.asker.usable


@dataclass(frozen=True, slots=True, kw_only=True)
class Can:
    """The answer to ``can``: yes if any usable way allows it."""

    request: Request
    verdicts: tuple[Verdict, ...]

    @property
    def allowed(self) -> bool:
        """Whether one of the ways allows it."""
        return any(verdict.allowed for verdict in self.verdicts)

    @property
    def only_inside(self) -> bool:
        """Whether it is allowed by nothing but what is bound in a namespace."""
        decisions = [verdict.decision for verdict in self.verdicts if verdict.allowed and verdict.decision]
        return bool(decisions) and all(map(_is_inside, decisions))


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody who can, with everything that lets them."""

    asker: Asker
    identity: Identity
    everywhere: bool
    """In the whole cluster, rather than in `namespaces`."""
    namespaces: tuple[str, ...] = ()
    decision: Decision
    """Of the whole cluster, or of the first namespace."""
    ambiguous: bool = False
    """Chance decides who this is, and with it whether and where they can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSubject:
    """A subject of a binding that allows it and is none of the people: ServiceAccounts, groups that nobody carries."""

    subject: BindingSubject
    bindings: tuple[RoleBinding, ...]
    everywhere: bool
    namespaces: tuple[str, ...] = ()
    remark: str = ""
    """What is to know of it: everybody has it, nobody here carries it."""
    turned_away: bool = False
    """Whether nobody comes as it: EKS answers who sends no credentials with 401."""

    @property
    def built_in(self) -> bool:
        """Whether it is a part of Kubernetes that Kubernetes itself bound."""
        own = self.subject.name.startswith("system:kube-") or self.subject.namespace == "kube-system"
        return own and all(binding.name.startswith("system:") for binding in self.bindings)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoCan:
    """The answer to ``who-can``."""

    request: Request
    anywhere: bool
    """Every namespace was looked at, not only the one of the request."""
    people: tuple[Holder, ...]
    nodes: tuple[Holder, ...]
    others: tuple[OtherSubject, ...]
    errors: tuple[str, ...] = ()
    """Roles that bindings name and nobody made, access policies whose contents aren't known."""

    @property
    def anybody(self) -> bool:
        """Whether somebody can beside those who can in every cluster: `system:masters`, and Kubernetes' own parts."""
        bound = (other.subject for other in self.others if not other.built_in and not other.turned_away)
        return bool(self.people or self.nodes) or any(each != _MASTERS for each in bound)

    @property
    def some_inside(self) -> bool:
        """Whether somebody can by what is bound in a namespace alone."""
        by_decision = any(_is_inside(holder.decision) for holder in (*self.people, *self.nodes))
        return by_decision or not all(other.everywhere for other in self.others)


def _is_inside(decision: Decision) -> bool:
    return all(ground.binding is not None and ground.binding.namespace for ground in decision.grounds)
