"""Who else can: what Kubernetes bound for itself is told from what somebody else bound."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eks_access.authz.model import BindingSubject, RbacObjects, RoleBinding
from eks_access.review.access_review import AccessReview
from eks_access.review.asking import question
from eks_access.review.declared import state_of_plan
from eks_access.review.objects import finished
from eks_access.review.state import AccessState

from ...plans import plan_of, small

SCHEDULER = BindingSubject(kind="User", name="system:kube-scheduler")
COLLECTOR = BindingSubject(kind="ServiceAccount", name="generic-garbage-collector", namespace="kube-system")
DEVS = BindingSubject(kind="Group", name="devs")


@pytest.mark.parametrize(
    ("subject", "bindings", "built_in"),
    [
        (SCHEDULER, (), True),
        (COLLECTOR, (), True),
        (SCHEDULER, ("oops",), False),
        (COLLECTOR, ("oops",), False),
        (DEVS, ("oops",), False),
        (DEVS, ("system:oops",), False),
        (BindingSubject(kind="ServiceAccount", name="ci", namespace="ops"), ("system:oops",), False),
    ],
)
def test_a_part_of_kubernetes_is_its_own_until_somebody_else_binds_it(
    subject: BindingSubject, bindings: tuple[str, ...], built_in: bool
) -> None:
    state = state_of_plan(plan_of(small()))
    more = tuple(
        RoleBinding(name=name, role_kind="ClusterRole", role_name="view", subjects=(subject,)) for name in bindings
    )
    review = AccessReview(replace(state, rbac=replace(state.rbac, bindings=(*state.rbac.bindings, *more))))
    found = review.who_can(question("list", "pods", all_namespaces=True).request).others

    (other,) = (each for each in found if each.subject == subject)
    assert other.built_in is built_in


@pytest.mark.parametrize(("version", "anybody"), [("1.31", True), ("1.33", False)])
def test_who_is_turned_away_for_want_of_credentials_is_nobody(version: str, anybody: bool) -> None:
    subject = BindingSubject(kind="User", name="system:anonymous")
    bound = RoleBinding(name="oops", role_kind="ClusterRole", role_name="view", subjects=(subject,))
    state = finished(AccessState(version=version), RbacObjects(bindings=(bound,)))

    found = AccessReview(state).who_can(question("list", "pods", all_namespaces=True).request)

    assert subject in [other.subject for other in found.others]
    assert found.anybody is anybody
