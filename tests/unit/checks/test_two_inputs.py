"""A rule about a cluster says the same of a plan, of what it renders to, and of what somebody else declared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eks_access import AccessPlan, AccessReview, AccessState, compile_plan, state_of_plan
from eks_access.authn.access_entries import AccessEntry
from eks_access.authz.model import RbacObjects, Request
from eks_access.checks import Over, catalogue, find_problems, find_state_problems
from eks_access.declaration import from_dict
from eks_access.declaration.kinds import AuthenticationMode
from eks_access.declaration.models import Declaration
from eks_access.errors import Problem, Refused
from eks_access.plan.model import EntryType, PolicyScope
from eks_access.review.dumps import state_of_documents
from eks_access.review.objects import finished
from hypothesis import given, settings

from ...plans import TODAY, plan_of, small
from ..declarations import declarations, raw_declarations
from ..review.renderings import dump_of

ABOUT_CLUSTERS = {each.id for each in catalogue(Over.CLUSTER)} - {"EA104", "EA109"}
"""Who may assume which role is in IAM, and a dump of a cluster doesn't say; of a plan's admins another rule speaks."""
KEPT: dict[str, Any] = {
    "mapRoles": [
        {"rolearn": "arn:aws:iam::111122223333:role/a/b", "username": "x{{SessionName}}", "groups": ["nowhere"]},
        {"rolearn": "arn:aws:iam::111122223333:role/c", "username": "system:c", "groups": ["system:masters"]},
        {"rolearn": "arn:aws:iam::111122223333:instance-profile/d", "username": "d", "groups": ["{{SessionName}}"]},
    ],
    "mapUsers": [
        {"userarn": "arn:aws:iam::111122223333:user/e", "username": "e"},
        {"userarn": "arn:aws:iam::111122223333:user/E", "username": "e"},
        {"userarn": "arn:aws:iam::111122223333:role/f", "username": "f"},
    ],
}
ROLES: dict[str, Any] = {
    "one": {"rules": [{"apiGroups": [""], "resources": ["secrets", "pods/exec", "nodes/proxy"], "verbs": ["get"]}]},
    "two": {"rules": [{"apiGroups": ["apps", "*"], "resources": ["deployment"], "verbs": ["escalate", "list"]}]},
    "three": {"rules": [{"apiGroups": [""], "resources": ["deployments", "*"], "verbs": ["get"]}]},
}
GRANTS: list[dict[str, Any]] = [
    *({"person": "chie", "role": role, "clusterWide": True} for role in ROLES),
    {"person": "chie", "accessPolicy": "AmazonEKSAdminPolicy", "clusterWide": True},
    {"person": "chie", "accessPolicy": "AmazonEKSViewerPolicy", "clusterWide": True},
]
EVERYTHING_WRONG = small(keep=KEPT, roles=ROLES, grants=GRANTS)


def told(problems: list[Problem]) -> set[tuple[str | None, str, str | None]]:
    """What is told; a declared role that is in several namespaces is told once, and in a cluster there are several."""
    return {(p.check, p.fix, p.value) for p in problems if p.check in ABOUT_CLUSTERS}


def read_elsewhere(plan: AccessPlan) -> AccessState:
    return state_of_documents(dump_of(plan))


def test_what_is_wrong_with_a_plan_is_wrong_with_the_cluster_that_it_makes() -> None:
    plan = plan_of(EVERYTHING_WRONG)

    planned = told(find_problems(plan))
    assert len({check for check, _, _ in planned}) > 10
    assert planned == told(find_state_problems(read_elsewhere(plan)))


def test_a_plan_is_told_where_it_is_declared_and_a_cluster_what_is_in_it() -> None:
    plan = plan_of(EVERYTHING_WRONG)

    declared = {problem.path for problem in find_problems(plan)}
    found = {problem.path for problem in find_state_problems(read_elsewhere(plan))}
    assert {"keep.mapRoles[0]", "keep.mapUsers[1]", "roles.one", "people.chie"} <= declared
    assert not any(" " in path for path in declared)
    assert {"aws-auth mapRoles[0]", "ClusterRole eks-access:one"} <= found


@settings(max_examples=max(15, settings.default.max_examples // 4))  # type: ignore[union-attr]
@given(declarations())
def test_generated_plans_and_their_clusters_are_judged_alike(declaration: Declaration) -> None:
    plan = compile_plan(declaration, today=TODAY)

    assert told(find_problems(plan)) == told(find_state_problems(read_elsewhere(plan)))


@given(raw_declarations())
def test_a_sound_declaration_has_no_errors(raw: dict[str, Any]) -> None:
    try:
        plan = compile_plan(from_dict(raw), today=TODAY)
    except Refused:
        return
    errors = [problem for problem in find_problems(plan) if problem.is_error]

    assert {problem.check for problem in errors} <= {"EA101"}, [str(problem) for problem in errors]


@settings(max_examples=max(15, settings.default.max_examples // 4))  # type: ignore[union-attr]
@given(declarations())
def test_admins_of_what_runs_are_too_few_only_where_those_of_its_plan_are(declaration: Declaration) -> None:
    plan = compile_plan(declaration, today=TODAY)
    running = replace(read_elsewhere(plan), all_bound=True)

    if any(problem.check == "EA109" for problem in find_state_problems(running)):
        assert "EA101" in {problem.check for problem in find_problems(plan)}


@pytest.mark.parametrize("mode", ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"])
def test_a_cluster_that_only_its_creator_enters_is_told_once_all_of_it_is_known(mode: str) -> None:
    plan = plan_of(small(cluster={"authenticationMode": mode}, admins={}))
    lines = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "aws-auth", "namespace": "kube-system"}}
    dump = state_of_documents([*dump_of(plan), {**lines, "data": {}}])

    (problem,) = find_state_problems(replace(dump, all_bound=True))
    assert problem.check == "EA109"
    assert find_state_problems(dump) == []
    assert find_state_problems(replace(dump, all_bound=True, all_mapped=False)) == []


def test_what_kubernetes_and_eks_made_by_themselves_is_left_alone() -> None:
    assert find_state_problems(finished(AccessState(version="1.33"), RbacObjects())) == []


@pytest.mark.parametrize("mode", ["API", "API_AND_CONFIG_MAP"])
def test_entries_that_eks_makes_for_itself_are_left_alone(mode: str) -> None:
    service = "role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS"
    scope = PolicyScope(policy="AmazonEKSClusterInsightsPolicy", arn="")
    entry = AccessEntry(
        key="eks",
        principal_arn=f"arn:aws:iam::111122223333:{service}",
        type=EntryType.STANDARD,
        username="eks:cluster-insights",
        groups=(),
        policies=(scope,),
    )
    state = AccessState(mode=AuthenticationMode(mode), entries=(entry,))

    assert find_state_problems(finished(state, RbacObjects())) == []


ASKED = [
    Request(verb=verb, resource=resource, api_group=group, namespace=namespace)
    for verb in ("get", "create", "delete")
    for resource, group in (("pods", ""), ("secrets", ""), ("deployments", "apps"), ("nodes", ""))
    for namespace in ("", "east")
]


@settings(max_examples=max(15, settings.default.max_examples // 4))  # type: ignore[union-attr]
@given(raw_declarations())
def test_people_have_the_same_rights_in_the_oldest_mode_and_in_the_newest(raw: dict[str, Any]) -> None:
    raw["grants"] = [grant for grant in raw["grants"] if "role" in grant]
    plans = [
        plan_of({**raw, "cluster": {**raw["cluster"], "authenticationMode": mode}}) for mode in ("CONFIG_MAP", "API")
    ]
    old, new = (AccessReview(state_of_plan(plan)) for plan in plans)

    for entrance in plans[0].entrances:
        if entrance.person == "deployer":
            continue  # hidden in one mode, an entry like any other in the other
        for request in ASKED:
            before, after = (
                [verdict.allowed for verdict in review.can(entrance.person, request).verdicts] for review in (old, new)
            )
            assert before == after
    assert not {problem.check for plan in plans for problem in find_problems(plan)} & {"EA320"}
