"""What real components do otherwise than the evaluator once did; each case is named after what it shows."""

from __future__ import annotations

from eks_access.authz.aggregation import aggregate
from eks_access.authz.escalation import EscalationCheck
from eks_access.authz.model import BindingSubject, Identity, RbacObjects, Role, RoleBinding, Selector
from eks_access.authz.rbac import RbacAuthorizer
from eks_access.plan.model import RbacRule

GET_PODS = RbacRule(verbs=("get",), api_groups=("",), resources=("pods",))
ALICE = Identity(username="alice", groups=("system:authenticated",))


def test_an_aggregated_role_that_gathers_nothing_keeps_what_was_stored_in_it() -> None:
    """The controller applies an empty list, which server-side apply takes for a field that is left out."""
    nothing = Role(name="nothing", rules=(GET_PODS,), aggregation=(Selector(labels={"none": "has"}),))
    above = Role(name="above", aggregation=(Selector(labels={"to": "above"}),))
    labelled = Role(name="labelled", rules=(GET_PODS,), labels={"to": "above"}, aggregation=())
    objects = aggregate(RbacObjects(roles=(nothing, above, labelled)))
    assert {role.name: role.rules for role in objects.roles} == {
        "nothing": (GET_PODS,),
        "above": (GET_PODS,),
        "labelled": (GET_PODS,),
    }


def dangling() -> EscalationCheck:
    binding = RoleBinding(
        name="b", role_kind="ClusterRole", role_name="gone", subjects=(BindingSubject(kind="User", name="alice"),)
    )
    return EscalationCheck(RbacAuthorizer(RbacObjects(bindings=(binding,))), lambda identity, request: False)


def test_a_binding_to_a_role_that_is_missing_reads_as_if_the_binding_were_missing() -> None:
    """Storage names the resource of the request in its NotFound."""
    inside = RoleBinding(name="new", namespace="a", role_kind="Role", role_name="gone")
    whole = RoleBinding(name="new", role_kind="ClusterRole", role_name="gone")
    assert dangling().of_binding(ALICE, inside).because == 'rolebindings.rbac.authorization.k8s.io "gone" not found'
    assert dangling().of_binding(ALICE, whole).because == (
        'clusterrolebindings.rbac.authorization.k8s.io "gone" not found'
    )


def test_roles_that_are_missing_among_the_writers_own_read_as_what_is_written() -> None:
    for namespace, resource in ((None, "clusterroles"), ("a", "roles")):
        refused = dangling().of_role(ALICE, Role(name="new", namespace=namespace, rules=(GET_PODS,)))
        assert refused.because.endswith(f'; resolution errors: [{resource}.rbac.authorization.k8s.io "gone" not found]')
