"""An IAM user with real tokens on a cluster that nobody else uses: what the API server answers, and who it sees."""

from __future__ import annotations

import base64
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.signers import RequestSigner

from sandbox.account import new_access_key
from sandbox.account_network import PRIVATE_SUBNETS
from sandbox.daemon import root_client
from sandbox.environment import Sandbox
from sandbox.state import SandboxState


@dataclass(frozen=True)
class Person:
    """An IAM user at the API server; nobody else uses the cluster."""

    cluster: str
    arn: str
    state: SandboxState
    eks: Any
    session: boto3.Session

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        """Return the API server's answer to a request with a fresh token."""
        facts = self.state.cluster(self.cluster)
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
        return becomes(lambda: self.ask("GET", path)[0] == status)

    def who(self) -> tuple[str, tuple[str, ...]] | None:
        """Ask the API server who this is to it; None where that is nobody."""
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        status, said = self.ask("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", review)
        if status == 401:
            return None
        found = json.loads(said)["status"]["userInfo"]
        return found.get("username", ""), tuple(found.get("groups", ()))

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
            "headers": {"x-k8s-aws-id": self.cluster},
            "context": {},
        }
        url = signer.generate_presigned_url(
            request, region_name=self.state.region, expires_in=60, operation_name="GetCallerIdentity"
        )
        return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def becomes(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return met


@contextmanager
def on_a_cluster(sandbox: Sandbox, cluster: str, mode: str) -> Iterator[Person]:
    """Make a cluster in the private subnets, and somebody who is mapped by nothing there; remove both."""
    state = sandbox.state()
    iam, eks = (root_client(state, service, state.emulator_port) for service in ("iam", "eks"))
    name = f"walker-{cluster}"
    arn = iam.create_user(UserName=name, Path="/tests/")["User"]["Arn"]
    key = new_access_key(iam, name)
    front = boto3.client(
        "eks",
        endpoint_url=state.aws_endpoint,
        region_name=state.region,
        aws_access_key_id=state.root.access_key,
        aws_secret_access_key=state.root.secret_key,
    )
    front.create_cluster(
        name=cluster,
        roleArn=f"arn:aws:iam::{state.account}:role/ci/pulumi",
        resourcesVpcConfig={"subnetIds": list(PRIVATE_SUBNETS)},
        accessConfig={"authenticationMode": mode},
    )
    front.get_waiter("cluster_active").wait(name=cluster, WaiterConfig={"Delay": 1})
    session = boto3.Session(key.access_key, key.secret_key, region_name=state.region)
    try:
        yield Person(cluster, arn, state, front, session)
    finally:
        front.delete_cluster(name=cluster)
        front.get_waiter("cluster_deleted").wait(name=cluster, WaiterConfig={"Delay": 1})
        for client in (iam, eks, front):
            client.close()
