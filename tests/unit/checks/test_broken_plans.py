"""Plans that no declaration leads to: each fault is told with its place in the declaration, and refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eks_access import AccessPlan, Refused, compile_plan
from eks_access.checks import find_problems, refuse_unless_sound
from eks_access.declaration.kinds import AuthenticationMode
from eks_access.declaration.models import KeptRole
from eks_access.errors import Problem
from eks_access.plan.model import Binding, EntryType, Subject

from ...plans import TODAY, plan_of, prod, small
from .by_hand import PLAN, only, remapped, trusting

WHERE = "arn:aws:iam::444455556666:role/x"


def kept(arn: str, groups: list[str], username: str = "x") -> AccessPlan:
    return replace(PLAN, kept_roles=(KeptRole(rolearn=arn, username=username, groups=groups),))


def bound(group: str, role: str = "view", kind: str = "Group") -> AccessPlan:
    subject = Subject(kind=kind, name=group)
    binding = Binding(name="b", namespace=None, role_kind="ClusterRole", role_name=role, subject=subject)
    return replace(PLAN, rbac=replace(PLAN.rbac, bindings=(*PLAN.rbac.bindings, binding)))


def untrusted() -> AccessPlan:
    return replace(PLAN, entry_roles=tuple(replace(role, trusted=()) for role in PLAN.entry_roles))


def found(plan: AccessPlan, check: str) -> list[Problem]:
    return [problem for problem in find_problems(plan) if problem.check == check]


BROKEN = {
    "nobody enters": (replace(PLAN, entrances=()), "EA101", "admins"),
    "one admin": (replace(PLAN, entrances=tuple(e for e in PLAN.entrances if e.person == "sato")), "EA101", "admins"),
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
    "MFA that nobody can give": (
        replace(PLAN, entrances=tuple(replace(e, can_mfa=False) for e in PLAN.entrances)),
        "EA104",
        "people.sato",
    ),
    "break-glass for nobody": (untrusted(), "EA105", "admins.breakGlass.trustedBy"),
    "a team's role for nobody": (untrusted(), "EA105", "teams.payments.members"),
    "break-glass for everybody": (trusting("*"), "EA105", "admins.breakGlass.trustedBy"),
    "break-glass for all of AWS": (trusting({"AWS": ["*"]}), "EA105", "admins.breakGlass.trustedBy"),
    "break-glass for an account": (trusting({"AWS": "111122223333"}), "EA105", "admins.breakGlass.trustedBy"),
    "a node role that nobody mapped": (
        remapped(lambda p: None if p.key == "node-managed" else p),
        "EA201",
        "nodeGroups.general",
    ),
    "a Windows node as a Linux one": (only("node-windows", groups=("system:nodes",)), "EA202", "nodeGroups.windows"),
    "a Windows node with a Linux entry": (
        only("node-windows", entry_type=EntryType.EC2_LINUX),
        "EA202",
        "nodeGroups.windows",
    ),
    "a node under another node's name": (
        only("node-fargate", username="system:node:{{EC2PrivateDNSName}}"),
        "EA202",
        "nodeGroups.batch",
    ),
    "a node under a wrong name": (
        only("node-fargate", username="somebody", groups=("admins",)),
        "EA203",
        "nodeGroups.batch",
    ),
    "a node with a person's entry": (
        only("node-managed", entry_type=EntryType.STANDARD),
        "EA203",
        "nodeGroups.general",
    ),
    "a mapped group that nothing binds": (only("person-taro", groups=("nowhere",)), "EA301", "people.taro"),
    "a kept group that nothing binds": (kept(WHERE, ["nowhere"]), "EA301", "keep.mapRoles[0]"),
    "a kept line for one of ours": (
        kept("arn:aws:iam::111122223333:role/DEV-node-managed", []),
        "EA302",
        "keep.mapRoles[0]",
    ),
    "one principal under two names": (
        replace(PLAN, principals=(*PLAN.principals, replace(PLAN.principals[0], key="again"))),
        "EA302",
        PLAN.principals[0].source,
    ),
    "a reserved user name": (only("person-taro", username="system:admin"), "EA304", "people.taro"),
    "another reserved user name": (only("person-taro", username="aws:taro"), "EA304", "people.taro"),
    "a reserved group": (only("person-taro", groups=("system:masters",)), "EA304", "people.taro"),
    "a bound group that nobody carries": (bound("nobody"), "EA305", "grants"),
    "a user name that anybody can choose": (
        only("team-payments", username="{{SessionName}}"),
        "EA306",
        "teams.payments",
    ),
    "a session's name for a user": (only("person-taro", username="taro:{{SessionName}}"), "EA306", "people.taro"),
    "a template that nobody knows": (only("team-payments", username="t:{{Session}}"), "EA306", "teams.payments"),
    "no user name": (kept(WHERE, [], ""), "EA306", "keep.mapRoles[0]"),
    "a group that anybody can choose": (kept(WHERE, ["{{SessionNameRaw}}"]), "EA307", "keep.mapRoles[0]"),
    "somebody by their entry alone": (only("person-taro", in_aws_auth=False), "EA320", "people.taro"),
    "a role that is not there": (bound("team:search", "nothing"), "EA601", "grants"),
    "a binding for strangers": (bound("system:unauthenticated"), "EA604", "grants"),
    "an anonymous user": (bound("system:anonymous", kind="User"), "EA604", "grants"),
    "a service account of a name that is none": (
        bound("No_Name", kind="ServiceAccount"),
        "EA615",
        "grants",
    ),
}


@pytest.mark.parametrize(("plan", "check", "path"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_plan_is_refused_with_place_and_remedy(plan: AccessPlan, check: str, path: str) -> None:
    problems = found(plan, check)

    assert path in {problem.path for problem in problems}, [str(problem) for problem in find_problems(plan)]
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
def test_a_sound_plan_has_nothing_to_tell(plan: AccessPlan) -> None:
    assert find_problems(plan) == []
    assert refuse_unless_sound(plan) is plan


@pytest.mark.parametrize("mode", ["CONFIG_MAP", "API"])
def test_a_node_is_looked_for_where_its_mode_looks(mode: str) -> None:
    raw = small(cluster={"authenticationMode": mode}, nodeGroups={"n": {"kind": "managed", "instanceTypes": ["m"]}})
    plan = plan_of(raw)

    (problem,) = found(replace(plan, principals=tuple(p for p in plan.principals if p.key != "node-managed")), "EA201")
    assert ("aws-auth" in problem.rule) is (mode == "CONFIG_MAP")


def test_groups_that_another_program_binds_are_left_alone() -> None:
    plan = replace(kept(WHERE, ["theirs"]), external_groups=frozenset({"theirs", "other"}))

    assert find_problems(plan) == []
    assert found(replace(bound("other"), external_groups=frozenset({"other"})), "EA305") == []


def test_roles_that_a_chart_makes_are_left_alone() -> None:
    assert found(replace(bound("team:search", "theirs"), external_roles=frozenset({"theirs"})), "EA601") == []


def test_groups_of_kubernetes_itself_need_no_binding_here() -> None:
    assert found(kept(WHERE, ["system:masters"]), "EA301") == []
    assert found(bound("system:authenticated"), "EA305") == []


def test_a_group_with_the_session_s_name_in_it_is_bound_and_carried_where_a_session_can_be_called_so() -> None:
    plan = kept(WHERE, ["ns:{{SessionName}}"])
    loose = replace(bound("ns:east"), kept_roles=plan.kept_roles)

    assert [problem.value for problem in found(plan, "EA301")] == ["ns:{{SessionName}}"]
    assert found(loose, "EA301") == found(loose, "EA305") == []
    assert [p.value for p in found(replace(bound("ns:e"), kept_roles=plan.kept_roles), "EA305")] == ["ns:e"]


@pytest.mark.parametrize("keep", [{}, {"mapRoles": [{"rolearn": WHERE, "username": "x"}]}])
def test_one_principal_twice_is_refused_in_mode_api_too(keep: dict[str, Any]) -> None:
    plan = plan_of(small(cluster={"authenticationMode": "API"}, keep=keep))
    twin = replace(plan.principals[-1], key="twin")

    assert found(replace(plan, principals=(*plan.principals, twin)), "EA302")


def test_a_policy_that_gives_more_than_rbac_is_never_hidden() -> None:
    grants = [{"person": "chie", "accessPolicy": "AmazonEKSViewPolicy", "clusterWide": True}]
    plan = plan_of(small(grants=grants, admins={"people": ["aiko"], "breakGlass": {"trustedBy": ["botan"]}}))
    hidden = replace(plan, notices=())

    assert find_problems(plan) == []
    assert [(problem.check, problem.path) for problem in find_problems(hidden)] == [("EA320", "people.chie")]
