"""Manifests one after the other: what the API server refuses leaves what was there, whatever it is added to."""

from __future__ import annotations

from typing import Any

import pytest
from eks_access.authz.model import RbacObjects
from eks_access.authz.reading import read_objects
from eks_access.review.access_review import AccessReview
from eks_access.review.applying import applied, joined
from eks_access.review.asking import question
from eks_access.review.declared import state_of_plan
from eks_access.review.dumps import read_dump, state_of_documents
from eks_access.review.engine_state import state_of_engine
from eks_access.review.objects import with_objects
from eks_access.review.state import AccessState
from hypothesis import given
from hypothesis import strategies as st

from ...plans import plan_of, small
from .manifests import API, binding, role

Manifest = dict[str, Any]
OTHER = binding(roleRef={"apiGroup": API, "kind": "Role", "name": "other"})
NO_VERBS = role(rules=[{"apiGroups": [""], "resources": ["secrets"], "verbs": []}])
NO_ROBOTS = binding(subjects=[{"kind": "Robot", "name": "ann"}])
NO_LABELS = role(metadata={"name": "r", "namespace": "a", "labels": {"a": 1}}, rules=[])
NOTHING = role(rules=[])


def listed(*items: Manifest) -> Manifest:
    return {"apiVersion": "v1", "kind": "List", "items": list(items)}


def may(state: AccessState) -> bool:
    asked = question("get", "secrets", namespace="a").request
    return AccessReview(state).can("user:ann", asked).allowed


def told(state: AccessState) -> str:
    return "\n".join(state.notices)


def stack(*manifests: Manifest, preview: bool = False) -> AccessState:
    resources = [
        {
            "urn": f"urn:pulumi:dev::p::kubernetes:{each['apiVersion']}:{each['kind']}::{number}",
            "type": f"kubernetes:{each['apiVersion']}:{each['kind']}",
            "inputs": each,
            "outputs": {} if preview else each,
        }
        for number, each in enumerate(manifests)
    ]
    if preview:
        return state_of_engine({"steps": [{"op": "create", "newState": each} for each in resources]})
    return state_of_engine({"deployment": {"resources": resources}})


SOURCES = {
    "documents": lambda *then: state_of_documents([role(), binding(), *then]),
    "one List": lambda *then: state_of_documents([listed(role(), binding(), *then)]),
    "files beside a state": lambda *then: with_objects(stack(role(), binding()), read_dump(then).objects()),
    "files beside what runs": lambda *then: with_objects(
        state_of_documents([role(), binding()], complete=True), read_dump(then).objects()
    ),
    "files beside a declaration": lambda *then: state_of_plan(
        plan_of(small()), read_dump([role(), binding(), *then]).objects()
    ),
    "a preview": lambda *then: stack(role(), binding(), *then, preview=True),
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
@pytest.mark.parametrize("refused", [NO_VERBS, NO_ROBOTS, OTHER], ids=["no verbs", "no subject", "another role"])
def test_a_change_that_is_refused_leaves_what_was_there(source: Any, refused: Manifest) -> None:
    assert may(source())
    assert may(source(refused))
    assert "the API server refuses a change of" in told(source(refused))
    assert not may(source(NOTHING))


def test_a_change_that_is_refused_for_its_metadata_leaves_what_was_there() -> None:
    state = state_of_documents([role(), NO_LABELS, binding()])

    assert may(state)
    assert "refuses a change of Role a/r, so what was there before counts: metadata.labels: the value of a" in told(
        state
    )


def test_a_binding_that_never_came_in_fixes_no_role_for_the_next_one() -> None:
    robots = {**OTHER, "subjects": NO_ROBOTS["subjects"]}
    state = state_of_documents([role(), robots, binding()])

    assert may(state)
    assert "refuses RoleBinding a/r, so it does not count: subjects[0].kind: Robot" in told(state)


def test_a_binding_stays_bound_to_the_role_that_it_was_made_with() -> None:
    why = "roleRef: a binding keeps the role that it was made with, here Role r"

    assert f"refuses a change of RoleBinding a/r, so what was there before counts: {why}" in told(
        state_of_documents([role(), binding(), OTHER])
    )


def test_a_binding_of_kubernetes_own_stays_bound_too() -> None:
    mine = binding(
        kind="ClusterRoleBinding",
        metadata={"name": "cluster-admin"},
        roleRef={"apiGroup": API, "kind": "ClusterRole", "name": "view"},
    )
    state = state_of_documents([mine])

    (there,) = (each for each in state.rbac.bindings if each.name == "cluster-admin")
    assert there.role_name == "cluster-admin"


@pytest.mark.parametrize("source", [SOURCES["documents"], SOURCES["one List"]])
def test_of_two_with_one_name_the_last_counts_and_that_is_told(source: Any) -> None:
    assert not may(source(NOTHING))
    assert may(source(NOTHING, role()))
    assert "here more than once, not always the same, so that the last counts: Role a/r" in told(source(NOTHING))
    assert "more than once" not in told(source(role(), binding()))


def test_what_files_change_of_a_cluster_is_no_news_to_whoever_gives_them() -> None:
    assert "more than once" not in told(SOURCES["files beside a state"](NOTHING))


@pytest.mark.parametrize("refused", [NO_VERBS, NO_LABELS, role(apiVersion=f"{API}/v1beta1"), role(kind="role")])
def test_a_role_that_is_refused_is_not_to_be_looked_for_elsewhere(refused: Manifest) -> None:
    alone, added = state_of_documents([binding(), refused]), state_of_documents([binding()])

    assert "the API server refuses Role a/r" in told(alone)
    assert "not known here" not in told(alone)
    assert "not known here" in told(added)
    assert "not known here" not in told(with_objects(added, read_dump([refused]).objects()))


@pytest.mark.parametrize("source", [stack, lambda *there: state_of_documents(there, complete=True)])
def test_what_is_stored_is_not_refused_any_more(source: Any) -> None:
    odd = {"matchLabels": {"x": "a value of old"}}
    made = role(kind="ClusterRole", metadata={"name": "r"}, aggregationRule={"clusterRoleSelectors": [odd]})
    bound = binding(roleRef={"apiGroup": API, "kind": "ClusterRole", "name": "r"})

    assert may(source(made, bound))
    assert not may(state_of_documents([made, bound]))


@given(
    st.lists(st.sampled_from([role(), NOTHING, binding(), OTHER, NO_VERBS, NO_ROBOTS]), max_size=8), st.integers(0, 8)
)
def test_applying_in_two_goes_is_applying_at_once(manifests: list[Manifest], cut: int) -> None:
    whole = applied(read_objects(manifests), RbacObjects()).objects
    first = applied(read_objects(manifests[:cut]), RbacObjects()).objects
    then = applied(read_objects(manifests[cut:]), first).objects

    assert (then.roles, then.bindings) == (whole.roles, whole.bindings)
    assert joined(whole, RbacObjects()) == whole


@pytest.mark.parametrize("order", [1, -1])
def test_what_a_cluster_gave_a_uid_was_there_before_any_manifest(order: int) -> None:
    dumped = binding(metadata={"name": "r", "namespace": "a", "uid": "0c1f", "resourceVersion": "7"})
    documents = [role(), dumped, OTHER]

    state = state_of_documents(documents[::order])

    assert may(state)
    assert "refuses a change of RoleBinding a/r, so what was there before counts" in told(state)
