"""What only the update will tell: in a preview it hides findings, and never makes one or breaks the reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eks_access.checks import Needs, catalogue, find_state_problems
from eks_access.review.documents import Document
from eks_access.review.engine_reading import UNKNOWN, Resource, Resources
from eks_access.review.engine_state import EngineReading, read_clusters
from hypothesis import given
from hypothesis import strategies as st

ABOUT_WHAT_IS_MISSING = {check.id for check in catalogue() if check.needs is Needs.ALL}
RBAC = "kubernetes:rbac.authorization.k8s.io/v1"
PARTS: dict[str, tuple[str, dict[str, Any]]] = {
    "cluster": (
        "aws:eks/cluster:Cluster",
        {
            "name": "main",
            "version": "1.33",
            "accessConfig": {
                "authenticationMode": "API_AND_CONFIG_MAP",
                "bootstrapClusterCreatorAdminPermissions": False,
            },
        },
    ),
    "nodes": (
        "aws:eks/accessEntry:AccessEntry",
        {
            "clusterName": "main",
            "principalArn": "arn:aws:iam::111122223333:role/nodes",
            "type": "EC2_LINUX",
            "kubernetesGroups": ["builders"],
        },
    ),
    "by-cloud-control": (
        "aws-native:eks:AccessEntry",
        {
            "clusterName": "main",
            "principalArn": "arn:aws:iam::111122223333:role/people/ops",
            "accessPolicies": [
                {
                    "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewerPolicy",
                    "accessScope": {"type": "namespace", "namespaces": ["payments"]},
                }
            ],
        },
    ),
    "role-by-cloud-control": (
        "aws-native:iam:Role",
        {
            "roleName": "ops",
            "arn": "arn:aws:iam::111122223333:role/people/ops",
            "assumeRolePolicyDocument": {
                "Statement": [
                    {"Effect": "Allow", "Principal": {"AWS": "*"}, "Condition": {"Null": {"aws:userid": "true"}}}
                ]
            },
        },
    ),
    "viewer": (
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        {
            "clusterName": "main",
            "principalArn": "arn:aws:iam::111122223333:role/nodes",
            "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
            "accessScope": {"type": "namespace", "namespaces": ["Payments"]},
        },
    ),
    "role": (
        "aws:iam/role:Role",
        {
            "name": "dev",
            "arn": "arn:aws:iam::111122223333:role/people/dev",
            "assumeRolePolicy": '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}}]}',
        },
    ),
    "aws-auth": (
        "kubernetes:core/v1:ConfigMap",
        {
            "metadata": {"name": "aws-auth", "namespace": "kube-system"},
            "data": {"mapRoles": "- {rolearn: 'arn:aws:iam::111122223333:role/people/dev', username: dev}"},
        },
    ),
    "all": (
        f"{RBAC}:ClusterRole",
        {"metadata": {"name": "all"}, "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]},
    ),
    "strangers": (
        f"{RBAC}:ClusterRoleBinding",
        {
            "metadata": {"name": "strangers"},
            "roleRef": {"kind": "ClusterRole", "name": "view"},
            "subjects": [{"kind": "User", "name": "system:anonymous"}],
        },
    ),
}


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every value below this one, by its path."""
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, found in inner for each in places(found, (*path, key)))]


def hidden(value: Any, paths: set[tuple[Any, ...]], path: tuple[Any, ...] = ()) -> Any:
    if path in paths:
        return UNKNOWN
    if isinstance(value, Mapping):
        return {key: hidden(found, paths, (*path, key)) for key, found in value.items()}
    if isinstance(value, list):
        return [hidden(found, paths, (*path, at)) for at, found in enumerate(value)]
    return value


ALL = [each for each in places({name: values for name, (_, values) in PARTS.items()}) if len(each) > 1]


def readings(paths: set[tuple[Any, ...]]) -> tuple[EngineReading, ...]:
    values = hidden({name: values for name, (_, values) in PARTS.items()}, paths)
    made = [
        Resource(urn=f"urn:pulumi:dev::x::{type_}::{name}", type=type_, values=values[name], inputs=values[name])
        for name, (type_, _) in PARTS.items()
    ]
    placed = {each.urn: each for each in made}
    return read_clusters(Resources(document=Document(content=None), by_urn=placed, preview=True))


def found(paths: set[tuple[Any, ...]]) -> set[str]:
    return {
        str(problem.check)
        for reading in readings(paths)
        for problem in find_state_problems(reading.state)
        if problem.check not in ABOUT_WHAT_IS_MISSING
    }


EVERYTHING = found(set())


def test_with_nothing_hidden_everything_is_found_in_its_resource() -> None:
    (reading,) = readings(set())

    assert {"EA108", "EA312", "EA313", "EA314", "EA501", "EA604", "EA606"} <= EVERYTHING
    assert reading.whole
    assert reading.places["ClusterRole all"].endswith("::all")
    assert reading.places["IAM role dev"].endswith("::role")
    assert reading.places["IAM role ops"].endswith("::role-by-cloud-control")


@given(st.sets(st.sampled_from(ALL), max_size=6))
def test_whatever_is_unknown_nothing_breaks_and_nothing_new_is_found(paths: set[tuple[Any, ...]]) -> None:
    assert found(paths) <= EVERYTHING


@given(
    st.sampled_from([each for each in ALL if each[0] in {"aws-auth", "all", "strangers"} and "metadata" not in each])
)
def test_a_stack_with_an_unknown_part_is_not_whole(path: tuple[Any, ...]) -> None:
    assert not any(reading.whole for reading in readings({path}))
