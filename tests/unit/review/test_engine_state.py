"""States and previews of any program: what they say is read, what they don't say is told, nothing breaks."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from eks_access.declaration.cluster_models import AuthenticationMode
from eks_access.errors import Refused
from eks_access.plan import compile_plan
from eks_access.plan.model import EntryType
from eks_access.review.access_review import AccessReview
from eks_access.review.engine_reading import UNKNOWN
from eks_access.review.engine_state import state_of_engine
from eks_access.review.people import with_people
from eks_access.review.state import AccessState
from hypothesis import given
from hypothesis import strategies as st

from ...plans import dev, plan_of, small
from .renderings import export_of, preview_of, resource, urn

ROLE = "arn:aws:iam::111122223333:role/{}"
LINE = "- rolearn: arn:aws:iam::111122223333:role/ops\n  username: ops\n  groups: [system:masters]\n"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def cluster(name: str = "plain", **inputs: Any) -> dict[str, Any]:
    return resource("aws:eks/cluster:Cluster", f"{name}-eksCluster", {"name": name, **inputs})


def config_map(data: object, **more: Any) -> dict[str, Any]:
    metadata = {"name": "aws-auth", "namespace": "kube-system"}
    return resource("kubernetes:core/v1:ConfigMap", "nodeAccess", {"metadata": metadata, "data": data}, **more)


def entry(cluster: str, name: str, **inputs: Any) -> dict[str, Any]:
    raw = {"clusterName": cluster, "principalArn": ROLE.format(name), "type": "STANDARD", **inputs}
    return resource("aws:eks/accessEntry:AccessEntry", f"{cluster}-{name}", raw)


def binding(name: str, **more: Any) -> dict[str, Any]:
    raw = {
        "metadata": {"name": name, "namespace": "east"},
        "roleRef": {"kind": "ClusterRole", "name": "view", "apiGroup": "rbac.authorization.k8s.io"},
        "subjects": [{"kind": "Group", "name": "ants"}],
    }
    return resource(
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", name, {**raw, **more.pop("inputs", {})}, **more
    )


def state_of(*resources: dict[str, Any], chosen: str | None = None) -> AccessState:
    return state_of_engine({"version": 3, "deployment": {"resources": list(resources)}}, cluster=chosen)


def test_a_plain_pulumi_eks_cluster_is_read_with_its_aws_auth() -> None:
    trust = json.dumps(
        {
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["sts:AssumeRole", "sts:TagSession"],
                    "Principal": {"AWS": "arn:aws:iam::111122223333:user/a/aiko"},
                }
            ]
        }
    )
    role = resource("aws:iam/role:Role", "ops", {"name": "ops", "path": "/people/", "assumeRolePolicy": trust})
    nodes = "- rolearn: arn:aws:iam::111122223333:role/nodes\n  username: system:node:{{EC2PrivateDNSName}}\n"
    state = state_of(cluster(version="1.33"), role, config_map({"mapRoles": nodes + LINE}))

    (way,) = state.ways
    assert (state.name, state.version, state.mode) == ("plain", "1.33", AuthenticationMode.CONFIG_MAP)
    assert (way.person, way.session) == ("arn:aws:iam::111122223333:user/a/aiko", "aiko")
    assert way.principal_arn == "arn:aws:iam::111122223333:role/people/ops"
    assert way.via == "role ops"
    assert state.node_roles == {"nodes": ROLE.format("nodes")}
    assert state.creator_unknown
    assert any("EKS then takes CONFIG_MAP" in notice for notice in state.notices)


def test_the_creator_is_the_role_in_which_the_provider_works() -> None:
    provider = resource(
        "pulumi:providers:aws", "creation", {"assumeRoles": json.dumps([{"roleArn": ROLE.format("maker")}])}
    )
    made = cluster(accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"})
    state = state_of(provider, {**made, "provider": f"{provider['urn']}::{UNKNOWN}"})

    assert not state.creator_unknown
    assert [(e.principal_arn, [p.policy for p in e.policies]) for e in state.entries] == [
        (ROLE.format("maker"), ["AmazonEKSClusterAdminPolicy"])
    ]


def test_a_creator_that_was_given_nothing_is_nobody() -> None:
    config = {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}

    assert not state_of(cluster(accessConfig=config)).creator_unknown


def test_a_node_group_and_a_fargate_profile_of_one_name_are_two() -> None:
    group = resource("aws:eks/nodeGroup:NodeGroup", "general", {"nodeRoleArn": ROLE.format("nodes")})
    profile = resource("aws:eks/fargateProfile:FargateProfile", "general", {"podExecutionRoleArn": ROLE.format("pods")})

    state = state_of(cluster(), group, profile, config_map({"mapUsers": "[]"}))

    assert {*state.node_roles.values()} == {ROLE.format("nodes"), ROLE.format("pods")}


def test_a_declaration_beside_it_names_the_creator() -> None:
    plan = plan_of(small(cluster={"authenticationMode": "CONFIG_MAP"}))
    state = state_of_engine(export_of(plan))
    named = with_people(state, plan)

    assert (state.creator_arn, state.creator_unknown) == (None, True)
    assert (named.creator_arn, named.creator_unknown) == (ROLE.format("ci/deployer"), False)
    assert ("deployer", "creator") in {(way.person, way.via) for way in named.ways}
    assert set(state.notices) - set(named.notices)


def test_somebody_s_way_that_is_not_mapped_is_told_and_not_counted() -> None:
    plan = plan_of(small(cluster={"authenticationMode": "API"}))
    export = export_of(plan)
    export["deployment"]["resources"] = [r for r in export["deployment"]["resources"] if "aiko" not in r["urn"]]
    named = with_people(state_of_engine(export), plan)

    assert {way.person for way in named.ways} == {"botan", "deployer"}
    assert "declared, and not mapped here: aiko (direct)" in named.notices


def test_somebody_who_comes_by_their_account_comes_and_it_is_told() -> None:
    plan = plan_of(small(cluster={"authenticationMode": "API_AND_CONFIG_MAP"}))
    export = export_of(plan)
    others = [r for r in export["deployment"]["resources"] if "aiko" not in r["urn"] and "ConfigMap" not in r["type"]]
    export["deployment"]["resources"] = [*others, config_map({"mapAccounts": "['111122223333']"})]
    named = with_people(state_of_engine(export), plan)
    (aiko,) = AccessReview(named).whoami("aiko")

    assert aiko.authentication.identity
    assert aiko.authentication.identity.username == "arn:aws:iam::111122223333:user/dev/aiko"
    assert "declared, and let in by mapAccounts alone, without groups: aiko (direct)" in named.notices


def test_whoever_is_mapped_beyond_the_declaration_keeps_their_arn() -> None:
    plan = plan_of(small(cluster={"authenticationMode": "API"}))
    export = export_of(plan)
    export["deployment"]["resources"].append(entry("demo", "stranger"))
    (way,) = (
        w for w in with_people(state_of_engine(export), plan).ways if w.person not in {"aiko", "botan", "deployer"}
    )

    assert (way.person, way.session) == (ROLE.format("stranger"), "session")


def test_several_clusters_are_told_apart_by_their_providers() -> None:
    first, second = cluster("first"), cluster("second")
    by_name = resource(
        "pulumi:providers:kubernetes", "one", {"clusterIdentifier": "arn:aws:eks:eu-west-1:1:cluster/first"}
    )
    component = {"urn": urn("eks:index:Cluster", "second"), "type": "eks:index:Cluster", "custom": False}
    second["parent"] = component["urn"]
    by_need = resource("pulumi:providers:kubernetes", "two", {"kubeconfig": UNKNOWN}, dependencies=[component["urn"]])
    adrift = resource("pulumi:providers:kubernetes", "three", {"context": "elsewhere"})
    bindings = [
        binding("of-first", provider=f"{by_name['urn']}::id"),
        binding("of-second", provider=f"{by_need['urn']}::id"),
        binding("of-nobody", provider=f"{adrift['urn']}::id"),
    ]
    everything = (first, component, second, by_name, by_need, adrift, *bindings, entry("second", "ops"))

    with pytest.raises(Refused, match="several clusters: first, second"):
        state_of(*everything)
    with pytest.raises(Refused, match="no cluster `third`"):
        state_of(*everything, chosen="third")
    for chosen, entries in (("first", 0), ("second", 1)):
        state = state_of(*everything, chosen=chosen)
        assert [b.name for b in state.rbac.bindings if b.name.startswith("of-")] == [f"of-{chosen}"]
        assert len(state.entries) == entries
        assert any("of-nobody" in notice for notice in state.notices)


def test_what_a_preview_does_not_know_is_told_and_does_not_break_it() -> None:
    preview = preview_of(compile_plan(dev()))
    unknown = [
        config_map({"mapRoles": UNKNOWN, "mapUsers": "[]"}),
        binding("later", inputs={"subjects": [{"kind": "Group", "name": UNKNOWN}]}),
        {**entry("dev", "x"), "inputs": {"clusterName": "dev", "principalArn": UNKNOWN}},
    ]
    preview["steps"] += [{"op": "update", "newState": each} for each in unknown]
    state = state_of_engine(preview)

    told = " ".join(notice for notice in state.notices if "only be known after the update" in notice)
    assert all(name in told for name in ("nodeAccess", "later", "dev-x"))
    assert not any(b.name == "later" for b in state.rbac.bindings)
    assert UNKNOWN not in repr(state)


def test_what_the_preview_deletes_is_gone_and_what_it_replaces_is_there_once() -> None:
    made = cluster()
    steps = [
        {"op": "same", "newState": made},
        {"op": "delete", "oldState": entry("plain", "gone")},
        {"op": "create-replacement", "newState": entry("plain", "ops", userName="new")},
        {"op": "replace", "newState": entry("plain", "ops", userName="new")},
        {"op": "delete-replaced", "oldState": entry("plain", "ops", userName="old")},
        {"op": "read", "newState": entry("plain", "read")},
    ]
    state = state_of_engine({"steps": steps, "changeSummary": {"same": 1, "delete": 1, "replace": 1}})

    assert {(e.principal_arn, e.username) for e in state.entries} == {
        (ROLE.format("ops"), "new"),
        (ROLE.format("read"), None),
    }


def test_a_preview_that_leaves_out_what_stays_is_refused() -> None:
    with pytest.raises(Refused, match="--show-sames"):
        state_of_engine(
            {"steps": [{"op": "create", "newState": cluster()}], "changeSummary": {"same": 40, "create": 1}}
        )


def test_what_is_to_be_deleted_once_its_successor_is_there_counts_no_longer() -> None:
    assert state_of(cluster(), entry("plain", "old", delete=True) | {"delete": True}).entries == ()


def test_an_encrypted_aws_auth_is_told_and_an_exported_secret_is_read() -> None:
    hidden = state_of(cluster(), config_map({**SECRET, "ciphertext": "v1:hush"}))
    shown = state_of(cluster(), config_map({**SECRET, "plaintext": json.dumps({"mapRoles": LINE})}))

    assert hidden.aws_auth == {}
    assert any("--show-secrets" in notice and "nodeAccess" in notice for notice in hidden.notices)
    assert "hush" not in repr(hidden)
    assert shown.aws_auth == {"mapRoles": LINE}


def test_what_is_hidden_in_helm_releases_is_told() -> None:
    release = resource("kubernetes:helm.sh/v3:Release", "prometheus", {"chart": "kube-prometheus-stack"})

    assert any("Helm releases prometheus" in notice for notice in state_of(cluster(), release).notices)


def test_a_type_of_entry_that_is_not_known_yet_is_told() -> None:
    state = state_of(cluster(), entry("plain", "new", type="QUANTUM_LINUX"), entry("plain", "ec2", type="EC2_LINUX"))

    assert [e.type for e in state.entries] == [EntryType.EC2_LINUX]
    assert any("QUANTUM_LINUX" in notice for notice in state.notices)


def test_a_split_program_without_the_cluster_says_what_it_assumes() -> None:
    state = state_of(entry("shared", "ops"), config_map({"mapRoles": LINE}), binding("b"))

    assert (state.name, state.mode) == ("shared", AuthenticationMode.API_AND_CONFIG_MAP)
    assert any("is assumed, from access entries and aws-auth" in notice for notice in state.notices)
    assert "east" in state.namespaces


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "a state is a map"),
        ({"a": 1}, "neither a stack's state nor a preview"),
        ({"deployment": {"resources": 5}}, "this is a list of maps"),
        ({"deployment": {"resources": [{"type": "x"}]}}, "a resource has a urn and a type"),
        ({"deployment": {}}, "nothing that says who may do what"),
        ({"steps": [1]}, "this is a list of maps"),
        ({"deployment": {"resources": [cluster(accessConfig={"authenticationMode": "BOTH"})]}}, "one of CONFIG_MAP"),
        ({"deployment": {"resources": [cluster(), config_map({"mapRoles": 5})]}}, "a section of aws-auth is one text"),
        ({"deployment": {"resources": [cluster(), entry("plain", "x", kubernetesGroups="a")]}}, "list of texts"),
        ({"deployment": {"resources": [binding("b", inputs={"subjects": 5})]}}, "RoleBinding b"),
    ],
)
def test_what_has_not_the_form_of_a_state_is_refused_with_its_place(document: object, says: str) -> None:
    with pytest.raises(Refused) as refusal:
        state_of_engine(document)

    assert says in str(refusal.value)
    assert all(problem.fix for problem in refusal.value.problems)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from([UNKNOWN, "[secret]", "aws-auth"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("urn", "type", "inputs", "outputs", "provider", "parent", "dependencies", "propertyDependencies", "delete")


@given(st.data())
def test_whatever_is_in_a_state_it_is_read_or_refused(data: st.DataObject) -> None:
    resources = export_of(compile_plan(dev()))["deployment"]["resources"]
    index = data.draw(st.integers(0, len(resources) - 1))
    target = resources[index]
    key = data.draw(st.sampled_from(KEYS))
    inner = target.get(key)
    if isinstance(inner, dict) and inner and data.draw(st.booleans()):
        inner[data.draw(st.sampled_from(sorted(inner)))] = data.draw(values)
    else:
        target[key] = data.draw(values)

    with contextlib.suppress(Refused):
        state_of_engine({"deployment": {"resources": resources}})


def test_what_a_component_says_is_made_elsewhere_is_not_missed() -> None:
    """The policy pack judges resources: it has no declaration to find `externalGroups` and `externalRoles` in."""
    said = {"madeElsewhere": ["ants", "backup-operator"]}
    component = resource("eks-access:index:EksCluster", "platform-cluster", {}, said)

    state = state_of(cluster(version="1.33"), component, config_map({"mapRoles": LINE}))

    assert state.elsewhere == {"ants", "backup-operator"}
    assert state_of(cluster(version="1.33"), config_map({"mapRoles": LINE})).elsewhere == frozenset()


@pytest.mark.parametrize("side", ["inputs", "outputs"])
def test_properties_that_are_one_secret_are_refused_with_their_place(side: str) -> None:
    with pytest.raises(Refused, match=rf"resources\[0\]\.{side}: these are properties by their names"):
        state_of({**cluster(), side: {**SECRET, "plaintext": '"x"'}})


@pytest.mark.parametrize("seconds", [float("inf"), float("nan"), -1.0, True, "1"])
def test_a_session_of_an_odd_length_breaks_nothing(seconds: object) -> None:
    role = resource(
        "aws:iam/role:Role",
        "ops",
        {"name": "ops"},
        {"name": "ops", "arn": ROLE.format("ops"), "maxSessionDuration": seconds},
    )
    stack = resource(
        "pulumi:pulumi:Stack", "s", {}, {"access": [{"person": "a", "principal": ROLE.format("ops"), "via": "direct"}]}
    )

    assert state_of(cluster(), role, stack, entry("plain", "ops")).name == "plain"
