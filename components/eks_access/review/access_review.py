"""The questions, as typed functions: who am I, can I, who can. One review answers for one state."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..authn.authenticating import Authenticator
from ..authn.model import PrincipalKind
from ..authz.access_policies import covers_namespace, matches_pattern
from ..authz.authorizer import Authorizer
from ..authz.impersonation import CONSTRAINED_SINCE, NODE_PREFIX, Wanted
from ..authz.messages import UNAUTHORIZED, forbidden
from ..authz.model import Decision, Identity, Request
from ..plan.model import PolicyScope
from .anonymous import answers_anonymous
from .answers import Asker, Can, Holder, Verdict, WhoCan
from .askers import Askers
from .bearers import Bearers
from .gaps import listed
from .others import other_subjects
from .state import AccessState

_ASSUMED = (
    f"constrained impersonation is assumed, as of Kubernetes 1.{CONSTRAINED_SINCE} and later: which version it is, is "
    "not known here"
)


class AccessReview:
    """Answers questions about one state.

    Building it reads aws-auth and indexes what is bound, so one review answers many questions.
    """

    def __init__(self, state: AccessState) -> None:
        self.state = state
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
        nodes = tuple(self.askers.nodes())
        return WhoCan(
            request=request,
            anywhere=anywhere,
            people=tuple(self.holders(self.askers.people(), request, anywhere=anywhere)),
            nodes=tuple(self.holders(nodes, request, anywhere=anywhere)),
            others=other_subjects(self, request, anywhere=anywhere),
            errors=tuple(self._errors(nodes, request)),
        )

    def holders(self, askers: Iterable[Asker], request: Request, *, anywhere: bool = False) -> Iterator[Holder]:
        """Yield those who may do something, and those who may by chance.

        Args:
            askers: who is asked about, way by way.
            request: what is to be done.
            anywhere: look at every namespace too, and say where they can.
        """
        for asker in askers:
            authentication = asker.authentication
            identity = authentication.identity
            if identity is None or not asker.usable or self._turned_away(asker, request):
                continue
            # where chance decides who somebody is, what any of them may do they may do some day
            identities = authentication.alternatives or (identity,)
            all_of_them = [self._holder(asker, each, request, anywhere=anywhere) for each in identities]
            if holders := [holder for holder in all_of_them if holder is not None]:
                reached = {(holder.everywhere, holder.namespaces) if holder else None for holder in all_of_them}
                chance = len(reached) > 1 or authentication.refusal is not None
                yield replace(_together(holders), ambiguous=chance)

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
        authentication = asker.authentication
        identity = authentication.identity
        if identity is None or self._turned_away(asker, request):
            return Verdict(asker=asker, said=UNAUTHORIZED)
        identities = authentication.alternatives or (identity,)
        first, *others = (self._outcome(asker, each, request, wanted) for each in identities)
        allowed = {each.decision is not None and each.decision.allowed for each in (first, *others)}
        # chance decides between identities, or between one and a refusal
        chance = len(allowed) > 1 or (True in allowed and authentication.refusal is not None)
        return replace(first, ambiguous=chance)

    def _outcome(self, asker: Asker, identity: Identity, request: Request, wanted: Wanted | None) -> Verdict:
        """Decide for one of those whom somebody can be."""
        if wanted is not None:
            return self._as_another(asker, identity, request, wanted)
        decision = self.authorizer.decide(identity, request)
        said = "" if decision.allowed else forbidden(identity, request, decision.reason)
        return Verdict(asker=asker, decision=decision, said=said)

    def _as_another(self, asker: Asker, identity: Identity, request: Request, wanted: Wanted) -> Verdict:
        acting = self.authorizer.impersonates(identity, wanted, request)
        if acting.identity is not None:
            who, asked = acting.identity, request
            decision = self.authorizer.decide(who, asked)
        else:
            assert acting.refused is not None
            who, asked = identity, acting.refused
            refused = Decision(allowed=False, reason=acting.because)
            decision = refused if acting.because else self.authorizer.decide(who, asked)
        if self.state.version is None and acting.constrained:
            decision = replace(decision, errors=(*decision.errors, _ASSUMED))
        said = "" if decision.allowed else forbidden(who, asked, decision.reason)
        return Verdict(asker=asker, decision=decision, said=said, impersonation=acting)

    def _turned_away(self, asker: Asker, request: Request) -> bool:
        """EKS from 1.32 on answers who sends no credentials with 401 everywhere but on health paths.

        Who is anonymous by impersonation has sent some (k8s.io/apiserver pkg/authentication/request/anonymous).
        """
        nobody = asker.principal is not None and asker.principal.kind is PrincipalKind.ANONYMOUS
        return nobody and not answers_anonymous(self.state.version, request)

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

    def _errors(self, nodes: Iterable[Asker], request: Request) -> Iterator[str]:
        """Say what is not counted of those who can't: of each of the people, and of all nodes of which it is so."""
        of_people = (f"{each.name}: {said}" for each in self.askers.people() for said in self._uncounted(each, request))
        yield from dict.fromkeys(of_people)
        of_nodes: dict[str, list[str]] = {}
        for each in nodes:
            for said in self._uncounted(each, request):
                of_nodes.setdefault(said, []).append(each.name)
        yield from (f"{listed(names)}: {said}" for said, names in of_nodes.items())

    def _uncounted(self, asker: Asker, request: Request) -> tuple[str, ...]:
        identity = asker.authentication.identity
        if identity is None or not (errors := self.authorizer.errors_for(identity, request)):
            return ()
        return () if self.authorizer.allows(identity, request) else errors


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
