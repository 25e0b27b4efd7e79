"""Each check fires on a plan that breaks its rule, and is silent on a sound one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from eks_access import AccessPlan, Refused, compile_plan
from eks_access.checks import catalogue, find_problems, mapping, refuse_unless_sound
from eks_access.declaration.cluster_models import AuthenticationMode
from eks_access.declaration.models import KeptRole
from eks_access.errors import Problem
from eks_access.plan.model import Binding, EntryType, MappedPrincipal, Subject

from ...plans import TODAY, dev, plan_of, prod, small

PLAN = compile_plan(dev(), today=TODAY)


def remapped(change: Callable[[MappedPrincipal], MappedPrincipal | None]) -> AccessPlan:
    changed = (change(p) for p in PLAN.principals)
    return replace(PLAN, principals=tuple(p for p in changed if p))


def only(key: str, **changes: object) -> AccessPlan:
    return remapped(lambda p: replace(p, **changes) if p.key == key else p)  # type: ignore[arg-type]


def kept(arn: str, groups: list[str]) -> AccessPlan:
    line = KeptRole(rolearn=arn, username="x", groups=groups)
    return replace(PLAN, kept_roles=(line,))


def bound(group: str) -> AccessPlan:
    binding = Binding(
        name="b", namespace=None, role_kind="ClusterRole", role_name="view", subject=Subject(kind="Group", name=group)
    )
    return replace(PLAN, rbac=replace(PLAN.rbac, bindings=(*PLAN.rbac.bindings, binding)))


def found(plan: AccessPlan, check: str) -> list[Problem]:
    return [problem for problem in find_problems(plan) if problem.check == check]


BROKEN = {
    "nobody enters": (replace(PLAN, entrances=()), "EA101", "admins"),
    "one admin": (
        replace(PLAN, entrances=tuple(e for e in PLAN.entrances if e.person == "sato")),
        "EA101",
        "admins",
    ),
    "the creator mapped again": (
        only("person-taro", arn="arn:aws:iam::111122223333:role/ci/pulumi"),
        "EA102",
        "people.taro",
    ),
    "somebody is our own role": (
        replace(PLAN, entrances=(replace(PLAN.entrances[0], own_arn=PLAN.entry_roles[0].arn), *PLAN.entrances[1:])),
        "EA103",
        f"people.{PLAN.entrances[0].person}",
    ),
    "a node role that nobody mapped": (
        remapped(lambda p: None if p.key == "node-managed" else p),
        "EA201",
        "nodeGroups.general",
    ),
    "a Windows node as a Linux one": (only("node-windows", groups=("system:nodes",)), "EA201", "nodeGroups.windows"),
    "a node under a wrong name": (only("node-fargate", username="somebody"), "EA201", "nodeGroups.batch"),
    "a node with a person's entry": (
        only("node-managed", entry_type=EntryType.STANDARD),
        "EA201",
        "nodeGroups.general",
    ),
    "a mapped group that nothing binds": (only("person-taro", groups=("nowhere",)), "EA301", "people.taro"),
    "a kept group that nothing binds": (kept("arn:aws:iam::1:role/x", ["nowhere"]), "EA301", "keep"),
    "a bound group that nobody carries": (bound("nobody"), "EA301", "grants"),
    "a kept line for one of ours": (kept("arn:aws:iam::111122223333:role/DEV-node-managed", []), "EA302", "keep"),
    "one principal under two names": (
        replace(PLAN, principals=(*PLAN.principals, replace(PLAN.principals[0], key="again"))),
        "EA302",
        "people",
    ),
    "a reserved user name": (only("person-taro", username="system:admin"), "EA304", "people.taro"),
    "another reserved user name": (only("person-taro", username="aws:taro"), "EA304", "people.taro"),
    "a reserved group": (only("person-taro", groups=("system:masters",)), "EA304", "people.taro"),
}


@pytest.mark.parametrize(("plan", "check", "path"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_plan_is_refused_with_place_and_remedy(plan: AccessPlan, check: str, path: str) -> None:
    problems = found(plan, check)

    assert path in {problem.path for problem in problems}
    assert all(problem.rule and problem.fix for problem in problems)
    with pytest.raises(Refused, match=check):
        refuse_unless_sound(plan)


@pytest.mark.parametrize(
    "plan",
    [
        PLAN,
        *(compile_plan(prod(mode), today=TODAY) for mode in AuthenticationMode),
        plan_of({"account": {"id": "111122223333"}}),
    ],
    ids=["dev", *AuthenticationMode, "people only"],
)
def test_a_sound_plan_passes_every_check(plan: AccessPlan) -> None:
    assert refuse_unless_sound(plan) is plan


@pytest.mark.parametrize("mode", ["CONFIG_MAP", "API"])
def test_a_node_is_looked_for_where_its_mode_looks(mode: str) -> None:
    raw = small(cluster={"authenticationMode": mode}, nodeGroups={"n": {"kind": "managed", "instanceTypes": ["m"]}})
    plan = plan_of(raw)

    (problem,) = found(replace(plan, principals=tuple(p for p in plan.principals if p.key != "node-managed")), "EA201")
    assert ("aws-auth" in problem.rule) is (mode == "CONFIG_MAP")


def test_groups_that_another_program_binds_are_left_alone() -> None:
    plan = replace(kept("arn:aws:iam::1:role/x", ["theirs"]), external_groups=frozenset({"theirs", "other"}))

    assert find_problems(plan) == []
    assert found(replace(bound("other"), external_groups=frozenset({"other"})), "EA301") == []


def test_groups_of_kubernetes_itself_need_no_binding_here() -> None:
    assert found(kept("arn:aws:iam::1:role/x", ["system:masters"]), "EA301") == []
    assert found(bound("system:authenticated"), "EA301") == []


@pytest.mark.parametrize("keep", [{}, {"mapRoles": [{"rolearn": "arn:aws:iam::1:role/x", "username": "x"}]}])
def test_one_principal_twice_is_refused_in_mode_api_too(keep: dict[str, Any]) -> None:
    plan = plan_of(small(cluster={"authenticationMode": "API"}, keep=keep))
    twin = replace(plan.principals[-1], key="twin")

    assert found(replace(plan, principals=(*plan.principals, twin)), "EA302")


@pytest.mark.parametrize(("limit", "text"), [("ENTRY_LIMIT", "takes 2 access"), ("CONFIG_MAP_LIMIT", "holds 2 bytes")])
def test_more_than_a_cluster_takes_is_refused_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch, limit: str, text: str
) -> None:
    monkeypatch.setattr(mapping, limit, 2)

    (problem,) = found(PLAN, "EA303")
    assert text in problem.rule
    assert "assumeRole" in problem.fix


def test_every_check_has_an_id_a_title_and_a_reason() -> None:
    checks = catalogue()

    assert len({check.id for check in checks}) == len(checks)
    assert [check.id for check in checks] == sorted(check.id for check in checks)
    assert all(check.title and len(check.why) > 40 and check.find.__doc__ for check in checks)


def test_every_check_is_shown_to_fire() -> None:
    assert {check for _, check, _ in BROKEN.values()} | {"EA303"} == {check.id for check in catalogue()}
