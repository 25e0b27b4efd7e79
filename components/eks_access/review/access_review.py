"""The questions, as typed functions: who am I, can I, who can. One review answers for one state."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..authn.authenticating import Authenticator
from ..authn.model import Authentication
from ..authz.access_policies import covers_namespace, matches_pattern
from ..authz.authorizer import Authorizer
from ..authz.impersonation import NODE_PREFIX, Wanted
from ..authz.messages import UNAUTHORIZED, forbidden
from ..authz.model import ANONYMOUS, Decision, Identity, Request
from ..authz.storable import storable
from ..plan.model import PolicyScope
from .anonymous import answers_anonymous
from .answers import Asker, Can, Holder, Verdict, WhoCan
from .askers import Askers
from .bearers import Bearers
from .others import other_subjects
from .state import AccessState


class AccessReview:
    """Answers questions about one state.

    Building it reads aws-auth and indexes what is bound, so one review answers many questions.
    """

    def __init__(self, state: AccessState) -> None:
        objects, refused = storable(state.rbac)
        if objects is not state.rbac:
            state = replace(state, rbac=objects, notices=(*state.notices, *refused))
        self.state = state
        """What was given, without objects that the API server would refuse; those are among its notices."""
        self.authenticator = Authenticator(
            state.mode, aws_auth=state.aws_auth, entries=state.entries, creator_arn=state.creator_arn
        )
        entries = state.entries if state.mode.uses_entries else ()
        self.bearers = Bearers(self.authenticator, state.partition)
        self.authorizer = Authorizer(state.rbac, entries, state.version)
        self.askers = Askers(state, self.authenticator)
        bound = {binding.namespace for binding in state.rbac.bindings if binding.namespace}
        self.namespaces = tuple(sorted({*state.namespaces, *bound}))
        """Every namespace that is known: those that exist, and those in which something is bound."""
        self._scopes = {e.principal_arn: [scope for scope in e.policies if scope.namespaces] for e in entries}
        self._places = tuple(sorted({*self.namespaces, *self._patterns_of_none()}))
        """The known namespaces; and patterns of access policies that fit none of them, each for what it would fit."""
        self._reached: dict[tuple[str, ...], frozenset[str]] = {}

    def whoami(self, who: str, *, session: str = "") -> tuple[Asker, ...]:
        """Say who somebody is to the API server, by each way in.

        Raises:
            Refused: nobody is called so.
        """
        return self.askers.find(who, session=session)

    def can(self, who: str, request: Request, *, session: str = "", wanted: Wanted | None = None) -> Can:
        """Say whether somebody may do something, by each way in.

        Args:
            who: a name, as `whoami` takes it.
            request: what they want to do.
            session: name of the session with which a role is assumed.
            wanted: whom they want to be while they do it (``--as``).

        Raises:
            Refused: nobody is called so.
        """
        found = self.askers.find(who, session=session)
        return Can(request=request, verdicts=tuple(self._verdict(asker, request, wanted) for asker in found))

    def who_can(self, request: Request, *, anywhere: bool = False) -> WhoCan:
        """Say who may do something: people first, then nodes and whatever else bindings name.

        Args:
            request: what is to be done.
            anywhere: look at every namespace too, and say where they can.
        """
        people = [*self._holders(self.askers.people(), request, anywhere=anywhere)]
        nodes = [*self._holders(self.askers.nodes(), request, anywhere=anywhere)]
        others = other_subjects(self, request, anywhere=anywhere)
        errors = dict.fromkeys(error for asker in self.askers.people() for error in self._errors(asker, request))
        return WhoCan(
            request=request,
            anywhere=anywhere,
            people=tuple(people),
            nodes=tuple(nodes),
            others=others,
            errors=tuple(errors),
        )

    def where(self, identity: Identity, request: Request) -> tuple[bool, tuple[str, ...]]:
        """Say whether an identity may in the whole cluster, and if not, in which namespaces."""
        if self.authorizer.allows(identity, replace(request, namespace="")):
            return True, ()
        names = self._namespaces_that_differ(identity)
        return False, tuple(ns for ns in names if self.authorizer.allows(identity, replace(request, namespace=ns)))

    def _namespaces_that_differ(self, identity: Identity) -> list[str]:
        """List the namespaces in which somebody may have more than cluster-wide: by bindings, policies, or as nodes."""
        if identity.username.startswith(NODE_PREFIX):
            return list(self.namespaces)
        found = {binding.namespace for binding, _, _ in self.authorizer.rbac.all_held_by(identity) if binding.namespace}
        for scope in self._scopes.get(identity.principal_arn or "", ()):
            found |= self.namespaces_of(scope)
        return sorted(found)

    def namespaces_of(self, scope: PolicyScope) -> frozenset[str]:
        """Return the known namespaces that an access policy's scope reaches, and patterns that fit none of these."""
        known = self._reached.get(scope.namespaces)
        if known is None:
            written = {name for name in scope.namespaces if "*" not in name}
            near = {name for pattern in scope.namespaces for name in _beginning_like(pattern, self._places)}
            reached = frozenset(name for name in near | written if covers_namespace(scope, name))
            known = self._reached[scope.namespaces] = reached
        return known

    def _patterns_of_none(self) -> Iterator[str]:
        """List the patterns of access policies that fit no known namespace: they count in those that will be."""
        scopes = [scope for scopes in self._scopes.values() for scope in scopes]
        for pattern in {name for scope in scopes for name in scope.namespaces if "*" in name}:
            near = _beginning_like(pattern, self.namespaces)
            if not any(matches_pattern(name, pattern) for name in near):
                yield pattern

    def _verdict(self, asker: Asker, request: Request, wanted: Wanted | None) -> Verdict:
        identity = asker.authentication.identity
        if identity is None or self._turned_away(identity, request):
            return Verdict(asker=asker, said=UNAUTHORIZED)
        if wanted is not None:
            return self._as_another(asker, identity, request, wanted)
        decision = self.authorizer.decide(identity, request)
        ambiguous = self._is_chance(asker.authentication, request, allowed=decision.allowed)
        said = "" if decision.allowed else forbidden(identity, request, decision.reason)
        return Verdict(asker=asker, decision=decision, said=said, ambiguous=ambiguous)

    def _is_chance(self, authentication: Authentication, request: Request, *, allowed: bool) -> bool:
        """Tell whether who this is decides, and chance decides who this is: another identity, or a refusal."""
        if allowed and authentication.refusal is not None:
            return True
        return any(self.authorizer.allows(other, request) != allowed for other in authentication.alternatives[1:])

    def _as_another(self, asker: Asker, identity: Identity, request: Request, wanted: Wanted) -> Verdict:
        acting = self.authorizer.impersonates(identity, wanted, request)
        if acting.identity is None:
            assert acting.refused is not None
            if acting.because:
                refused = Decision(allowed=False, reason=acting.because)
            else:
                refused = self.authorizer.decide(identity, acting.refused)
            said = forbidden(identity, acting.refused, refused.reason)
            return Verdict(asker=asker, decision=refused, said=said, impersonation=acting)
        decision = self.authorizer.decide(acting.identity, request)
        said = "" if decision.allowed else forbidden(acting.identity, request, decision.reason)
        return Verdict(asker=asker, decision=decision, said=said, impersonation=acting)

    def _turned_away(self, identity: Identity, request: Request) -> bool:
        """EKS from 1.32 on answers who sends no credentials with 401 everywhere but on health paths."""
        return identity.username == ANONYMOUS and not answers_anonymous(self.state.version, request)

    def _holders(self, askers: Iterable[Asker], request: Request, *, anywhere: bool) -> Iterator[Holder]:
        for asker in askers:
            authentication = asker.authentication
            if authentication.identity is None or not asker.usable:
                continue
            # where chance decides who somebody is, what any of them may do they may do some day
            identities = authentication.alternatives or (authentication.identity,)
            all_of_them = [self._holder(asker, identity, request, anywhere=anywhere) for identity in identities]
            if holders := [holder for holder in all_of_them if holder is not None]:
                reached = {(holder.everywhere, holder.namespaces) if holder else None for holder in all_of_them}
                chance = len(reached) > 1 or authentication.refusal is not None
                yield replace(_together(holders), ambiguous=chance)

    def _holder(self, asker: Asker, identity: Identity, request: Request, *, anywhere: bool) -> Holder | None:
        everywhere, namespaces = (
            self.where(identity, request) if anywhere else (self.authorizer.allows(identity, request), ())
        )
        if not (everywhere or namespaces):
            return None
        shown = replace(request, namespace=namespaces[0]) if namespaces else request
        return Holder(
            asker=asker,
            identity=identity,
            everywhere=everywhere,
            namespaces=namespaces,
            decision=self.authorizer.decide(identity, shown),
        )

    def _errors(self, asker: Asker, request: Request) -> tuple[str, ...]:
        identity = asker.authentication.identity
        if identity is None or not (errors := self.authorizer.errors_for(identity, request)):
            return ()
        allowed = self.authorizer.allows(identity, request)
        return () if allowed else tuple(f"{asker.name}: {error}" for error in errors)


def _together(holders: list[Holder]) -> Holder:
    """Put together what each of the identities may that somebody can be."""
    for each in holders:
        if each.everywhere:
            return each
    names = tuple(sorted({name for each in holders for name in each.namespaces}))
    first = next(each for each in holders if each.namespaces[:1] == names[:1])
    return replace(first, namespaces=names)


def _beginning_like(pattern: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """List the names, which are sorted, that begin as a pattern does, so that not each is held against each pattern."""
    start = pattern.partition("*")[0]
    first = bisect_left(names, start)
    return names[first : bisect_left(names, f"{start}\U0010ffff", first)]
