"""`eks-access check --all`: every stack, and what no stack can see alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from eks_access.checks import Over, catalogue
from eks_access.checks.stack_plan import StackPlan
from eks_access.checks.stacks import find_stack_problems
from eks_access.declaration.stack_settings import StackSettings
from hypothesis import given
from hypothesis import strategies as st

from ...plans import PEOPLE, plan_of, small
from .conftest import Project, run

TEAM: dict[str, Any] = {"teams": {"ants": {"members": ["aiko"], "assumeRole": {}}}}
GRANT: dict[str, Any] = {"grants": [{"team": "ants", "role": "view", "clusterWide": True}]}


def stack(
    name: str, raw: dict[str, Any] | None = None, /, *, create: bool = False, watch: str | None = None, **cluster: Any
) -> StackPlan:
    """One stack with a cluster of its own name, unless said otherwise."""
    raw = small(cluster={"name": name} | cluster, **TEAM, **GRANT) if raw is None else raw
    return StackPlan(
        name=name,
        file=f"{name}.yaml",
        plan=plan_of(raw),
        settings=StackSettings(create_users=create, people_stack=watch),
    )


def people(account: str = "111122223333", name: str = "people", **changed: Any) -> StackPlan:
    """The stack that creates the users."""
    return stack(name, {"account": {"id": account}, "people": {**PEOPLE, **changed}})


def changed(name: str, **who: Any) -> StackPlan:
    """A stack that says something else of somebody; everybody is an admin."""
    raw = {
        **small(cluster={"name": name}),
        "people": {**PEOPLE, **who},
        "admins": {"people": ["aiko", "botan", "chie"]},
    }
    return stack(name, raw)


def sso(suffix: str, region: str = "eu-west-1") -> dict[str, Any]:
    return {"ssoPermissionSet": {"name": "Ops", "suffix": suffix, "region": region}}


WATCHED = "config.eks-access:peopleStack"
BROKEN: dict[str, tuple[list[StackPlan], str, str]] = {
    "nobody creates the users": ([stack("dev"), stack("prod")], "EA401", "people.aiko"),
    "the users of another account": ([stack("dev"), people("444455556666")], "EA401", "people.botan"),
    "two create the users": ([people(), stack("dev", create=True)], "EA401", "people.aiko"),
    "two create them under other cases and paths": (
        [
            people(),
            stack("more", {"account": {"id": "111122223333"}, "people": {"AIKO": {"iamUser": {"path": "/x/"}}}}),
        ],
        "EA401",
        "people.AIKO",
    ),
    "one cluster twice": ([people(), stack("dev"), stack("twin", name="dev")], "EA402", "cluster.name"),
    "one name in two regions": (
        [people(), stack("dev"), stack("far", name="dev", region="us-east-1")],
        "EA403",
        "cluster.name",
    ),
    "names that differ in case": ([people(), stack("dev"), stack("twin", name="DEV")], "EA403", "cluster.name"),
    "a user under two paths": ([people(), changed("dev", aiko={"iamUser": {}})], "EA404", "people.aiko"),
    "a person who is two things": (
        [people(), changed("dev"), changed("prod", chie={"iamRole": "arn:aws:iam::111122223333:role/chie"})],
        "EA404",
        "people.chie",
    ),
    "a creator who is somebody else": (
        [people(), stack("dev"), changed("prod", deployer={"iamRole": "arn:aws:iam::111122223333:role/else"})],
        "EA404",
        "people.deployer",
    ),
    "a suffix from before": (
        [people(), changed("dev"), changed("prod", chie=sso("fedcba9876543210"))],
        "EA405",
        "people.chie.ssoPermissionSet.suffix",
    ),
    "another home region": (
        [people(), changed("dev"), changed("prod", chie=sso("0123456789abcdef", "eu-north-1"))],
        "EA405",
        "people.chie.ssoPermissionSet.suffix",
    ),
    "users watched in a stack that is none": ([people(), stack("dev", watch="poeple")], "EA406", WATCHED),
    "users watched in the stack itself": ([people(), stack("dev", watch="dev")], "EA406", WATCHED),
    "users watched where none are created": (
        [people(), stack("dev", watch="prod"), stack("prod")],
        "EA406",
        WATCHED,
    ),
    "users watched where others are created": (
        [
            people(),
            stack("dev", watch="more"),
            stack("more", {"account": {"id": "111122223333"}, "people": {"daisuke": {"iamUser": {}}}}),
        ],
        "EA406",
        WATCHED,
    ),
    "users watched in another account": (
        [people(), people("444455556666", "theirs"), stack("dev", watch="theirs")],
        "EA406",
        WATCHED,
    ),
}


@pytest.mark.parametrize(("stacks", "check", "path"), BROKEN.values(), ids=BROKEN.keys())
def test_stacks_that_disagree_are_found_with_place_and_remedy(stacks: list[StackPlan], check: str, path: str) -> None:
    found = find_stack_problems(stacks)

    assert (check, path) in {(problem.check, problem.path) for problem in found}
    assert {problem.check for problem in found} == {check}
    assert all(problem.rule and problem.fix and problem.file for problem in found)


def test_stacks_that_agree_are_clean() -> None:
    far = stack("far", small(cluster={"name": "dev", "account": "444455556666"}, **TEAM, **GRANT))

    assert find_stack_problems([people(), stack("dev"), stack("prod"), people("444455556666", "theirs"), far]) == []


@pytest.mark.parametrize("create", [False, True])
def test_a_stack_that_watches_the_users_of_the_right_one_is_clean(create: bool) -> None:
    central = stack("central", create=True) if create else people("111122223333", "central")

    assert find_stack_problems([central, stack("dev", watch="central")]) == []


def test_a_cluster_that_nobody_enters_as_a_user_may_watch_any_stack() -> None:
    who = {name: {"iamRole": f"arn:aws:iam::111122223333:role/{name}"} for name in ("aiko", "botan", "deployer")}
    far = stack("far", {**small(cluster={"name": "far"}), "people": who}, watch="theirs")

    assert find_stack_problems([far, people("444455556666", "theirs")]) == []


def test_the_stack_that_was_meant_is_named() -> None:
    (near,) = find_stack_problems([people(), stack("dev", watch="poeple")])
    (far,) = find_stack_problems([people(), stack("dev", watch="zzz")])
    (none,) = find_stack_problems([stack("dev", create=True, watch="zzz")])

    assert near.fix == "did you mean `people`?"
    assert far.fix == "name people, which creates them"
    assert none.fix.startswith("take it out")


@pytest.mark.parametrize(
    ("stacks", "file", "fix"),
    [
        (
            [stack("dev", create=True), people()],
            "dev.yaml",
            "let people alone create it: take `eks-access:createUsers` out of the stack file of dev",
        ),
        (
            [stack("dev", create=True), stack("prod", create=True)],
            "prod.yaml",
            "let dev alone create it: take `eks-access:createUsers` out of the stack file of prod",
        ),
        (
            [people(), people("111122223333", "people2")],
            "people2.yaml",
            "let people alone create it: declare it in one stack without a cluster only, not in people2 too",
        ),
    ],
)
def test_users_made_twice_are_left_to_the_stack_that_cannot_help_making_them(
    stacks: list[StackPlan], file: str, fix: str
) -> None:
    found = find_stack_problems(stacks)

    assert {(problem.file, problem.fix) for problem in found} == {(file, fix)}


def test_stacks_of_two_accounts_have_nothing_in_common() -> None:
    here = [people(), changed("dev")]
    there = [
        people("444455556666", "theirs", aiko={"iamUser": {}}),
        stack(
            "dev2",
            {
                **small(cluster={"name": "dev", "account": "444455556666"}),
                "people": {**PEOPLE, "aiko": {"iamUser": {}}},
            },
        ),
    ]

    assert find_stack_problems([*here, *there]) == []


@given(st.lists(st.booleans(), min_size=1, max_size=4), st.booleans(), st.randoms(use_true_random=False))
def test_users_are_in_order_exactly_when_one_stack_creates_them(creates: list[bool], central: bool, order: Any) -> None:
    stacks = [stack(f"env{number}", create=create) for number, create in enumerate(creates)]
    stacks += [people()] if central else []
    found = find_stack_problems(stacks)

    assert (found == []) is (sum(creates) + central == 1)
    assert {problem.check for problem in found} <= {"EA401"}
    order.shuffle(stacks)
    assert find_stack_problems(stacks) == found


def test_every_rule_has_an_id_a_title_and_a_reason_and_is_shown_to_fire() -> None:
    checks = catalogue(Over.STACKS)

    assert all(check.title and len(check.why) > 40 and check.find.__doc__ for check in checks)
    # EA407, which takes nine stacks, is tried where all of the catalogue is
    assert {check for _, check, _ in BROKEN.values()} | {"EA407"} == {check.id for check in checks}


def test_all_stacks_are_judged_and_then_compared(project: Project) -> None:
    result = run("check", "--all")

    assert result.exit_code == 0
    assert "people (stacks/access/people.yaml): clean\n  2 IAM users created" in result.output
    assert "between the stacks (dev, people): clean; exactly one stack creates each IAM user" in result.output


def test_a_disagreement_is_a_finding_and_says_where_it_is_written(project: Project) -> None:
    project.stack("prod", createUsers=True)

    result = run("check", "--all")

    assert result.exit_code == 1
    assert "prod (stacks/access/prod.yaml): clean" in result.output
    assert "between the stacks (dev, people, prod): 2 problems" in result.output
    assert "stacks/access/prod.yaml:2: people.aiko: the stacks people, prod all create this IAM user" in result.output


@pytest.mark.parametrize("create", ["false", "'false'"])
def test_a_stack_that_says_it_creates_no_users_creates_none(project: Project, create: str) -> None:
    text = f"config: {{eks-access:access: access/dev.yaml, eks-access:createUsers: {create}}}\n"
    project.write("stacks/Pulumi.dev.yaml", text)

    assert run("check", "--all").exit_code == 0


def test_the_project_s_default_holds_where_a_stack_says_nothing(project: Project) -> None:
    text = (project.root / "Pulumi.yaml").read_text()
    project.write("Pulumi.yaml", text.replace("default: false", "default: true"))

    result = run("check", "--all")

    assert "the stacks dev, people all create this IAM user" in result.output


def test_a_stack_that_watches_the_wrong_one_is_told_where_it_says_so(project: Project) -> None:
    project.stack("prod", peopleStack="poeple")

    result = run("check", "--all")

    line = "stacks/Pulumi.prod.yaml:3: config.eks-access:peopleStack: the project has no stack `poeple`"
    assert result.exit_code == 1
    assert f"{line} (found: poeple) [EA406]" in result.output
    assert "did you mean `people`?" in result.output


def test_stacks_are_compared_only_when_all_of_them_can_be_loaded(project: Project) -> None:
    project.write("stacks/access/people.yaml", "people: [")

    result = run("check", "--all", "--format", "json")

    assert result.exit_code == 2
    assert json.loads(result.output)["acrossStacks"] is None
    assert "not looked at" in run("check", "--all").output
    assert "not looked at" in run("check", "--all", "--format", "md").output


def test_a_project_without_stacks_is_told(project: Project) -> None:
    for file in (project.root / "stacks").glob("Pulumi.*.yaml"):
        file.unlink()

    result = run("check", "--all")

    assert result.exit_code == 2
    assert "no stack has a file" in result.output


def test_a_comment_has_the_disagreements_too(project: Project) -> None:
    project.stack("prod", createUsers=True)

    assert (
        "- **EA401** `stacks/access/prod.yaml:2` `people.aiko`: the stacks"
        in run("check", "--all", "--format", "md").output
    )
