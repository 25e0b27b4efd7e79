"""Manifests, dumps and answers of the AWS CLI, in any mix, from anybody."""

from __future__ import annotations

import contextlib
import copy
import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from eks_access.declaration.cluster_models import AuthenticationMode
from eks_access.errors import Refused
from eks_access.plan import compile_plan
from eks_access.review.access_review import AccessReview
from eks_access.review.documents import Document
from eks_access.review.dumps import read_dump, state_of_documents
from eks_access.review.objects import with_objects
from hypothesis import given
from hypothesis import strategies as st

from ...conformance.generated_rbac import NAMESPACES, generate_cluster, generate_requests
from ...plans import dev
from .renderings import dump_of

API = "rbac.authorization.k8s.io/v1"
ARN = "arn:aws:iam::111122223333:{}"
USERS = "- userarn: arn:aws:iam::111122223333:user/aiko\n  username: aiko\n  groups: [ants]\n"


def described(name: str = "prod", **more: Any) -> dict[str, Any]:
    return {"cluster": {"name": name, "arn": f"arn:aws:eks:eu-west-1:111122223333:cluster/{name}", **more}}


def entry(arn: str, cluster: str = "prod", **more: Any) -> dict[str, Any]:
    raw = {"clusterName": cluster, "principalArn": ARN.format(arn), "username": "x", "type": "STANDARD", **more}
    return {"accessEntry": raw}


def policies(arn: str, *associated: dict[str, Any], cluster: str = "prod") -> dict[str, Any]:
    return {"clusterName": cluster, "principalArn": ARN.format(arn), "associatedAccessPolicies": list(associated)}


def policy(name: str, **scope: Any) -> dict[str, Any]:
    return {"policyArn": f"arn:aws:eks::aws:cluster-access-policy/{name}", "accessScope": scope}


