"""Why a cell of the matrix is as it is: each way in, who it makes of somebody, and everything that applies there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..authz.access_policies import access_policies, covers_namespace, unpublished
from ..authz.model import MASTERS, BindingSubject, Identity, Request, RoleBinding
from ..authz.resources import VERBS
from ..authz.rules import rule_allows
from ..plan.model import PolicyScope, RbacRule
from .access_review import AccessReview
from .answers import Asker, Verdict
from .gaps import unknown_namespace
from .matrix import gives_everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One thing that gives somebody rights: a binding, an access policy, or the group that may do everything."""

    binding: RoleBinding | None = None
    subject: BindingSubject | None = None
    """Subject of the binding through which it applies."""
    policy: PolicyScope | None = None
    rules: tuple[RbacRule, ...] = ()
    lacks: str = ""
    """Why it gives nothing, or nothing that is known: the role is not there, AWS doesn't publish the rules."""

    @property
    def superuser(self) -> bool:
        """Whether it is `system:masters`, which no binding stands behind."""
        return self.binding is None and self.policy is None

    @property
    def label(self) -> str:
        """The role or access policy, as the matrix calls it."""
        if self.binding is not None:
            return f"{self.binding.role_name} (missing)" if self.lacks else self.binding.role_name
        return self.policy.policy if self.policy is not None else MASTERS

    @property
    def everybodys(self) -> bool:
        """Whether Kubernetes itself gives it to whoever is logged in, such as discovery."""
        return self.binding is not None and gives_everybody(self.binding)

    def reaches(self, namespace: str) -> bool:
        """Tell whether it counts in a namespace; in the whole cluster for the empty name."""
        if self.binding is not None:
            return self.binding.namespace in (None, namespace)
        if self.policy is None or not self.policy.namespaces:
            return True
        return bool(namespace) and covers_namespace(self.policy, namespace)


@dataclass(frozen=True, slots=True, kw_only=True)
class WayIn:
    """One way in, and what it brings in the namespace."""

    asker: Asker
    holdings: tuple[Holding, ...]
    verdict: Verdict | None = None
    """Of the request, where one was asked about."""
    other_verbs: tuple[str, ...] = ()
    """Verbs that they do have there on the resource that was asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why somebody may do in one namespace what they may."""

    who: str
    namespace: str
    """Empty for the whole cluster."""
    request: Request | None
    ways: tuple[WayIn, ...]
    notices: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether one of the ways allows the request; where none was asked, whether one leads in."""
        if self.request is not None:
            return any(way.verdict is not None and way.verdict.allowed for way in self.ways)
        return any(way.asker.authentication.identity is not None and way.asker.usable for way in self.ways)


def explain_cell(
    review: AccessReview, who: str, namespace: str, request: Request | None = None, *, session: str = ""
) -> Explanation:
    """Explain what somebody has in a namespace, or one decision there.

    Args:
        review: of the cluster.
        who: a name, as `AccessReview.whoami` takes it.
        namespace: where; empty for the whole cluster.
        request: the decision to explain; without one, all that applies there is told.
        session: name of the session with which a role is assumed.

    Raises:
        Refused: nobody is called so.
    """
    if request is None:
        askers = review.whoami(who, session=session)
        ways = tuple(WayIn(asker=asker, holdings=_there(review, asker, namespace)) for asker in askers)
    else:
        ways = tuple(
            WayIn(
                asker=verdict.asker,
                holdings=_there(review, verdict.asker, request.namespace),
                verdict=verdict,
                other_verbs=_other_verbs(review, verdict, request),
            )
            for verdict in review.can(who, request, session=session).verdicts
        )
    notices = (*review.state.notices, *unknown_namespace(namespace, review.namespaces))
    return Explanation(who=who, namespace=namespace, request=request, ways=ways, notices=notices)


class Holdings:
    """Knows what gives rights to whom in one cluster."""

    def __init__(self, review: AccessReview) -> None:
        self._rbac = review.authorizer.rbac
        self._policies = {entry.principal_arn: entry.policies for entry in review.state.entries}

    def of(self, identity: Identity) -> Iterator[Holding]:
        """List everything that gives an identity rights anywhere in the cluster."""
        if MASTERS in identity.groups:
            yield Holding()
        for binding, subject, role in self._rbac.all_held_by(identity):
            if role is None:
                lacks = self._rbac.role_of(binding.role_kind, binding.role_name, binding.namespace)
                yield Holding(binding=binding, subject=subject, lacks=str(lacks))
            else:
                yield Holding(binding=binding, subject=subject, rules=role.rules)
        yield from map(_of_policy, self._policies.get(identity.principal_arn or "", ()))


def verbs_of(rules: Iterable[RbacRule], request: Request) -> tuple[str, ...]:
    """List the verbs of ordinary requests that rules allow on what a request asks about."""
    known = tuple(rules)
    asked = ((verb, replace(request, verb=verb)) for verb in VERBS)
    return tuple(verb for verb, each in asked if any(rule_allows(rule, each) for rule in known))


def _of_policy(scope: PolicyScope) -> Holding:
    policy = access_policies().get(scope.policy)
    if policy is None or policy.rules is None:
        return Holding(policy=scope, lacks=unpublished(scope.policy))
    return Holding(policy=scope, rules=policy.rules)


def _there(review: AccessReview, asker: Asker, namespace: str) -> tuple[Holding, ...]:
    identity = asker.authentication.identity
    if identity is None:
        return ()
    identities = asker.authentication.alternatives or (identity,)
    found = (holding for each in identities for holding in Holdings(review).of(each) if holding.reaches(namespace))
    return tuple({(id(each.binding), each.subject, each.policy): each for each in found}.values())


def _other_verbs(review: AccessReview, verdict: Verdict, request: Request) -> tuple[str, ...]:
    identity = verdict.asker.authentication.identity
    if identity is None or verdict.decision is None or verdict.decision.allowed or request.path is not None:
        return ()
    return tuple(verb for verb in VERBS if review.authorizer.allows(identity, replace(request, verb=verb)))
