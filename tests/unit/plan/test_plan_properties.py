"""What holds for the plan of every declaration."""

from __future__ import annotations

import random
from typing import Any

from eks_access.authn.access_entries import access_entries
from eks_access.authn.aws_auth import aws_auth_data, map_roles, map_users
from eks_access.checks import find_problems
from eks_access.declaration.cluster_models import AuthenticationMode
from eks_access.declaration.models import Declaration
from eks_access.iam.arns import strip_path
from eks_access.plan import compile_plan
from eks_access.plan.naming import ADMINS_GROUP
from hypothesis import given
from hypothesis import strategies as st

from ..declarations import declarations, raw_declarations


def found(declaration: Declaration, *checks: str) -> list[str]:
    problems = find_problems(compile_plan(declaration))
    return [str(problem) for problem in problems if problem.check in checks]


def shuffled(value: Any, randomness: random.Random) -> Any:
    """Reorder every mapping and list of a declaration; none of them has a meaningful order."""
    if isinstance(value, dict):
        items = [(key, shuffled(item, randomness)) for key, item in value.items()]
        return dict(randomness.sample(items, len(items)))
    if isinstance(value, list):
        return randomness.sample([shuffled(item, randomness) for item in value], len(value))
    return value


@given(raw_declarations(), st.randoms(use_true_random=False))
def test_the_order_in_which_it_is_written_does_not_matter(raw: dict[str, Any], randomness: random.Random) -> None:
    as_written = compile_plan(Declaration.model_validate(raw))
    reordered = compile_plan(Declaration.model_validate(shuffled(raw, randomness)))

    assert reordered == as_written


@given(declarations())
def test_every_mapped_group_is_bound_and_every_bound_group_mapped(declaration: Declaration) -> None:
    assert found(declaration, "EA301", "EA305") == []


@given(declarations())
def test_every_node_can_join_in_every_mode(declaration: Declaration) -> None:
    assert found(declaration, "EA201", "EA202", "EA203", "EA204") == []


@given(declarations())
def test_every_principal_is_mapped_once(declaration: Declaration) -> None:
    assert found(declaration, "EA302", "EA503", "EA508") == []


@given(declarations())
def test_both_views_give_people_the_same_name_and_groups(declaration: Declaration) -> None:
    both = declaration.model_copy(
        update={
            "cluster": declaration.cluster
            and declaration.cluster.model_copy(update={"authentication_mode": AuthenticationMode.API_AND_CONFIG_MAP})
        }
    )
    plan = compile_plan(both)

    lines = {m.arn: (m.username, m.groups) for m in (*map_roles(plan), *map_users(plan))}
    entries = {strip_path(e.principal_arn): (e.username, e.groups) for e in access_entries(plan) if e.username}
    assert {arn: line for arn, line in lines.items() if arn in entries} == entries
    assert len(lines) == len(access_entries(plan))


@given(declarations())
def test_only_declared_admins_carry_the_admin_group(declaration: Declaration) -> None:
    plan = compile_plan(declaration)
    admins = set(declaration.admins.people)
    for team in declaration.admins.teams:
        admins |= set(declaration.teams[team].members)
    if declaration.admins.break_glass:
        admins |= set(declaration.admins.break_glass.trusted_by)

    assert {e.person for e in plan.entrances if ADMINS_GROUP in e.groups} == admins


@given(declarations())
def test_nobody_is_given_system_masters(declaration: Declaration) -> None:
    plan = compile_plan(declaration)

    assert "system:masters" not in "".join(aws_auth_data(plan).values())
    assert not any("system:masters" in p.groups for p in plan.principals)
    assert not any(b.subject.name == "system:masters" for b in plan.rbac.bindings)


@given(declarations())
def test_every_binding_names_a_role_of_the_plan_or_one_that_exists_already(declaration: Declaration) -> None:
    plan = compile_plan(declaration)
    made = {(role.namespace, role.name) for rbac in (plan.rbac, plan.metrics) for role in rbac.roles}

    for binding in (*plan.rbac.bindings, *plan.metrics.bindings):
        scope = binding.namespace if binding.role_kind == "Role" else None
        assert (scope, binding.role_name) in made or binding.role_name in {"view", "edit", "admin", "cluster-admin"}


@given(declarations())
def test_resource_names_and_object_names_are_unique(declaration: Declaration) -> None:
    plan = compile_plan(declaration)

    keys = [p.key for p in plan.principals]
    bindings = [(b.namespace, b.name) for b in (*plan.rbac.bindings, *plan.metrics.bindings)]
    assert len(set(keys)) == len(keys)
    assert len(set(bindings)) == len(bindings)


@given(declarations())
def test_every_person_that_may_enter_a_role_is_trusted_by_it(declaration: Declaration) -> None:
    plan = compile_plan(declaration)
    trusted = {role.arn: role.trusted for role in plan.entry_roles}

    for entrance in plan.entrances:
        assert entrance.enters_as == entrance.own_arn or entrance.own_arn in trusted[entrance.enters_as]
