"""The pack asks every rule over a cluster, and each of as much of a stack as the rule needs to be right."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from eks_access import AccessPlan, AccessState, compile_plan, state_of_plan
from eks_access.checks import Check, Needs, Over, catalogue
from eks_access.declaration.kinds import AuthenticationMode
from eks_access.declaration.models import Declaration
from eks_access.review.engine_reading import Resource
from hypothesis import given, settings
from hypothesis import strategies as st
from judging import Access
from pulumi_policy import ResourceValidationPolicy, StackValidationPolicy
from rules import READABLE, policies

from ..plans import ROOT, TODAY, plan_of
from ..unit.checks.by_hand import BY_HAND, node_state
from ..unit.checks.examples import EXAMPLES, cluster_of
from ..unit.checks.test_two_inputs import EVERYTHING_WRONG
from ..unit.declarations import declarations
from ..unit.policy.stacks import resources_of

CHECKS = catalogue(Over.CLUSTER)
CLUSTER_WIDE = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: %s}
rules: [%s]
"""
SERVICE_LINKED = (
    "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
)
IN_A_STACK: dict[str, Callable[[], AccessPlan | AccessState | None]] = {
    "EA201": lambda: replace(node_state(), mode=AuthenticationMode.CONFIG_MAP),
    "EA507": lambda: cluster_of(f"accessEntry: {{principalArn: '{SERVICE_LINKED}', clusterName: demo}}"),
    "EA603": lambda: cluster_of(CLUSTER_WIDE % ("x", "{apiGroups: [''], resources: [pods]}")),
    "EA615": lambda: cluster_of(CLUSTER_WIDE % ("a/b", "{apiGroups: [''], resources: [pods], verbs: [get]}")),
}
"""What breaks a rule whose example no stack can be: the loader refuses it, or EKS maps those nodes by itself."""
OF_NO_STACK = {"EA109"}
"""Rules over what runs: a stack doesn't tell everybody who is mapped."""
PARTIAL = [check for check in CHECKS if check.needs is not Needs.ALL]
"""Rules that a part of a stack can break."""


def cases(check: Check) -> tuple[list[Resource], list[list[Resource]]]:
    """What breaks a rule, and what keeps it, as resources of a stack."""
    if check.id in BY_HAND:
        subjects: list[object] = [make() for make in BY_HAND[check.id]]
    else:
        subjects = [cluster_of(EXAMPLES[check.id][key]) for key in ("fires", "mended", "silent")]
    subjects[0] = IN_A_STACK.get(check.id, lambda: subjects[0])()
    fires, *right = (each for each in subjects if isinstance(each, AccessPlan | AccessState))
    return resources_of(fires), [
        resources_of(each) for each in right if check.needs is not Needs.ALL or not elsewhere(each)
    ]


def elsewhere(subject: AccessPlan | AccessState) -> frozenset[str]:
    """What a declaration leaves to others, and no program can."""
    return (state_of_plan(subject) if isinstance(subject, AccessPlan) else subject).elsewhere


def found(check: Check, resources: Sequence[Resource]) -> set[tuple[str, str]]:
    return told(Access(resources), check)


def told(access: Access, check: Check) -> set[tuple[str, str]]:
    return {(each.problem.path, each.problem.rule) for each in access.findings(check)}


def alone(check: Check, resources: Sequence[Resource]) -> set[tuple[str, str]]:
    return {each for resource in resources for each in found(check, [resource])}


def parts_of(resources: Sequence[Resource]) -> list[list[Resource]]:
    """Each resource by itself, and all without it; of thousands some."""
    some = resources if len(resources) < 100 else resources[:3]
    return [*([each] for each in some), *([other for other in resources if other is not each] for each in some)]


def test_every_rule_over_a_cluster_is_a_policy_that_sees_as_much_as_the_rule_needs() -> None:
    kinds = {policy.name: type(policy) for policy in policies()}

    assert kinds.pop(READABLE) is StackValidationPolicy
    assert kinds == {
        each.id: ResourceValidationPolicy if each.needs is Needs.ONE else StackValidationPolicy for each in CHECKS
    }


def test_only_rules_over_a_cluster_say_how_much_of_one_they_need() -> None:
    assert all(each.needs is Needs.ONE for each in catalogue() if each.over is not Over.CLUSTER)


@pytest.mark.parametrize("check", [each for each in CHECKS if each.id not in OF_NO_STACK], ids=lambda check: check.id)
def test_a_rule_finds_in_a_stack_what_it_finds_in_the_cluster_that_this_makes(check: Check) -> None:
    fires, right = cases(check)

    assert found(check, fires)
    assert right
    assert not any(found(check, each) for each in right)


@pytest.mark.parametrize("check", [each for each in CHECKS if each.needs is Needs.ONE], ids=lambda check: check.id)
def test_a_rule_that_needs_one_object_finds_all_of_it_object_by_object(check: Check) -> None:
    fires, _ = cases(check)

    assert found(check, fires) <= alone(check, fires), "it compares objects: `needs=Needs.SEVERAL`"


@pytest.mark.parametrize("check", PARTIAL, ids=lambda check: check.id)
def test_a_rule_that_needs_not_all_is_silent_over_every_part_of_what_is_right(check: Check) -> None:
    _, right = cases(check)

    for resources in right:
        assert not any(found(check, part) for part in parts_of(resources)), (
            "it is about what is missing: `needs=Needs.ALL`"
        )


@settings(max_examples=max(10, settings.default.max_examples // 5))  # type: ignore[union-attr]
@given(st.data())
def test_whoever_sees_less_of_a_stack_finds_less(data: st.DataObject) -> None:
    whole = resources_of(plan_of(EVERYTHING_WRONG))
    part = data.draw(st.lists(st.sampled_from(whole[1:]), unique_by=id))

    less, more = Access([whole[0], *part]), Access(whole)
    for check in PARTIAL:
        assert told(less, check) <= told(more, check), check.id


@settings(max_examples=max(10, settings.default.max_examples // 5))  # type: ignore[union-attr]
@given(declarations())
def test_of_generated_stacks_too_a_rule_that_needs_one_object_finds_all_of_it(declaration: Declaration) -> None:
    resources = resources_of(compile_plan(declaration, today=TODAY))

    together, apart = Access(resources), [Access([each]) for each in resources]
    for check in CHECKS:
        if check.needs is Needs.ONE:
            assert told(together, check) == {found for each in apart for found in told(each, check)}, check.id


@pytest.mark.parametrize("path", sorted((ROOT / "policy" / "levels").glob("*.json")), ids=lambda path: path.stem)
def test_a_file_of_levels_names_policies_that_there_are(path: Path) -> None:
    levels = json.loads(path.read_text())

    assert set(levels) <= {"all", *(policy.name for policy in policies())}