def config_map(data: object, namespace: str | None = "kube-system") -> dict[str, Any]:
    metadata = {"name": "aws-auth", **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def role(name: str, kind: str = "ClusterRole", **metadata: Any) -> dict[str, Any]:
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
    return {"apiVersion": API, "kind": kind, "metadata": {"name": name, **metadata}, "rules": rules}


@given(st.integers(0, 2**32), st.sampled_from(NAMESPACES))
def test_within_a_namespace_its_own_objects_and_the_cluster_s_decide_as_all_do(seed: int, namespace: str) -> None:
    random = Random(seed)
    cluster = generate_cluster(random, roles=12, bindings=20)
    lines = [
        {"userarn": ARN.format(f"user/u{number}"), "username": each.username, "groups": list(each.groups)}
        for number, each in enumerate(cluster.identities)
    ]
    documents = [*cluster.documents, config_map({"mapUsers": json.dumps(lines)})]
    requests = [request for _, request in generate_requests(random, cluster, 20)]

    whole = AccessReview(read_dump(documents).state())
    part = AccessReview(read_dump(documents, within=namespace).state())

    for request in requests:
        asked = request if request.path is not None else replace(request, namespace=namespace)
        assert part.who_can(asked) == whole.who_can(asked)


def test_objects_of_another_namespace_alone_are_no_lack_of_rbac() -> None:
    state = read_dump([role("local", "Role", namespace="east")], within="west").state()

    assert "east" in state.namespaces


def test_an_object_whose_namespace_is_no_text_is_refused_wherever_the_question_is() -> None:
    with pytest.raises(Refused, match="this is a text"):
        read_dump([role("local", "Role", namespace=7)], within="west")


def notices(*documents: object, **options: Any) -> str:
    return "\n".join(state_of_documents(documents, **options).notices)


def test_rbac_alone_is_enough_for_an_answer_about_service_accounts() -> None:
    state = state_of_documents([role("reader"), role("local", "Role", namespace="east")])

    assert {(r.namespace, r.name) for r in state.rbac.roles} >= {(None, "reader"), ("east", "local")}
    assert "east" in state.namespaces
    assert any("nobody is mapped here" in notice for notice in state.notices)
    assert any("Kubernetes version is not known" in notice for notice in state.notices)


def test_what_names_no_namespace_counts_as_in_default_and_that_is_told() -> None:
    state = state_of_documents([role("a", "Role"), role("b", "Role"), role("c", "Role", namespace="east"), role("d")])

    assert {r.namespace for r in state.rbac.roles if r.name in "abc"} == {"default", "east"}
    assert any("2 objects name no namespace and count as in default" in notice for notice in state.notices)
    assert not any("name no namespace" in notice for notice in state_of_documents([role("d")]).notices)


def test_a_list_of_a_list_and_typed_lists_are_unfolded() -> None:
    typed = {"apiVersion": API, "kind": "ClusterRoleList", "items": [{"metadata": {"name": "typed"}, "rules": None}]}
    listed = {
        "apiVersion": "v1",
        "kind": "List",
        "items": [role("a"), {"apiVersion": "v1", "kind": "List", "items": [role("b")]}],
    }

    assert {r.name for r in state_of_documents([typed, listed, [role("c")]]).rbac.roles} >= {"typed", "a", "b", "c"}


@pytest.mark.parametrize(
    ("documents", "mode"),
    [
        ([config_map({"mapUsers": USERS})], AuthenticationMode.CONFIG_MAP),
        ([entry("user/aiko"), policies("user/aiko")], AuthenticationMode.API),
        (
            [entry("user/aiko"), policies("user/aiko"), config_map({"mapUsers": USERS})],
            AuthenticationMode.API_AND_CONFIG_MAP,
        ),
    ],
)
def test_the_mode_is_assumed_from_what_is_there_and_said_so(documents: list[object], mode: AuthenticationMode) -> None:
    state = state_of_documents(documents)

    assert state.mode is mode
    assert any(f"mode {mode} is assumed" in notice for notice in state.notices)


def test_the_mode_and_version_that_eks_tells_are_taken_and_those_of_the_caller_win() -> None:
    cluster = described(version="1.31", accessConfig={"authenticationMode": "API"})
    told = state_of_documents([cluster, entry("user/aiko"), policies("user/aiko")])
    chosen = state_of_documents(
        [cluster, entry("user/aiko")], version="1.33", mode=AuthenticationMode.API_AND_CONFIG_MAP
    )

    assert (told.name, told.version, told.mode, told.notices) == ("prod", "1.31", AuthenticationMode.API, ())
    assert (chosen.version, chosen.mode) == ("1.33", AuthenticationMode.API_AND_CONFIG_MAP)


def test_the_version_of_kubectl_version_counts_too() -> None:
    assert state_of_documents([role("a"), {"serverVersion": {"major": "1", "minor": "32+"}}]).version == "1.32"


def test_access_entries_have_their_policies_in_their_scopes() -> None:
    state = state_of_documents(
        [
            entry("user/aiko", kubernetesGroups=["ants"]),
            policies(
                "user/aiko",
                policy("AmazonEKSViewPolicy", type="namespace", namespaces=["west-*", "east"]),
                policy("AmazonEKSAdminViewPolicy", type="cluster", namespaces=[]),
            ),
            entry(
                "role/nodes",
                type="EC2_LINUX",
                username="system:node:{{EC2PrivateDNSName}}",
                kubernetesGroups=["system:nodes"],
            ),
        ]
    )
    nodes, aiko = state.entries

    assert (aiko.username, aiko.groups) == ("x", ("ants",))
    assert [(p.policy, p.namespaces) for p in aiko.policies] == [
        ("AmazonEKSAdminViewPolicy", ()),
        ("AmazonEKSViewPolicy", ("east", "west-*")),
    ]
    assert (nodes.username, nodes.groups) == (None, ())
    assert state.node_roles == {"nodes": ARN.format("role/nodes")}
    assert [way.person for way in state.ways] == [ARN.format("user/aiko")]


def test_what_is_named_and_not_described_is_told() -> None:
    names = {"accessEntries": [ARN.format("user/aiko"), ARN.format("role/other")]}
    said = notices(described(accessConfig={"authenticationMode": "API"}), names, entry("user/aiko"), role("a"))

    assert "named and not described" in said
    assert "role/other" in said
    assert "access policies of arn:aws:iam::111122223333:user/aiko are not part of it" in said


def test_policies_without_their_entry_are_told_and_not_counted() -> None:
    said = notices(policies("user/aiko", policy("AmazonEKSViewPolicy", type="cluster")), role("a"))

    assert "(AmazonEKSViewPolicy) are here and its access entry is not" in said


def test_a_mode_whose_half_is_missing_is_told() -> None:
    said = notices(described(accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"}), role("a"))

    assert "has access entries, and none are part of it" in said
    assert "asks aws-auth, and it is not part of it" in said


def test_the_hidden_creator_of_mode_config_map_is_told() -> None:
    state = state_of_documents([described(accessConfig={"authenticationMode": "CONFIG_MAP"}), config_map({})])

    assert state.creator_unknown
    assert any("nothing here says who that is" in notice for notice in state.notices)


def test_several_clusters_are_chosen_by_name() -> None:
    documents = [
        entry("user/aiko", "one"),
        entry("user/botan", "two"),
        policies("user/botan", cluster="two"),
        role("a"),
    ]

    with pytest.raises(Refused, match="several clusters: one, two"):
        state_of_documents(documents)
    with pytest.raises(Refused, match="no cluster `three`"):
        state_of_documents(documents, cluster="three")
    (found,) = state_of_documents(documents, cluster="two").entries
    assert found.principal_arn.endswith("user/botan")


def test_a_dump_of_a_cluster_is_not_given_what_it_does_not_have() -> None:
    whole = state_of_documents([role("reader")], version="1.33").rbac
    builtin = [each for each in whole.roles if each.namespace is None and each.name != "reader"]
    dumped = [role(each.name) for each in builtin if each.name != "system:discovery"]

    names = {each.name for each in state_of_documents(dumped, version="1.33").rbac.roles}
    assert "system:discovery" not in names
    assert "cluster-admin" in names


def test_aws_auth_without_a_namespace_is_taken_and_one_elsewhere_is_not() -> None:
    nowhere = state_of_documents([config_map({"mapUsers": USERS}, None)])
    elsewhere = state_of_documents([config_map({"mapUsers": USERS}, "default"), role("a")])

    assert nowhere.aws_auth == {"mapUsers": USERS}
    assert any("names no namespace" in notice for notice in nowhere.notices)
    assert elsewhere.aws_auth is None


def test_what_is_something_else_is_passed_over_and_told() -> None:
    values = Document(content={"replicaCount": 3}, file="chart/values.yaml", line=1)
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x", "namespace": "west"}}
    state = state_of_documents([values, None, deployment, role("a")])

    assert any(
        "passed over 1 document that is neither" in notice and "chart/values.yaml:1" in notice
        for notice in state.notices
    )
    assert "west" in state.namespaces


def test_files_with_rbac_alone_can_be_told_from_those_of_a_cluster() -> None:
    assert not read_dump([role("a")]).maps
    assert read_dump([config_map({})]).maps
    assert read_dump([entry("user/aiko")]).maps


def test_objects_that_are_to_come_are_added_and_no_longer_missed() -> None:
    bound = {
        "apiVersion": API,
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "b"},
        "roleRef": {"kind": "ClusterRole", "name": "later"},
        "subjects": [{"kind": "Group", "name": "ants"}],
    }
    state = state_of_documents([bound])
    more = with_objects(state, read_dump([role("later")]).objects())

    assert any("ClusterRole later" in notice for notice in state.notices)
    assert not any("ClusterRole later" in notice for notice in more.notices)
    assert any(each.name == "later" for each in more.rbac.roles)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("text", "a document is a Kubernetes object"),
        ({"a": 1}, "nothing here says who may do what"),
        ({**role("a"), "rules": "none"}, "ClusterRole a: rules"),
        (config_map({"mapRoles": [{"rolearn": "x"}]}), "each section of aws-auth is one text"),
        (config_map("x"), "ConfigMap aws-auth: data: this is a map"),
        (entry("user/a", kubernetesGroups=[1]), "accessEntry.kubernetesGroups: this is a list of texts"),
        ({"accessEntry": {"type": "STANDARD"}}, "an access entry has a principal"),
        ({"associatedAccessPolicies": []}, "whose access policies these are"),
        (policies("user/a", policy("P", type="namespace", namespaces=[])), "namespaces that are named"),
        (policies("user/a", policy("P", type="galaxy")), "for the cluster, or for namespaces"),
        (described(accessConfig={"authenticationMode": "NONE"}), "an authentication mode is one of"),
        (described(accessConfig=[]), "cluster.accessConfig: this is a map"),
        ({"version": 3, "deployment": {"resources": []}}, "give it with --state"),
    ],
)
def test_what_has_not_its_form_is_refused_with_its_place(content: object, says: str) -> None:
    with pytest.raises(Refused) as refusal:
        state_of_documents([Document(content=content, file="dump.yaml", line=7)])

    assert says in str(refusal.value)
    (problem,) = refusal.value.problems
    assert problem.file == "dump.yaml"
    assert problem.fix


def test_a_refusal_never_shows_what_may_be_secret() -> None:
    with pytest.raises(Refused) as refusal:
        state_of_documents([config_map({"mapRoles": {"password": "hush"}}), role("a")])

    assert "hush" not in str(refusal.value)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
DUMP = dump_of(compile_plan(dev()))


@given(st.data())
def test_whatever_is_in_a_dump_it_is_read_or_refused(data: st.DataObject) -> None:
    documents = copy.deepcopy(DUMP)
    target: Any = documents[data.draw(st.sampled_from([0, 1, 2, -1]))]
    for _ in range(data.draw(st.integers(0, 5))):
        if isinstance(target, dict) and target:
            inner = target[data.draw(st.sampled_from(sorted(target)))]
        elif isinstance(target, list) and target:
            inner = target[data.draw(st.integers(0, len(target) - 1))]
        else:
            break
        if not isinstance(inner, dict | list) or not inner:
            break
        target = inner
    key = (
        data.draw(st.sampled_from(sorted(target)))
        if isinstance(target, dict)
        else data.draw(st.integers(0, len(target) - 1))
    )
    target[key] = data.draw(values)

    with contextlib.suppress(Refused):
        state_of_documents(documents)
