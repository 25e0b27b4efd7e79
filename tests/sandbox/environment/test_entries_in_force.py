"""Access entries and policies of a cluster on the real API server, as a person with a token of their own meets them."""

from __future__ import annotations

import base64
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest
from botocore.signers import RequestSigner

from sandbox.account import new_access_key
from sandbox.account_network import PRIVATE_SUBNETS, PUBLIC_SUBNETS
from sandbox.daemon import root_client
from sandbox.delays import delayed
from sandbox.environment import Sandbox
from sandbox.identity_center import sign_in
from sandbox.state import SandboxState

pytestmark = pytest.mark.sandbox

CLUSTER = "entries"
VIEW, ADMIN = (f"arn:aws:eks::aws:cluster-access-policy/AmazonEKS{name}Policy" for name in ("View", "Admin"))
HOUR = 3600


@dataclass(frozen=True)
class Person:
    """An IAM user at the API server; nobody else uses the cluster."""

    arn: str
    state: SandboxState
    eks: Any
    session: boto3.Session

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        """Return the API server's answer to a request with a fresh token."""
        facts = self.state.cluster(CLUSTER)
        request = urllib.request.Request(
            f"{facts.api_server}{path}",
            method=method,
            data=json.dumps(body).encode() if body else None,
            headers={"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=facts.ca_file)) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def sees(self, path: str, status: int) -> bool:
        """Whether the answer becomes this one; caches hold the last one for a second."""
        return _becomes(lambda: self.ask("GET", path)[0] == status)

    def _token(self) -> str:
        host = f"https://sts.{self.state.region}.amazonaws.com"
        client = self.session.client("sts")
        signer = RequestSigner(
            client.meta.service_model.service_id,
            self.state.region,
            "sts",
            "v4",
            self.session.get_credentials(),
            self.session.events,
        )
        request = {
            "method": "GET",
            "url": f"{host}/?Action=GetCallerIdentity&Version=2011-06-15",
            "body": {},
            "headers": {"x-k8s-aws-id": CLUSTER},
            "context": {},
        }
        url = signer.generate_presigned_url(
            request, region_name=self.state.region, expires_in=60, operation_name="GetCallerIdentity"
        )
        return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def _becomes(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return met


@pytest.fixture(scope="module")
def person(sandbox: Sandbox) -> Iterator[Person]:
    """A cluster of this module's own in the private subnets, and somebody without an entry there."""
    state = sandbox.state()
    iam, eks = (root_client(state, service, state.emulator_port) for service in ("iam", "eks"))
    arn = iam.create_user(UserName="walker", Path="/tests/")["User"]["Arn"]
    key = new_access_key(iam, "walker")
    front = boto3.client(
        "eks",
        endpoint_url=state.aws_endpoint,
        region_name=state.region,
        aws_access_key_id=state.root.access_key,
        aws_secret_access_key=state.root.secret_key,
    )
    front.create_cluster(
        name=CLUSTER,
        roleArn=f"arn:aws:iam::{state.account}:role/ci/pulumi",
        resourcesVpcConfig={"subnetIds": list(PRIVATE_SUBNETS)},
        accessConfig={"authenticationMode": "API"},
    )
    front.get_waiter("cluster_active").wait(name=CLUSTER, WaiterConfig={"Delay": 1})
    session = boto3.Session(key.access_key, key.secret_key, region_name=state.region)
    yield Person(arn, state, front, session)
    front.delete_cluster(name=CLUSTER)
    front.get_waiter("cluster_deleted").wait(name=CLUSTER, WaiterConfig={"Delay": 1})
    for client in (iam, eks, front):
        client.close()


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
