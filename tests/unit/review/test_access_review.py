"""whoami, can and who-can on declared access: the answers that people act on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eks_access.authz.impersonation import Wanted
from eks_access.authz.model import Role
from eks_access.errors import Refused
from eks_access.plan.model import RbacRule
from eks_access.review.access_review import AccessReview
from eks_access.review.asking import question
from eks_access.review.declared import state_of_plan
from eks_access.testing import assert_cannot

from ...plans import plan_of, small
from .mapped import USER, bound, mapped

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


def test_a_yes_comes_with_no_refusal(review: AccessReview) -> None:
    verdicts = review.can("chie", question("list", "pods", namespace="web").request).verdicts

    assert [verdict.said for verdict in verdicts if verdict.allowed] == [""]
    assert all(verdict.said for verdict in verdicts if not verdict.allowed)


def test_a_session_s_name_is_who_asks(review: AccessReview) -> None:
    request = question("delete", "pods", namespace="web").request

    assert any(
        'User "team:web:night"' in verdict.said for verdict in review.can("chie", request, session="night").verdicts
    )


@pytest.mark.parametrize(("version", "answered"), [("1.31", True), ("1.32", False), (None, False)])
def test_who_sends_no_credentials_is_unauthorized_from_1_32_on_but_for_health(version: str, answered: bool) -> None:
    review = AccessReview(replace(state_of_plan(plan_of(ACCESS)), version=version))

    for path in ("/version", "/livez"):
        (verdict,) = review.can("anonymous", question("get", path).request).verdicts
        assert verdict.allowed is (answered or path == "/livez")
    (verdict,) = review.can("anonymous", question("list", "pods").request).verdicts
    assert ('User "system:anonymous"' in verdict.said) is answered
    assert ("Unauthorized" in verdict.said) is not answered


def test_who_is_anonymous_by_impersonation_sent_credentials_and_is_answered(review: AccessReview) -> None:
    assert can(review, "user:system:anonymous", "get", "/version")
    with pytest.raises(AssertionError, match="system:public-info-viewer"):
        assert_cannot(review.state, "user:system:anonymous", "get", "/version")


def test_a_node_may_renew_its_lease_where_leases_of_nodes_are(review: AccessReview) -> None:
    state = replace(review.state, namespaces=(*review.state.namespaces, "kube-node-lease"))
    asked = question("create", "leases", all_namespaces=True).request

    (node,) = AccessReview(state).who_can(asked, anywhere=True).nodes
    assert (node.everywhere, node.namespaces) == (False, ("kube-node-lease",))


@pytest.mark.parametrize("minor", ["1.33", "1.36"])
def test_who_may_not_be_another_is_told_what_they_lack(minor: str) -> None:
    state = state_of_plan(plan_of(ACCESS))
    lacking = replace(state.rbac, bindings=(*state.rbac.bindings, bound("gone", "system:authenticated")))
    review = AccessReview(replace(state, rbac=lacking, version=minor))
    request = question("list", "pods", namespace="web").request
    verdicts = review.can("chie", request, wanted=Wanted(username="taro")).verdicts

    assert not any(verdict.allowed for verdict in verdicts)
    for verdict in verdicts:
        assert verdict.impersonation is not None
        assert verdict.impersonation.refused is not None
        assert verdict.decision is not None
        assert not verdict.decision.allowed
        assert f"cannot {verdict.impersonation.refused.verb} resource" in verdict.said
        assert verdict.said.endswith('RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found')


def test_what_nobody_may_be_is_told_with_the_reason() -> None:
    anybody = RbacRule(verbs=("impersonate:user-info",), api_groups=("authentication.k8s.io",), resources=("*",))
    listing = RbacRule(verbs=("impersonate-on:user-info:list",), api_groups=("",), resources=("pods",))
    state = state_of_plan(plan_of(ACCESS))
    objects = replace(
        state.rbac,
        roles=(*state.rbac.roles, Role(name="acting", rules=(anybody, listing))),
        bindings=(*state.rbac.bindings, bound("acting", "actors")),
    )
    review = AccessReview(replace(state, rbac=objects, version="1.36"))
    request = question("list", "pods", namespace="web").request

    for groups, allowed in ((("system:masters",), False), (("ops",), True)):
        (verdict,) = review.can("group:actors", request, wanted=Wanted(username="x", groups=groups)).verdicts
        assert verdict.impersonation is not None
        assert verdict.impersonation.allowed is allowed
        assert verdict.said.endswith("impersonating the system:masters group is not allowed") is not allowed


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


def test_the_namespaces_where_somebody_can_are_told_in_order() -> None:
    state = mapped(mapUsers=f"- {{userarn: {USER.format('ann')}, username: ann, groups: [ones]}}")
    names = tuple(f"n{number}" for number in range(9))
    there = tuple(replace(bound("view", "ones"), namespace=name) for name in reversed(names))
    review = AccessReview(replace(state, rbac=replace(state.rbac, bindings=(*state.rbac.bindings, *there))))

    (holder,) = review.who_can(question("list", "pods", all_namespaces=True).request, anywhere=True).people
    assert holder.namespaces == names


def test_who_can_in_a_namespace_names_nobody_who_can_elsewhere_only() -> None:
    state = state_of_plan(plan_of(ACCESS))
    there = tuple(replace(bound("view", f"of-{ns}"), namespace=ns) for ns in ("web", "api"))
    review = AccessReview(replace(state, rbac=replace(state.rbac, bindings=(*state.rbac.bindings, *there))))
    found = review.who_can(question("list", "pods", namespace="web").request).others

    assert {other.subject.name for other in found if other.subject.name.startswith("of-")} == {"of-web"}


def test_who_can_and_can_agree_on_everybody(review: AccessReview) -> None:
    for verb, resource, namespace in (("list", "pods", "web"), ("get", "secrets", "api"), ("patch", "deploy", "web")):
        request = question(verb, resource, namespace=namespace).request
        named = {holder.asker.name for holder in review.who_can(request).people}
        assert named == {way.person for way in review.state.ways if review.can(way.person, request).allowed}


def test_a_group_that_nobody_carries_and_a_missing_role_are_told() -> None:
    state = state_of_plan(plan_of(ACCESS))
    bindings = (*state.rbac.bindings, bound("view", "gone"), bound("no-such", "team:web"))
    objects = replace(state.rbac, bindings=bindings)
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


def test_who_is_let_in_with_the_whole_account_is_named_and_who_is_not_let_in_hides_nobody() -> None:
    state = mapped(bound("view", "system:authenticated"), mapAccounts="['111122223333']", people=("abe", "ann", "zoe"))
    stranger = replace(state.ways[0], person="aaa", principal_arn="arn:aws:iam::444455556666:user/aaa")
    review = AccessReview(replace(state, ways=(stranger, *state.ways)))
    asked = question("list", "pods", namespace="x").request

    assert [holder.asker.name for holder in review.who_can(asked).people] == ["abe", "ann", "zoe"]
    assert review.who_can(question("delete", "pods", namespace="x").request).errors == ()
