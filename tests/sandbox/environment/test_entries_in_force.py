"""Access entries and policies of a cluster on the real API server, as a person with a token of their own meets them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest

from sandbox.account_network import PRIVATE_SUBNETS, PUBLIC_SUBNETS
from sandbox.delays import delayed
from sandbox.environment import Sandbox
from sandbox.identity_center import sign_in

from .walker import Person, on_a_cluster

pytestmark = pytest.mark.sandbox

CLUSTER = "entries"
VIEW, ADMIN = (f"arn:aws:eks::aws:cluster-access-policy/AmazonEKS{name}Policy" for name in ("View", "Admin"))
HOUR = 3600


@pytest.fixture(scope="module")
def person(sandbox: Sandbox) -> Iterator[Person]:
    """A cluster of this module's own, and somebody without an entry there."""
    with on_a_cluster(sandbox, CLUSTER, "API") as somebody:
        yield somebody


@pytest.fixture
def entry(person: Person) -> Iterator[Person]:
    """The person with an entry, for one test."""
    person.eks.create_access_entry(clusterName=CLUSTER, principalArn=person.arn)
    yield person
    person.eks.delete_access_entry(clusterName=CLUSTER, principalArn=person.arn)


def associate(person: Person, policy: str, *namespaces: str) -> None:
    scope = {"type": "namespace", "namespaces": list(namespaces)} if namespaces else {"type": "cluster"}
    person.eks.associate_access_policy(
        clusterName=CLUSTER, principalArn=person.arn, policyArn=policy, accessScope=scope
    )


def test_a_delayed_entry_is_listed_but_opens_nothing(person: Person) -> None:
    named = {"clusterName": CLUSTER, "principalArn": person.arn}
    with delayed(person.state, entries=HOUR):
        person.eks.create_access_entry(**named)
        assert person.arn in person.eks.list_access_entries(clusterName=CLUSTER)["accessEntries"]
        assert person.ask("GET", "/api")[0] == 401
    person.eks.update_access_entry(**named, kubernetesGroups=["walkers"])
    assert person.sees("/api", 200)

    with delayed(person.state, entries=HOUR):
        person.eks.delete_access_entry(**named)
        assert person.ask("GET", "/api")[0] == 200
    person.eks.create_access_entry(**named)
    person.eks.delete_access_entry(**named)
    assert person.sees("/api", 401)


def test_a_policy_reaches_the_namespaces_of_its_scope(entry: Person) -> None:
    associate(entry, VIEW, "dev-*")
    assert entry.sees("/api/v1/namespaces/dev-a/pods", 200)
    for path in ("namespaces/prod/pods", "pods", "namespaces/dev-a/secrets"):
        assert entry.ask("GET", f"/api/v1/{path}")[0] == 403


def test_an_admin_by_policy_can_not_bind_roles(entry: Person) -> None:
    """EKS's well-known trap: only RBAC's own rules count when somebody hands out rights."""
    associate(entry, ADMIN)
    assert entry.sees("/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", 200)
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "viewers"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:aggregate-to-view"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "viewers"}],
    }
    status, said = entry.ask("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", binding)
    assert (status, "attempting to grant RBAC permissions not currently held" in said) == (403, True)


def test_the_accounts_public_subnets_are_none_for_fargate(person: Person) -> None:
    asked = {
        "clusterName": CLUSTER,
        "fargateProfileName": "batch",
        "podExecutionRoleArn": f"arn:aws:iam::{person.state.account}:role/ci/pulumi",
        "selectors": [{"namespace": "batch"}],
    }
    with pytest.raises(person.eks.exceptions.InvalidParameterException, match="is not a private subnet"):
        person.eks.create_fargate_profile(**asked, subnets=[PUBLIC_SUBNETS[0]])
    person.eks.create_fargate_profile(**asked, subnets=list(PRIVATE_SUBNETS))
    named = {"clusterName": CLUSTER, "principalArn": asked["podExecutionRoleArn"]}
    assert person.eks.describe_access_entry(**named)["accessEntry"]["type"] == "FARGATE_LINUX"
    person.eks.delete_fargate_profile(clusterName=CLUSTER, fargateProfileName="batch")


@pytest.mark.parametrize("role", ["ClusterOperator_0123456789abcdef", "PlatformAdmin_fedcba9876543210"])
def test_roles_of_identity_center_are_principals_by_their_whole_arn(person: Person, role: str) -> None:
    base = f"arn:aws:iam::{person.state.account}:role"
    arn = f"{base}/aws-reserved/sso.amazonaws.com/{person.state.region}/AWSReservedSSO_{role}"
    person.eks.create_access_entry(clusterName=CLUSTER, principalArn=arn)
    without_path = f"{base}/AWSReservedSSO_{role}"
    with pytest.raises(person.eks.exceptions.InvalidParameterException, match="invalid principal"):
        person.eks.create_access_entry(clusterName=CLUSTER, principalArn=without_path)
    person.eks.delete_access_entry(clusterName=CLUSTER, principalArn=arn)


def test_a_person_of_identity_center_is_called_by_their_session(person: Person) -> None:
    role = "AWSReservedSSO_Auditor_00112233445566aa"
    base = f"arn:aws:iam::{person.state.account}:role"
    arn = f"{base}/aws-reserved/sso.amazonaws.com/{person.state.region}/{role}"
    named = {"clusterName": CLUSTER, "principalArn": arn}
    keys = sign_in(person.state, role, "tanaka@example.org")
    session = boto3.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=person.state.region
    )
    auditor = replace(person, arn=arn, session=session)
    assert auditor.ask("GET", "/api")[0] == 401

    person.eks.create_access_entry(**named, username="sso:{{SessionName}}", kubernetesGroups=["auditors"])
    assert auditor.sees("/api", 200)
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    status, said = auditor.ask("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", review)
    who = json.loads(said)["status"]["userInfo"]
    assert (status, who["username"], who["groups"]) == (
        201,
        "sso:tanaka-example.org",
        ["auditors", "system:authenticated"],
    )
    person.eks.delete_access_entry(**named)
