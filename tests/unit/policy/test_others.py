"""Programs without our components: what the pack says of them, whatever is unknown and whatever shape it has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from eks_access.review.engine_reading import UNKNOWN
from hypothesis import given, settings
from hypothesis import strategies as st

from .pack import KUBE, Made, Pack

RBAC = "kubernetes:rbac.authorization.k8s.io/v1"
API = {"apiVersion": "rbac.authorization.k8s.io/v1"}
ROLE = "arn:aws:iam::111122223333:role/{}"
NODE_LINE = """- rolearn: arn:aws:iam::111122223333:role/nodes
  username: system:node:{{EC2PrivateDNSName}}
  groups: ["system:bootstrappers", "system:nodes"]
"""
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def cluster(mode: str = "API_AND_CONFIG_MAP", name: str = "main") -> Made:
    config = {"authenticationMode": mode, "bootstrapClusterCreatorAdminPermissions": True}
    props = {"name": name, "version": "1.33", "accessConfig": config, "roleArn": ROLE.format("eks")}
    component = f"urn:pulumi:dev::theirs::eks:index:Cluster::{name}"
    return Made(type="aws:eks/cluster:Cluster", name=f"{name}-eksCluster", props=props, parent=component)


def aws_auth(roles: str, users: str = "[]\n", kind: str = "ConfigMap", **more: Any) -> Made:
    """What pulumi-eks makes of `role_mappings`, `user_mappings` and `instance_roles`, or somebody by hand."""
    metadata = {"name": "aws-auth", "namespace": "kube-system"}
    props = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    return Made(
        type=f"kubernetes:core/v1:{kind}",
        name="main-nodeAccess",
        props={**props, "data": {"mapRoles": roles, "mapUsers": users}},
        **more,
    )


def entry(name: str, type_: str = "STANDARD", **props: Any) -> Made:
    made = {"clusterName": "main", "principalArn": ROLE.format(name), "type": type_, "tags": {"a": "b"}, **props}
    return Made(type="aws:eks/accessEntry:AccessEntry", name=name, props=made)


def native_entry(name: str, policy: str, **props: Any) -> Made:
    """As AWS Cloud Control makes it, which has no associations."""
    policies = [{"policyArn": f"arn:aws:eks::aws:cluster-access-policy/{policy}", "accessScope": {"type": "cluster"}}]
    made = {"clusterName": "main", "principalArn": ROLE.format(name), "accessPolicies": policies, **props}
    return Made(type="aws-native:eks:AccessEntry", name=name, props=made)


def association(name: str, policy: str, **scope: Any) -> Made:
    arn = f"arn:aws:eks::aws:cluster-access-policy/{policy}"
    props = {"clusterName": "main", "principalArn": ROLE.format(name), "policyArn": arn, "accessScope": scope}
    return Made(type="aws:eks/accessPolicyAssociation:AccessPolicyAssociation", name=f"{name}-{policy}", props=props)


def iam_role(name: str, principal: object, path: str = "/") -> Made:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    arn = f"arn:aws:iam::111122223333:role{path}{name}"
    props = {"name": name, "path": path, "arn": arn, "assumeRolePolicy": json.dumps({"Statement": [statement]})}
    return Made(type="aws:iam/role:Role", name=name, props=props)


def node_group(role: str) -> Made:
    props = {"clusterName": "main", "nodeGroupName": "workers", "nodeRoleArn": ROLE.format(role)}
    return Made(type="aws:eks/nodeGroup:NodeGroup", name="workers", props=props)


def role(name: str, *rules: Mapping[str, Any], kind: str = "ClusterRole", **metadata: str) -> Made:
    """As pulumi-kubernetes makes it, also for `kubernetes.yaml.v2.ConfigGroup`."""
    props = {**API, "kind": kind.removesuffix("Patch"), "metadata": {"name": name, **metadata}}
    return Made(type=f"{RBAC}:{kind}", name=name, props={**props, "rules": list(rules)} if rules else props)


def binding(name: str, subject: Mapping[str, str], named: str, kind: str = "ClusterRoleBinding", **meta: str) -> Made:
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": named}
    props = {**API, "kind": kind, "metadata": {"name": name, **meta}, "roleRef": reference, "subjects": [subject]}
    return Made(type=f"{RBAC}:{kind}", name=name, props=props)


def group(name: str) -> dict[str, str]:
    return {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": name}


def line(role: str, username: str, *groups: str) -> str:
    return f"- rolearn: {ROLE.format(role)}\n  username: {username}\n  groups: {json.dumps(groups)}\n"


READ = {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]}
CHART = Made(type="kubernetes:helm.sh/v4:Chart", name="chart", props={})
ONE_USER = {"AWS": "arn:aws:iam::111122223333:user/aiko"}
SOUND: dict[str, list[Made]] = {
    "pulumi-eks with mappings": [
        cluster("CONFIG_MAP"),
        iam_role("nodes", {"Service": "ec2.amazonaws.com"}),
        node_group("nodes"),
        aws_auth(NODE_LINE + line("ops", "ops", "ops")),
        iam_role("ops", ONE_USER),
        binding("ops", group("ops"), "view"),
    ],
    "entries with policies": [
        cluster("API"),
        entry("ops", kubernetesGroups=["ops"], userName="ops"),
        association("ops", "AmazonEKSViewPolicy", type="namespace", namespaces=["payments", "dev-*"]),
        entry("nodes", "EC2_LINUX"),
        node_group("nodes"),
        role("reader", READ),
        binding("ops", group("ops"), "reader"),
    ],
    "a managed node group, which EKS maps by itself": [cluster(), node_group("nodes")],
    "a patch of what EKS wrote for its nodes": [
        cluster("CONFIG_MAP"),
        node_group("nodes"),
        aws_auth(line("ops", "ops", "ops"), kind="ConfigMapPatch"),
        binding("others", group("somebody-else's"), "view"),
    ],
    "a label on a built-in role": [cluster(), role("view", kind="ClusterRolePatch")],
    "subjects that another program adds": [
        Made(type=f"{RBAC}:RoleBindingPatch", name="x", props={"metadata": {"name": "x"}, "subjects": [group("a")]}),
    ],
    "RBAC of one namespace, without a cluster": [
        role("reader", READ, kind="Role", namespace="payments"),
        binding("payments", group("payments"), "somebody's-chart", "RoleBinding", namespace="payments"),
    ],
    "half of an entry": [association("ops", "AmazonEKSAdminPolicy", type="namespace", namespaces=["payments"])],
    "no access at all": [Made(type="aws:s3/bucket:Bucket", name="logs", props={"bucket": "logs"})],
}
BROKEN: dict[str, tuple[list[Made], dict[str, set[str]]]] = {
    "a role with its path, and everybody as admin, in pulumi-eks's mappings": (
        [cluster(), aws_auth(NODE_LINE + line("people/ops", "ops", "system:masters"))],
        {"EA309": {"main-nodeAccess"}, "EA501": {"main-nodeAccess"}},
    ),
    "one role twice": (
        [cluster(), aws_auth(line("ops", "a") + line("ops", "b"))],
        {"EA302": {"main-nodeAccess"}},
    ),
    "nodes left out of an aws-auth of one's own": (
        [cluster("CONFIG_MAP"), node_group("nodes"), aws_auth(line("ops", "ops"))],
        {"EA201": {"workers"}},
    ),
    "a person on the nodes' role": (
        [cluster("API"), node_group("nodes"), entry("nodes", userName="aiko")],
        {"EA203": {"workers"}},
    ),
    "a policy that EKS doesn't have, and one in a namespace that matches nothing": (
        [
            entry("ops"),
            association("ops", "AmazonEKSViewerPolicy", type="cluster"),
            association("ops", "AmazonEKSEditPolicy", type="namespace", namespaces=["Payments"]),
        ],
        {"EA313": {"ops"}, "EA314": {"ops"}},
    ),
    "groups of Kubernetes' own in an entry": (
        [entry("ops", kubernetesGroups=["system:masters"])],
        {"EA304": {"ops"}},
    ),
    "the same by Cloud Control, with a policy that EKS doesn't have": (
        [native_entry("ops", "AmazonEKSViewerPolicy", kubernetesGroups=["system:masters"])],
        {"EA304": {"ops"}, "EA314": {"ops"}},
    ),
    "a group that nobody carries, in what a chart was rendered to": (
        [
            cluster("API"),
            entry("ops"),
            CHART,
            Made(type="acme:eks:EksCluster", name="platform", props={}),
            replace(binding("ants", group("ants"), "view"), parent=CHART.urn),
        ],
        {"EA305": {"ants"}},
    ),
    "a role that everybody may assume": (
        [iam_role("ops", "*"), entry("ops")],
        {"EA108": {"ops"}},
    ),
    "URLs that a RoleBinding can't give": (
        [
            role("metrics", {"nonResourceURLs": ["/metrics"], "verbs": ["get"]}),
            binding("metrics", group("ops"), "metrics", "RoleBinding", namespace="payments"),
        ],
        {"EA602": {"metrics"}},
    ),
    "strangers, stars and secrets": (
        [
            role("all", {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}),
            role("secrets", {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list"]}),
            binding("anyone", group("system:unauthenticated"), "view"),
        ],
        {"EA604": {"anyone"}, "EA606": {"all"}, "EA607": {"all"}, "EA609": {"secrets"}},
    ),
    "a list where a text belongs": (
        [role("reader", {**READ, "verbs": "get"})],
        {"readable": {""}},
    ),
}


@pytest.mark.parametrize("named", SOUND)
def test_a_sound_program_of_others_is_passed(pack: Pack, named: str) -> None:
    assert pack.told(SOUND[named]) == {}


@pytest.mark.parametrize("named", BROKEN)
def test_what_is_broken_is_told_of_the_resource_that_breaks_it(pack: Pack, named: str) -> None:
    made, told = BROKEN[named]

    assert pack.told(made) == told


def test_objects_of_two_clusters_are_judged_each_in_its_own(pack: Pack) -> None:
    first, second = cluster("CONFIG_MAP", "one"), cluster("CONFIG_MAP", "two")
    kubes = [
        Made(type=KUBE, name=each.props["name"], props={"kubeconfig": UNKNOWN}, needs=(each.urn,))
        for each in (first, second)
    ]
    maps = [aws_auth(line("ops", "ops"), provider=kube.urn) for kube in kubes]
    one, other = maps[0], Made(type=maps[1].type, name="second", props=maps[1].props, provider=kubes[1].urn)

    assert pack.told([first, second, *kubes, one, other]) == {}


def test_the_first_preview_is_judged_by_inputs_where_outputs_are_not_there_yet(pack: Pack) -> None:
    nobody, bound = role("a"), binding("b", group("ops"), "b")
    mapped = aws_auth(line("ops", "a") + line("ops", "b"))
    unset = entry("viewer", userName="viewer")
    viewer = Made(type=unset.type, name="viewer", props={k: v for k, v in unset.props.items() if k != "type"})
    policy = association("viewer", "AmazonEKSViewerPolicy", type="cluster")

    for each in (nobody, bound, mapped, viewer, policy):
        pack.of_resource(each)
    # the provider of a cluster that isn't there yet answers nothing, and AWS's what it chooses by itself
    silent = [Made(type=each.type, name=each.name, props={}) for each in (nobody, bound, mapped)]
    unknown = {"type": UNKNOWN, "kubernetesGroups": UNKNOWN, "accessEntryArn": UNKNOWN}
    chosen = Made(type=viewer.type, name="viewer", props={**viewer.props, **unknown})

    assert pack.of_stack([*silent, chosen, policy]) == {"EA302": {"main-nodeAccess"}, "EA314": {"viewer"}}


def test_a_secret_is_judged_like_anything_else(pack: Pack) -> None:
    hidden = aws_auth("")
    data = {**SECRET, "value": {"mapRoles": line("people/ops", "ops")}}

    assert set(pack.told([Made(type=hidden.type, name="x", props={**hidden.props, "data": data})])) == {"EA501"}


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every value below this one, by its path."""
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, found in inner for each in places(found, (*path, key)))]


