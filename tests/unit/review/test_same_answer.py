"""The same question gets the same answer from a declaration, its stack's state, a preview, and its cluster's dump."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from eks_access.declaration.cluster_models import AuthenticationMode
from eks_access.declaration.models import Declaration
from eks_access.plan import AccessPlan, compile_plan
from eks_access.review.declared import state_of_plan
from eks_access.review.dumps import state_of_documents
from eks_access.review.engine_state import state_of_engine
from eks_access.review.people import with_people
from eks_access.review.state import AccessState
from hypothesis import given

from ...plans import dev, every_kind, plan_of, prod, small
from ..declarations import declarations
from .asking import decisions_of, identities_of
from .renderings import access_of, checkpoint_of, dump_of, export_of, preview_of

READ: dict[str, Callable[[AccessPlan], AccessState]] = {
    "export": lambda plan: state_of_engine(export_of(plan)),
    "checkpoint": lambda plan: state_of_engine(checkpoint_of(plan)),
    "preview": lambda plan: state_of_engine(preview_of(plan)),
    "dump": lambda plan: state_of_documents(dump_of(plan)),
}


def difference(left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    return {key: (left[key], right[key]) for key in left if left[key] != right[key]}


@pytest.mark.parametrize("source", READ)
@given(declarations())
def test_every_source_tells_the_access_that_was_declared(source: str, declaration: Declaration) -> None:
    plan = compile_plan(declaration)

    read = with_people(READ[source](plan), plan)

    assert difference(access_of(read), access_of(state_of_plan(plan))) == {}


@pytest.mark.parametrize("source", READ)
@pytest.mark.parametrize("mode", AuthenticationMode)
@pytest.mark.parametrize("declare", [prod, every_kind])
def test_so_do_the_examples_in_every_mode(
    declare: Callable[[AuthenticationMode], Declaration], mode: AuthenticationMode, source: str
) -> None:
    plan = compile_plan(declare(mode))

    read, declared = with_people(READ[source](plan), plan), state_of_plan(plan)

    assert difference(access_of(read), access_of(declared)) == {}
    assert identities_of(read) == identities_of(declared)
    assert decisions_of(read) == decisions_of(declared)


@pytest.mark.parametrize("source", READ)
@pytest.mark.parametrize("mode", AuthenticationMode)
def test_so_does_a_declaration_that_keeps_what_others_made(mode: AuthenticationMode, source: str) -> None:
    lines = {
        "mapRoles": [
            {"rolearn": "arn:aws:iam::444455556666:role/vendor", "username": "v", "groups": ["system:masters"]}
        ]
    }
    entry = {
        "principalArn": "arn:aws:iam::444455556666:role/audit/reader",
        "type": "STANDARD",
        "username": "reader",
        "policies": [{"policy": "AmazonEKSAdminViewPolicy"}],
    }
    keep = {**(lines if mode.uses_aws_auth else {}), **({"entries": [entry]} if mode.uses_entries else {})}
    plan = plan_of(small(cluster={"authenticationMode": str(mode)}, keep=keep))

    read, declared = with_people(READ[source](plan), plan), state_of_plan(plan)

    assert difference(access_of(read), access_of(declared)) == {}
    assert identities_of(read) == identities_of(declared)


@pytest.mark.parametrize("source", READ)
@pytest.mark.parametrize("name", ["managed", "demo-node-managed", "old"])
def test_so_does_one_that_keeps_nodes_whatever_they_are_called(name: str, source: str) -> None:
    username, groups = "system:node:{{EC2PrivateDNSName}}", ["system:bootstrappers", "system:nodes"]
    nodes = [f"arn:aws:iam::{account}:role/{name}" for account in ("444455556666", "777788889999")]
    kept = [{"rolearn": arn, "username": username, "groups": groups} for arn in nodes]
    groups_of_ours = {"general": {"kind": "managed", "instanceTypes": ["m7g.large"]}}
    mode = {"authenticationMode": "CONFIG_MAP"}
    plan = plan_of(small(cluster=mode, nodeGroups=groups_of_ours, keep={"mapRoles": kept}))

    read, declared = with_people(READ[source](plan), plan), state_of_plan(plan)

    assert read.node_roles == declared.node_roles
    assert {*declared.node_roles} == {"managed", f"444455556666/{name}", f"777788889999/{name}"}


def test_a_stack_of_this_package_tells_people_s_names_by_itself() -> None:
    plan = compile_plan(dev())
    read, declared = state_of_engine(export_of(plan)), state_of_plan(plan)

    there = {replace(way, revoked_before=None) for way in declared.ways}  # of which a state tells nothing
    assert there - set(read.ways) == {way for way in there if way.via == "creator"}
    assert set(read.ways) <= there
