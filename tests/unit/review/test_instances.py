"""Roles that let instances in and nobody else, by whatever user name: their instances are told as anybody is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from eks_access.authn.access_entries import AccessEntry
from eks_access.authn.principals import principal_of_arn
from eks_access.declaration.kinds import AuthenticationMode
from eks_access.plan.model import EntryType
from eks_access.review.access_review import AccessReview
from eks_access.review.asking import question
from eks_access.review.diff import diff_access
from eks_access.review.diff.model import SubjectKind
from eks_access.review.dumps import state_of_documents
from eks_access.review.engine_state import state_of_engine
from eks_access.review.facts import Facts
from eks_access.review.iam_trust import Trusted
from eks_access.review.matrix import matrix_of_roles
from eks_access.review.state import AccessState
from eks_access.review.ways import INSTANCE, Mapped, ways_of
from hypothesis import given
from hypothesis import strategies as st

from .renderings import resource

A = "arn:aws:iam::111122223333"
BASTION, AIKO, DNS = f"{A}:role/Bastion", f"{A}:user/aiko", "{{EC2PrivateDNSName}}"
AN_INSTANCE = f"arn:aws:sts::111122223333:assumed-role/Bastion/{INSTANCE}"
METADATA = {"name": "aws-auth", "namespace": "kube-system"}
BINDING = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "ClusterRoleBinding",
    "metadata": {"name": "b"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
    "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "bastions"}],
}


def mapping(username: str, *groups: str) -> dict[str, str]:
    return {"mapRoles": json.dumps([{"rolearn": BASTION, "username": username, "groups": groups}])}


def of_files(data: dict[str, str]) -> AccessState:
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": METADATA, "data": data}
    return state_of_documents([config_map, BINDING])


def of_a_state(data: dict[str, str], *more: dict[str, Any]) -> AccessState:
    resources = (
        resource("aws:eks/cluster:Cluster", "c", {"name": "c", "accessConfig": {"authenticationMode": "CONFIG_MAP"}}),
        resource("kubernetes:core/v1:ConfigMap", "aws-auth", {"metadata": METADATA, "data": data}),
        resource("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", "b", BINDING),
    )
    return state_of_engine({"version": 3, "deployment": {"resources": [*resources, *more]}})


def of_a_state_with_trust(data: dict[str, str]) -> AccessState:
    allowed = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": AIKO}}
    trust = json.dumps({"Statement": allowed})
    return of_a_state(data, resource("aws:iam/role:Role", "r", {"name": "Bastion", "assumeRolePolicy": trust}))


SOURCES = pytest.mark.parametrize("source", [of_files, of_a_state, of_a_state_with_trust])
Source = Callable[[dict[str, str]], AccessState]


def holders(state: AccessState, verb: str, resource: str) -> set[str]:
    request = question(verb, resource, all_namespaces=True).request
    return {holder.asker.name for holder in AccessReview(state).who_can(request).people}


@SOURCES
def test_an_instance_that_may_is_among_those_who_can(source: Source) -> None:
    assert holders(source(mapping(f"bastion:{DNS}", "bastions")), "list", "pods") == {AN_INSTANCE}
    assert holders(source(mapping(f"bastion:{DNS}", "system:masters")), "delete", "nodes") == {AN_INSTANCE}


@SOURCES
def test_a_group_of_instances_is_carried_by_somebody(source: Source) -> None:
    found = AccessReview(source(mapping(f"bastion:{DNS}", "bastions"))).who_can(
        question("list", "pods", all_namespaces=True).request
    )

    assert "bastions" not in {other.subject.name for other in found.others}


@SOURCES
def test_an_instance_has_its_roles_in_the_matrix(source: Source) -> None:
    matrix = matrix_of_roles(AccessReview(source(mapping("bastion", "bastions", f"x:{DNS}"))))

    assert {row.person: row.everywhere for row in matrix.rows if row.everywhere} == {AN_INSTANCE: {"view"}}


@SOURCES
def test_what_instances_gain_is_a_change(source: Source) -> None:
    old, new = (source(mapping(f"bastion:{DNS}", group)) for group in ("x", "system:masters"))
    change = diff_access(old, new).of(AN_INSTANCE, SubjectKind.PRINCIPAL)

    assert change is not None
    assert change.effective
    assert diff_access(old, replace(old)).empty


@SOURCES
def test_a_line_for_everybody_that_becomes_one_for_instances_takes_from_all_others_alone(source: Source) -> None:
    everybody, instances = source(mapping("bastion", "bastions")), source(mapping(f"bastion:{DNS}", "bastions"))
    (comer,) = holders(everybody, "list", "pods")
    (lost,), (gained,) = diff_access(everybody, instances).effective, diff_access(instances, everybody).effective

    assert lost.name == gained.name == comer
    assert lost.loses
    assert gained.gains


def test_who_asks_for_the_role_is_told_to_ask_for_an_instance() -> None:
    review = AccessReview(of_files(mapping(f"bastion:{DNS}", "bastions")))
    (asker,), (instance,) = review.whoami(BASTION), review.whoami(AN_INSTANCE)

    assert asker.authentication.refusal == "SessionName did not contain an instance id"
    assert asker.authentication.steps[-1].said == f"{BASTION} lets instances in and nobody else: ask for {AN_INSTANCE}"
    assert instance.authentication.identity


def test_whoever_may_assume_such_a_role_keeps_a_name_and_is_refused() -> None:
    state = of_a_state_with_trust(mapping(f"bastion:{DNS}", "system:masters"))
    (asker,) = AccessReview(state).whoami(AIKO)

    assert asker.authentication.refusal == "SessionName did not contain an instance id"


def test_a_principal_that_both_sides_map_and_nobody_enters_by_is_compared_as_an_instance() -> None:
    old, new = (
        AccessState(mode=AuthenticationMode.CONFIG_MAP, aws_auth=mapping(f"b:{DNS}", group))
        for group in ("x", "system:masters")
    )

    assert not diff_access(old, new).empty


def test_an_entry_for_instances_is_entered_by_them() -> None:
    entry = AccessEntry(
        key="b", principal_arn=BASTION, type=EntryType.STANDARD, username=f"b:{DNS}", groups=(), policies=()
    )
    (way,) = Facts(entries={BASTION: entry}).state().ways

    assert way.session == INSTANCE


def test_a_user_is_no_instance_whatever_the_line_says() -> None:
    trusted = {AIKO: (Trusted(arn=f"{A}:user/botan"),)}
    (way,) = ways_of([Mapped(arn=AIKO, is_node=False, for_instances=True)], trusted)

    assert (way.person, way.session) == (AIKO, "")


PARTS = st.lists(st.sampled_from([DNS, "{{SessionName}}", "{{AccountID}}", "a", ":"]), min_size=1, max_size=3)
NAMES = PARTS.map("".join)


@given(NAMES, st.lists(NAMES, max_size=2), st.booleans())
def test_whatever_a_role_is_mapped_to_somebody_comes_in_by_it(name: str, groups: list[str], known: bool) -> None:
    review = AccessReview((of_a_state_with_trust if known else of_files)(mapping(name, *groups)))
    comers = [asker for asker in review.askers.people() if asker.authentication.identity]
    instance = review.authenticator.authenticate(principal_of_arn(BASTION, session=INSTANCE)).identity

    assert len(comers) == 1
    assert instance is not None
    if DNS in (name + "".join(groups)):
        assert comers[0].authentication.identity == instance
