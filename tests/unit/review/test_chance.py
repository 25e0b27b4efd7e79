"""Two spellings of one user's ARN: which line counts is chance, and no answer forgets it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eks_access.authz.impersonation import Wanted
from eks_access.authz.model import Role
from eks_access.plan.model import RbacRule
from eks_access.review.access_review import AccessReview
from eks_access.review.asking import question
from eks_access.testing import assert_cannot

from .mapped import USER, bound, mapped


@pytest.mark.parametrize("other", ["nobody", "{{EC2PrivateDNSName}}"])
def test_what_chance_may_refuse_is_no_yes_and_who_can_names_them_all_the_same(other: str) -> None:
    lines = (
        f"- {{userarn: {USER.format('Ann')}, username: ann, groups: [devs]}}\n"
        f"- {{userarn: {USER.format('ann')}, username: '{other}'}}\n"
    )
    review, request = AccessReview(mapped(mapUsers=lines)), question("list", "pods", namespace="x").request
    (verdict,) = review.can("ann", request).verdicts

    assert (verdict.allowed, verdict.ambiguous) == (False, True)
    assert [holder.asker.name for holder in review.who_can(request).people] == ["ann"]
    (no,) = review.can("ann", question("delete", "pods", namespace="x").request).verdicts
    assert (no.allowed, no.ambiguous) == (False, False), "whoever chance picks may not"


def test_who_is_named_by_who_can_once_whoever_chance_makes_of_them() -> None:
    lines = "".join(
        f"- {{userarn: {USER.format(name)}, username: {name}, groups: [devs]}}\n" for name in ("Ann", "ann")
    )
    found = AccessReview(mapped(mapUsers=lines)).who_can(question("list", "pods", namespace="x").request)

    assert [holder.asker.name for holder in found.people] == ["ann"]


ACTOR, NOBODY = "username: ann, groups: [actors]", "username: nobody"
REFUSED = "username: '{{EC2PrivateDNSName}}'"


def actors(*spelt: str) -> AccessReview:
    """Ann, one line per spelling of her ARN; `actors` may be root, who may do everything."""
    lines = "".join(
        f"- {{userarn: {USER.format(arn)}, {who}}}\n" for arn, who in zip(("ann", "Ann"), spelt, strict=True)
    )
    there = replace(bound("edit", "actors"), namespace="web")
    state = mapped(
        bound("acting", "actors"), there, replace(bound("cluster-admin", "root"), name="root"), mapUsers=lines
    )
    acting = Role(
        name="acting", rules=(RbacRule(verbs=("impersonate",), api_groups=("",), resources=("users", "groups")),)
    )
    return AccessReview(replace(state, rbac=replace(state.rbac, roles=(*state.rbac.roles, acting))))


@pytest.mark.parametrize("spelt", [(ACTOR, NOBODY), (NOBODY, ACTOR), (ACTOR, REFUSED), (REFUSED, ACTOR)])
@pytest.mark.parametrize("version", ["1.33", "1.36", None])
def test_who_may_be_another_by_chance_only_may_do_nothing_as_them_for_sure(
    spelt: tuple[str, str], version: str | None
) -> None:
    review = AccessReview(replace(actors(*spelt).state, version=version))
    request = question("get", "secrets", all_namespaces=True).request
    (verdict,) = review.can("ann", request, wanted=Wanted(username="x", groups=("root",))).verdicts

    assert (verdict.allowed, verdict.ambiguous) == (False, True)


@pytest.mark.parametrize("spelt", [(ACTOR, ACTOR), (NOBODY, NOBODY), (NOBODY, REFUSED), (REFUSED, NOBODY)])
def test_whom_chance_makes_no_difference_to_is_told_of_none(spelt: tuple[str, str]) -> None:
    request = question("get", "secrets", all_namespaces=True).request
    (verdict,) = actors(*spelt).can("ann", request, wanted=Wanted(username="x", groups=("root",))).verdicts

    assert (verdict.allowed, verdict.ambiguous) == (spelt == (ACTOR, ACTOR), False)


@pytest.mark.parametrize("spelt", [(ACTOR, NOBODY), (NOBODY, ACTOR), (REFUSED, ACTOR), (ACTOR, ACTOR)])
def test_cannot_fails_of_what_chance_may_allow_in_whatever_order_the_lines_are(spelt: tuple[str, str]) -> None:
    says = "" if NOBODY not in spelt and REFUSED not in spelt else "by chance, "
    with pytest.raises(AssertionError, match=f"direct: {says}RBAC: allowed by ClusterRoleBinding"):
        assert_cannot(actors(*spelt).state, "ann", "impersonate", "users", name="root")
    with pytest.raises(AssertionError, match=f"direct: {says}in web"):
        assert_cannot(actors(*spelt).state, "ann", "delete", "pods")
    assert_cannot(actors(*spelt).state, "ann", "delete", "nodes")
