"""A declaration as a state: what it says, and what it admits not to know."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from eks_access.authz.model import RbacObjects, Request
from eks_access.authz.reading import read_objects
from eks_access.errors import Refused
from eks_access.review.access_review import AccessReview
from eks_access.review.asking import question
from eks_access.review.declared import state_of_plan
from eks_access.review.state import AccessState

from ...plans import PEOPLE, plan_of, small
from .mapped import bound

PROMETHEUS = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "ClusterRole",
    "metadata": {"name": "prometheus-operator", "labels": {"rbac.authorization.k8s.io/aggregate-to-view": "true"}},
    "rules": [{"apiGroups": ["monitoring.coreos.com"], "resources": ["prometheuses"], "verbs": ["get", "list"]}],
}


def declared(**parts: object) -> AccessState:
    return state_of_plan(plan_of(small(**parts)))


@pytest.mark.parametrize(
    ("mode", "aws_auth", "entries", "creator"),
    [
        ("CONFIG_MAP", True, 0, "arn:aws:iam::111122223333:role/ci/deployer"),
        ("API_AND_CONFIG_MAP", True, 3, None),
        ("API", False, 3, None),
    ],
)
def test_each_mode_asks_what_it_asks(mode: str, aws_auth: bool, entries: int, creator: str | None) -> None:
    state = declared(cluster={"authenticationMode": mode})

    assert (state.aws_auth is not None, len(state.entries), state.creator_arn) == (aws_auth, entries, creator)


def test_the_creator_that_eks_lets_in_has_a_way_and_an_entry() -> None:
    state = declared()
    (way,) = (way for way in state.ways if way.via == "creator")
    (entry,) = (entry for entry in state.entries if entry.principal_arn == way.principal_arn)

    assert (way.person, way.session) == ("deployer", "deployer")
    assert entry.username == "arn:aws:sts::111122223333:assumed-role/deployer/{{SessionName}}"
    assert [scope.policy for scope in entry.policies] == ["AmazonEKSClusterAdminPolicy"]


LEFT_BY_OTHERS = {
    "mapRoles": [
        {"rolearn": "arn:aws:iam::444455556666:role/vendor", "username": "vendor", "groups": ["eks-access:admins"]},
        {"rolearn": "arn:aws:iam::111122223333:role/old", "username": "system:node:{{EC2PrivateDNSName}}"},
    ],
    "mapUsers": [{"userarn": "arn:aws:iam::111122223333:user/dan", "username": "dan", "groups": ["eks-access:admins"]}],
}


def test_whom_a_kept_line_lets_in_is_somebody_who_can() -> None:
    people = {**PEOPLE, "dan": {"iamUser": {}}, "eve": {"iamUser": {}}}
    state = declared(people=people, keep=LEFT_BY_OTHERS)
    found = AccessReview(state).who_can(question("delete", "nodes").request).people

    vendor = "arn:aws:iam::444455556666:role/vendor"
    assert [holder.asker.name for holder in found] == ["aiko", vendor, "botan", "dan", "deployer"]
    assert AccessReview(state).can("dan", question("delete", "nodes").request).allowed
    assert state.node_roles == {"old": "arn:aws:iam::111122223333:role/old"}


def test_a_creator_whose_entry_is_kept_enters_by_it() -> None:
    policies = [{"policy": "AmazonEKSClusterAdminPolicy"}]
    entry = {"principalArn": "arn:aws:iam::111122223333:role/ci/deployer", "type": "STANDARD", "policies": policies}
    review = AccessReview(declared(cluster={"authenticationMode": "API"}, keep={"entries": [entry]}))

    (asker,) = review.whoami("deployer")
    assert asker.authentication.source == "access entry"
    assert review.can("deployer", question("delete", "nodes").request).allowed


def test_ways_are_listed_by_person_and_then_by_what_they_go_through() -> None:
    people = dict(reversed(PEOPLE.items()))
    teams = {name: {"members": ["chie", "aiko"], "assumeRole": {}} for name in ("zebras", "ants")}
    grants = [{"team": team, "role": "view", "clusterWide": True} for team in teams]
    ways = [(way.person, way.via) for way in declared(people=people, teams=teams, grants=grants).ways]

    assert ways == sorted(ways)
    assert {("chie", "team ants"), ("chie", "team zebras"), ("aiko", "direct")} <= {*ways}


def test_a_creator_that_enters_as_declared_has_no_second_way() -> None:
    state = declared(admins={"people": ["aiko", "deployer"]})

    assert [way.via for way in state.ways if way.person == "deployer"] == ["direct"]
    assert len(state.entries) == 2


def test_a_role_is_entered_under_the_person_s_name_and_a_user_has_no_session() -> None:
    state = declared(teams={"ants": {"members": ["aiko"], "assumeRole": {"mfa": True}}}, admins={"teams": ["ants"]})
    (way,) = (way for way in state.ways if way.person == "aiko")

    assert (way.session, way.via, way.mfa, way.usable) == ("aiko", "team ants", True, True)
    assert way.own_arn == "arn:aws:iam::111122223333:user/dev/aiko"
    assert {way.session for way in declared().ways if way.via == "direct"} == {""}


def test_a_person_who_cannot_give_a_code_has_a_way_that_is_no_use() -> None:
    state = declared(
        teams={"ants": {"members": ["aiko", "chie"], "assumeRole": {"mfa": True}}}, admins={"teams": ["ants"]}
    )

    assert [way.usable for way in state.ways if way.person == "chie"] == [False]


def test_nodes_are_no_people() -> None:
    state = declared(nodeGroups={"general": {"kind": "managed", "instanceTypes": ["m7g.large"]}})

    assert state.node_roles == {"managed": "arn:aws:iam::111122223333:role/demo-node-managed"}
    assert not any("node" in way.principal_arn for way in state.ways)


def test_a_role_of_somebody_s_chart_is_told_until_it_is_given() -> None:
    plan = plan_of(
        small(
            namespaces={"east": {}},
            externalRoles=["prometheus-operator"],
            grants=[{"person": "aiko", "role": "prometheus-operator", "namespaces": ["east"]}],
        )
    )
    without, given = state_of_plan(plan), state_of_plan(plan, read_objects([PROMETHEUS]))

    (notice,) = (notice for notice in without.notices if "prometheus-operator" in notice)
    assert "ClusterRole prometheus-operator are not known" in notice
    assert "Group person:aiko" in notice
    assert not any("prometheus-operator" in notice for notice in given.notices)


def test_what_a_chart_adds_to_a_built_in_role_is_added() -> None:
    plan = plan_of(small())
    (view,) = (r for r in state_of_plan(plan, read_objects([PROMETHEUS])).rbac.roles if r.name == "view")

    assert any("monitoring.coreos.com" in rule.api_groups for rule in view.rules)


def test_groups_that_are_bound_elsewhere_are_told_until_their_bindings_are_given() -> None:
    kept = {"rolearn": "arn:aws:iam::111122223333:role/old", "username": "old", "groups": ["legacy", "other"]}
    plan = plan_of(small(externalGroups=["legacy", "other"], keep={"mapRoles": [kept]}))
    without = state_of_plan(plan)
    given = state_of_plan(plan, RbacObjects(bindings=(bound("view", "legacy"),)))

    assert "legacy" in yaml.safe_load((without.aws_auth or {})["mapRoles"])[0]["groups"]
    assert any("what the groups legacy, other may do is bound outside" in notice for notice in without.notices)
    assert any("what the group other may do is bound outside" in notice for notice in given.notices)


def test_namespaces_are_the_declared_ones_and_those_of_every_cluster() -> None:
    state = declared(namespaces={"east": {}})

    assert state.namespaces == ("default", "east", "kube-node-lease", "kube-public", "kube-system")


def test_a_declaration_without_a_cluster_answers_nothing() -> None:
    with pytest.raises(Refused, match="only a declaration with a cluster"):
        state_of_plan(plan_of({"account": {"id": "111122223333"}, "people": PEOPLE}))


KEPT = {
    "mapRoles": [
        {"rolearn": "arn:aws:iam::444455556666:role/vendor", "username": "vendor", "groups": ["system:masters"]},
        {
            "rolearn": "arn:aws:iam::111122223333:role/old-nodes",
            "username": "system:node:{{EC2PrivateDNSName}}",
            "groups": ["system:bootstrappers", "system:nodes"],
        },
    ],
    "mapUsers": [{"userarn": "arn:aws:iam::111122223333:user/dev/basho", "username": "b", "groups": ["team:old"]}],
    "entries": [
        {
            "principalArn": "arn:aws:iam::444455556666:role/audit/reader",
            "type": "STANDARD",
            "policies": [{"policy": "AmazonEKSAdminViewPolicy"}],
        }
    ],
}


def test_whom_only_a_kept_line_or_entry_lets_in_can_what_it_gives() -> None:
    review = AccessReview(declared(keep=KEPT))
    holders = review.who_can(Request(verb="list", resource="secrets")).people

    assert {
        "arn:aws:iam::444455556666:role/vendor": "system:masters",
        "arn:aws:iam::444455556666:role/audit/reader": "EKS Access Policy",
    }.items() <= {holder.asker.name: holder.decision.grounds[0].authorizer for holder in holders}.items()


def test_a_kept_line_of_a_declared_user_is_another_way_of_theirs() -> None:
    state = declared(people={**PEOPLE, "basho": {"iamUser": {"path": "/dev/"}}}, keep=KEPT)
    (way,) = (way for way in state.ways if way.principal_arn.endswith("user/dev/basho"))

    assert way.person == "basho"


def test_nodes_of_a_kept_line_are_nodes_by_the_name_of_their_role() -> None:
    state = declared(keep=KEPT)

    assert state.node_roles == {"old-nodes": "arn:aws:iam::111122223333:role/old-nodes"}
    assert not any("old-nodes" in way.principal_arn for way in state.ways)


def test_a_refused_binding_of_a_group_that_is_bound_elsewhere_binds_nothing() -> None:
    kept = {"rolearn": "arn:aws:iam::111122223333:role/old", "username": "old", "groups": ["legacy"]}
    plan = plan_of(small(externalGroups=["legacy"], keep={"mapRoles": [kept]}))
    refused = replace(bound("view", "legacy"), role_kind="Robot")

    state = state_of_plan(plan, RbacObjects(bindings=(refused,)))

    assert any("what the group legacy may do is bound outside" in notice for notice in state.notices)
