"""Assertions about access for the tests of your own repository: under pytest, without AWS and without Pulumi.

    from eks_access import compile_plan, load
    from eks_access.testing import assert_can, assert_cannot, assert_nobody_locked_out

    plan = compile_plan(load("stacks/access/prod.yaml"))

    def test_payments_sees_its_pods():
        assert_can(plan, "hanako", "list", "pods", namespace="payments")
        assert_cannot(plan, "hanako", "get", "secrets")
        assert_nobody_locked_out(plan)

What is asked may be a plan, or the AccessState of a dump or a running cluster. A verb, a resource or a namespace that
is misspelt is a warning: nobody can do what doesn't exist, and `assert_cannot` would never fail.
"""

from __future__ import annotations

import warnings
from functools import partial

from .authz.messages import UNAUTHORIZED
from .authz.model import Request
from .checks.lockout import admin_paths, survives_single_losses
from .plan.model import AccessPlan
from .review.access_review import AccessReview
from .review.answers import Asker, Holder, Verdict
from .review.asking import Question, describe, question
from .review.declared import state_of_plan
from .review.gaps import misspelt
from .review.state import AccessState

__all__ = ["assert_can", "assert_cannot", "assert_nobody_locked_out", "review_of"]

_EVERYTHING = (
    Request(verb="*", api_group="*", resource="*"),
    Request(verb="*", path="*"),
)
_MOST_REMEMBERED = 16
_reviews: list[tuple[AccessPlan | AccessState, AccessReview]] = []
"""Of the last ones asked; tests ask one plan many questions."""


def review_of(access: AccessPlan | AccessState) -> AccessReview:
    """Return the review that answers for a plan or a state; made once for each.

    Raises:
        TypeError: it is something else, such as a declaration that isn't compiled.
    """
    _refuse_others(access, AccessPlan, AccessState)
    for known, review in _reviews:
        if known is access:
            return review
    review = AccessReview(state_of_plan(access) if isinstance(access, AccessPlan) else access)
    _reviews.append((access, review))
    del _reviews[:-_MOST_REMEMBERED]
    return review


def assert_can(
    access: AccessPlan | AccessState,
    who: str,
    verb: str,
    resource: str,
    *,
    name: str = "",
    namespace: str | None = None,
    session: str = "",
) -> None:
    """Fail unless somebody may do something, by one of their ways in.

    Args:
        access: what is asked.
        who: a person, an ARN, ``namespace/serviceaccount``, ``node/KIND``, ``user:NAME`` or ``group:NAME``.
        verb: such as ``list``.
        resource: such as ``pods``, ``pods/log``, ``deployments.apps`` or ``/metrics``.
        name: of one object.
        namespace: where; without it, in the whole cluster at once.
        session: name of the session with which a role is assumed.

    Raises:
        AssertionError: they may not; the text is what kubectl would show.
        Refused: nobody is called so, or the words name nothing.
    """
    asked = _asked(access, verb, resource, name=name, namespace=namespace)
    answer = review_of(access).can(who, asked.request, session=session)
    if not answer.allowed:
        ways = "\n".join(f"  {_way(verdict.asker)}: {_no(verdict)}" for verdict in answer.verdicts)
        raise AssertionError(f"{who} can't {describe(answer.request)}:\n{ways}")


def assert_cannot(
    access: AccessPlan | AccessState,
    who: str,
    verb: str,
    resource: str,
    *,
    name: str = "",
    namespace: str | None = None,
    session: str = "",
) -> None:
    """Fail if somebody may do something, by any of their ways in or by chance; without a namespace, anywhere at all.

    Takes what `assert_can` takes.

    Raises:
        AssertionError: they may; the text says where and through what.
        Refused: nobody is called so, or the words name nothing.
    """
    review = review_of(access)
    asked = _asked(access, verb, resource, name=name, namespace=namespace)
    anywhere = namespace is None and asked.inside_each
    holders = review.holders(review.whoami(who, session=session), asked.request, anywhere=anywhere)
    if ways := [f"  {_way(holder.asker)}: {_yes(holder)}" for holder in holders]:
        raise AssertionError(f"{who} can {describe(asked.request)}:\n" + "\n".join(ways))


def assert_nobody_locked_out(plan: AccessPlan) -> None:
    """Fail unless a usable way to cluster-admin survives the loss of any one person, principal or the creator.

    Each way that is counted is also walked: who takes it must really be allowed everything.

    Raises:
        AssertionError: with each loss that would close the cluster, or each way that leads nowhere.
    """
    _refuse_others(plan, AccessPlan)
    problems = [str(problem) for problem in survives_single_losses(plan)]
    review = review_of(plan)
    for path in admin_paths(plan):
        asker = next(
            each for each in review.whoami(path.person) if each.way and each.way.principal_arn == path.enters_as
        )
        authentication = asker.authentication
        if authentication.identity is None:
            problems.append(f"{path.person} ({path.via}) is counted as an admin, and is Unauthorized")
            continue
        # whoever chance makes of them, a refusal too, must be an admin
        identities = authentication.alternatives or (authentication.identity,)
        everything = all(review.authorizer.allows(each, request) for each in identities for request in _EVERYTHING)
        if authentication.refusal is not None or not everything:
            chance = " by chance" if authentication.ambiguous else ""
            problems.append(f"{path.person} ({path.via}) is counted as an admin, and may not do everything{chance}")
    if problems:
        raise AssertionError("\n".join(problems))


def _asked(access: AccessPlan | AccessState, verb: str, resource: str, *, name: str, namespace: str | None) -> Question:
    """Make the question; what is odd about its words is a warning, since nobody can do what doesn't exist."""
    review = review_of(access)
    everywhere = namespace is None and not resource.startswith("/")
    ask = partial(question, verb, resource, name=name, namespace=namespace, all_namespaces=everywhere)
    asked = ask(objects=review.state.rbac, defined=review.state.resources)
    meant = misspelt(namespace, review.namespaces) if namespace else ""
    for notice in (*asked.notices, *([f"no namespace {namespace} is known; did you mean {meant}?"] if meant else [])):
        warnings.warn(notice, stacklevel=3)
    return asked


def _refuse_others(access: object, *kinds: type) -> None:
    if not isinstance(access, kinds):
        names = " or an ".join(kind.__name__ for kind in kinds)
        raise TypeError(f"an {names} can be asked, and this is a {type(access).__name__}: write compile_plan(load(…))")


def _way(asker: Asker) -> str:
    return asker.way.via if asker.way else asker.name


def _yes(holder: Holder) -> str:
    decision = holder.decision
    through = decision.reason or decision.grounds[0].authorizer
    where = through if holder.everywhere else f"in {', '.join(holder.namespaces)}"
    return f"by chance, {where}" if holder.ambiguous else where


def _no(verdict: Verdict) -> str:
    if verdict.decision is None:
        return "; ".join(filter(None, (UNAUTHORIZED, verdict.asker.authentication.refusal)))
    return verdict.said or ("nobody can give the MFA that is asked" if not verdict.asker.usable else "by chance only")
