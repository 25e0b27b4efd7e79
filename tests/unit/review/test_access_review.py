"""whoami, can and who-can on declared access: the answers that people act on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eks_access.authz.impersonation import Wanted
from eks_access.authz.model import BindingSubject, RoleBinding
from eks_access.errors import Refused
from eks_access.review.access_review import AccessReview
from eks_access.review.asking import question
from eks_access.review.declared import state_of_plan
from eks_access.review.matrix import matrix_of_roles
from eks_access.review.state import AccessState, Way
from eks_access.testing import assert_cannot

from ...plans import plan_of, small

ACCESS = small(
    people={
        "aiko": {"iamUser": {"path": "/dev/"}},
        "botan": {"iamUser": {}},
        "chie": {"ssoPermissionSet": {"name": "Ops", "suffix": "0123456789abcdef", "region": "eu-west-1"}},
        "deployer": {"iamRole": "arn:aws:iam::111122223333:role/ci/deployer"},
        "dai": {"iamUser": {}},
    },
    teams={"web": {"members": ["aiko", "chie"], "assumeRole": {}}},
    namespaces={"web": {}, "api": {}},
    roles={"scaler": {"rules": [{"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["patch"]}]}},
    nodeGroups={"general": {"kind": "managed", "instanceTypes": ["m7g.large"]}},
    grants=[
        {"team": "web", "role": "view", "namespaces": ["web"]},
        {"team": "web", "role": "scaler", "namespaces": ["web"]},
        {"person": "chie", "accessPolicy": "AmazonEKSViewPolicy", "namespaces": ["a*"]},
    ],
    metricsReaders=[{"serviceAccount": "monitoring/prometheus"}],
)


@pytest.fixture(scope="module")
def review() -> AccessReview:
    return AccessReview(state_of_plan(plan_of(ACCESS)))


def can(review: AccessReview, who: str, verb: str, resource: str, namespace: str | None = None) -> bool:
    asked = question(verb, resource, namespace=namespace, all_namespaces=namespace is None and resource[0] != "/")
    return review.can(who, asked.request).allowed


def test_a_team_s_member_enters_through_its_role(review: AccessReview) -> None:
    through_team = [a for a in review.whoami("aiko") if a.way and a.way.via == "team web"]

    assert through_team[0].authentication.identity is not None
    assert through_team[0].authentication.identity.username == "team:web:aiko"


@pytest.mark.parametrize(
    ("who", "verb", "resource", "namespace", "allowed"),
    [
        ("chie", "list", "pods", "web", True),
        ("chie", "list", "pods", "api", True),  # by the access policy's pattern
        ("chie", "list", "pods", "other", False),
        ("chie", "list", "pods", None, False),
        ("chie", "get", "secrets", "web", False),
        ("chie", "patch", "deployments/scale", "web", True),
        ("chie", "patch", "deployments", "web", False),
        ("aiko", "delete", "nodes", None, True),  # a cluster admin beside the team
        ("deployer", "delete", "nodes", None, True),  # the creator, by EKS's own entry
        ("monitoring/prometheus", "get", "/metrics", None, True),
        ("monitoring/other", "get", "/metrics", None, False),
        ("node/managed", "create", "nodes", None, True),
        ("group:team:web", "list", "pods", "web", True),
        ("user:nobody", "get", "/version", None, True),
        ("anonymous", "get", "/healthz", None, True),
        ("anonymous", "get", "/version", None, False),  # EKS answers 401 there from 1.32 on
    ],
)
def test_the_answer_is(
    review: AccessReview, who: str, verb: str, resource: str, namespace: str | None, allowed: bool
) -> None:
    assert can(review, who, verb, resource, namespace) is allowed


def test_who_is_declared_and_has_no_way_in_is_told_so(review: AccessReview) -> None:
    (asker,) = review.whoami("dai")

    assert asker.authentication.refusal == "dai is declared, and has no way into demo"
    assert not can(review, "dai", "list", "pods", "web")


def test_a_misspelt_name_is_refused_with_the_near_one(review: AccessReview) -> None:
    with pytest.raises(Refused, match="did you mean chie"):
        review.whoami("chei")


def test_a_no_is_what_kubectl_would_print(review: AccessReview) -> None:
    request = question("delete", "pods", name="web-1", namespace="web").request
    verdict = next(v for v in review.can("chie", request).verdicts if v.asker.way and v.asker.way.via == "team web")

    assert verdict.said == (
        'Error from server (Forbidden): pods "web-1" is forbidden: User "team:web:chie" cannot delete resource "pods" '
        'in API group "" in the namespace "web"'
    )


def test_impersonation_drops_access_policies(review: AccessReview) -> None:
    request = question("list", "pods", namespace="api").request

    assert review.can("deployer", request).allowed
    assert not review.can("deployer", request, wanted=Wanted(username="taro")).allowed


def test_who_can_names_people_nodes_and_everybody_else(review: AccessReview) -> None:
    found = review.who_can(question("list", "pods", namespace="web").request)

    people = {(holder.asker.name, holder.asker.way.via) for holder in found.people if holder.asker.way}
    assert {("chie", "team web"), ("aiko", "team web"), ("aiko", "direct"), ("deployer", "creator")} <= people
    assert ("botan", "direct") in people
    others = {(other.subject.kind, other.subject.name) for other in found.others}
    assert ("Group", "system:masters") in others
    assert ("Group", "team:web") not in others


def test_who_can_anywhere_says_where(review: AccessReview) -> None:
    found = review.who_can(question("list", "pods", all_namespaces=True).request, anywhere=True)
    places = {(h.asker.name, h.asker.way.via): h for h in found.people if h.asker.way}

    assert places["chie", "team web"].namespaces == ("web",)
    assert places["chie", "direct"].namespaces == ("api",)
    assert places["botan", "direct"].everywhere


def test_who_can_and_can_agree_on_everybody(review: AccessReview) -> None:
    for verb, resource, namespace in (("list", "pods", "web"), ("get", "secrets", "api"), ("patch", "deploy", "web")):
        request = question(verb, resource, namespace=namespace).request
        named = {holder.asker.name for holder in review.who_can(request).people}
        assert named == {way.person for way in review.state.ways if review.can(way.person, request).allowed}


def test_a_group_that_nobody_carries_and_a_missing_role_are_told() -> None:
    state = state_of_plan(plan_of(ACCESS))
    lost = RoleBinding(
        name="lost", role_kind="ClusterRole", role_name="view", subjects=(BindingSubject(kind="Group", name="gone"),)
    )
    dangling = RoleBinding(
        name="dangling", role_kind="ClusterRole", role_name="no-such",
        subjects=(BindingSubject(kind="Group", name="team:web"),),
    )  # fmt: skip
    objects = replace(state.rbac, bindings=(*state.rbac.bindings, lost, dangling))
    found = AccessReview(replace(state, rbac=objects)).who_can(question("list", "pods", namespace="api").request)

    assert next(o.remark for o in found.others if o.subject.name == "gone") == "nobody here carries it"
    assert any('"no-such" not found' in error for error in found.errors)


def test_a_way_with_mfa_that_nobody_can_give_does_not_count() -> None:
    teams = {"web": {"members": ["chie"], "assumeRole": {"mfa": True}}}
    review = AccessReview(state_of_plan(plan_of({**ACCESS, "teams": teams})))
    request = question("patch", "deployments/scale", namespace="web").request

    assert not review.can("chie", request).allowed
    found = review.who_can(request)
    assert "chie" not in {holder.asker.name for holder in found.people}
    assert "team:web" in {other.subject.name for other in found.others}, "its group still can, and is named instead"


@pytest.mark.parametrize(
    "who", ["system:serviceaccount:payments", "system:serviceaccount::ci", "system:serviceaccount:a:b:c"]
)
def test_a_user_name_that_names_no_service_account_is_refused(review: AccessReview, who: str) -> None:
    with pytest.raises(Refused, match="NAMESPACE:NAME"):
        review.whoami(who)


@pytest.mark.parametrize("session", ["a b", "a/b", "x", "x" * 65, "é", "a:b", "me\n"])
def test_a_session_that_sts_would_not_name_so_is_refused(review: AccessReview, session: str) -> None:
    with pytest.raises(Refused, match="2 to 64 letters"):
        review.whoami("aiko", session=session)


def test_a_session_may_be_an_address(review: AccessReview) -> None:
    (asker,) = review.whoami("arn:aws:iam::111122223333:role/nobody", session="aiko+ops@example.org")

    assert asker.authentication.refusal == "identity is not mapped"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("get", "pods", {"namespace": ""}), "a namespace has a name"),
        (("get", "/metrics", {"namespace": "x"}), "has no namespace and no name"),
        (("get", "pods", {"namespace": "x", "all_namespaces": True}), "can't both be meant"),
        (("", "pods", {}), "a verb is missing"),
        (("get", "", {}), "a resource is missing"),
    ],
)
def test_words_that_contradict_each_other_are_refused(words: tuple[str, str, dict[str, object]], said: str) -> None:
    with pytest.raises(Refused, match=said):
        question(words[0], words[1], **words[2])  # type: ignore[arg-type]


def test_what_was_assumed_is_told() -> None:
    assert question("list", "pods").notices == ("asked for the namespace default; say -n NAMESPACE or -A",)
    assert "left out" in question("get", "nodes", namespace="x").notices[0]
    assert question("get", "ns", name="web", namespace="x").request.namespace == "web"


@pytest.mark.parametrize("other", ["nobody", "{{EC2PrivateDNSName}}"])
def test_what_chance_may_refuse_is_no_yes_and_who_can_names_them_all_the_same(other: str) -> None:
    arn = "arn:aws:iam::111122223333:user/{}"
    lines = (
        f"- {{userarn: {arn.format('Ann')}, username: ann, groups: [devs]}}\n"
        f"- {{userarn: {arn.format('ann')}, username: '{other}'}}\n"
    )
    binding = RoleBinding(
        name="b", role_kind="ClusterRole", role_name="view", subjects=(BindingSubject(kind="Group", name="devs"),)
    )
    rbac = state_of_plan(plan_of(small())).rbac
    state = AccessState(
        aws_auth={"mapUsers": lines},
        rbac=replace(rbac, bindings=(*rbac.bindings, binding)),
        ways=(Way(person="ann", principal_arn=arn.format("ann"), session="", via="direct"),),
    )
    review, request = AccessReview(state), question("list", "pods", namespace="x").request
    (verdict,) = review.can("ann", request).verdicts

    assert (verdict.allowed, verdict.ambiguous) == (False, True)
    assert [holder.asker.name for holder in review.who_can(request).people] == ["ann"]


@pytest.mark.parametrize(
    ("version", "path", "turned"),
    [("1.33", "/version", True), ("1.33", "/healthz", False), ("1.31", "/version", False)],
)
def test_who_sends_no_credentials_can_what_they_are_answered(version: str, path: str, turned: bool) -> None:
    review = AccessReview(state_of_plan(plan_of(small(cluster={"version": version}))))
    asked = question("get", path).request
    (nobody,) = (each for each in review.who_can(asked).others if each.subject.name == "system:unauthenticated")

    assert review.can("anonymous", asked).allowed is not turned
    assert nobody.remark.startswith("nobody: ") is turned


def test_a_policy_s_pattern_that_fits_no_known_namespace_stands_for_those_to_come() -> None:
    grant = {"person": "chie", "accessPolicy": "AmazonEKSEditPolicy", "namespaces": ["team-*", "def*"]}
    state = state_of_plan(plan_of(small(cluster={"authenticationMode": "API"}, grants=[grant])))
    review = AccessReview(state)
    (holder,) = (
        each
        for each in review.who_can(question("delete", "pods", all_namespaces=True).request, anywhere=True).people
        if each.asker.name == "chie"
    )
    (row,) = (row for row in matrix_of_roles(review).rows if row.person == "chie")

    assert holder.namespaces == tuple(row.namespaces) == ("default", "team-*")
    with pytest.raises(AssertionError, match=r"in default, team-\*"):
        assert_cannot(state, "chie", "delete", "pods")
    there = AccessReview(replace(state, namespaces=(*state.namespaces, "team-x")))
    assert "team-*" not in next(row for row in matrix_of_roles(there).rows if row.person == "chie").namespaces