def put(value: Any, path: tuple[Any, ...], new: object) -> Any:
    if not path:
        return new
    if isinstance(value, Mapping):
        return {key: put(found, path[1:], new) if key == path[0] else found for key, found in value.items()}
    return [put(found, path[1:], new) if at == path[0] else found for at, found in enumerate(value)]


PARTS = [*SOUND["pulumi-eks with mappings"], *SOUND["entries with policies"][1:]]
EVERYWHERE = [(at, path) for at, made in enumerate(PARTS) for path in places(dict(made.props)) if path]
junk = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=6) | st.sampled_from([UNKNOWN, "*", "{", "- a"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def changed(changes: Mapping[tuple[int, tuple[Any, ...]], object]) -> list[Made]:
    found = list(PARTS)
    # a place inside of another one goes first: the other may take it away
    for (at, path), new in sorted(changes.items(), key=lambda each: -len(each[0][1])):
        old = found[at]
        found[at] = Made(type=old.type, name=old.name, props=put(old.props, path, new), parent=old.parent)
    return found


@settings(max_examples=max(40, settings.default.max_examples // 3), deadline=None)  # type: ignore[union-attr]
@given(st.dictionaries(st.sampled_from(EVERYWHERE), junk, min_size=1, max_size=3))
def test_whatever_shape_properties_have_the_pack_answers(
    pack: Pack, changes: dict[tuple[int, tuple[Any, ...]], object]
) -> None:
    pack.told(changed(changes))


@settings(max_examples=max(40, settings.default.max_examples // 3), deadline=None)  # type: ignore[union-attr]
@given(st.sets(st.sampled_from(EVERYWHERE), min_size=1, max_size=4))
def test_what_only_the_update_will_tell_violates_nothing(pack: Pack, hidden: set[tuple[int, tuple[Any, ...]]]) -> None:
    assert pack.told(changed(dict.fromkeys(hidden, UNKNOWN))) == {}
