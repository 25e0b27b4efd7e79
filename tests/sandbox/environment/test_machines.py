"""Roles that services take for machines, and what becomes of their sessions: as IAM does it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.daemon import root_client
from sandbox.environment import Sandbox
from sandbox.errors import SandboxError
from sandbox.network import LOOPBACK
from sandbox.nodes import Nodes
from sandbox.service_sessions import PATH, Session, take_role

pytestmark = pytest.mark.sandbox

PROFILES = "arn:aws:eks:eu-west-1:111122223333:fargateprofile/dev/"


def trust(service: str, **condition: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | condition]})


@pytest.fixture(scope="module")
def iam(sandbox: Sandbox) -> Iterator[Any]:
    state = sandbox.state()
    with closing(root_client(state, "iam", state.emulator_port)) as client:
        client.create_role(RoleName="machines", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
        like = {"Condition": {"ArnLike": {"aws:SourceArn": f"{PROFILES}*"}}}
        pods = trust("eks-fargate-pods.amazonaws.com", **like)
        client.create_role(RoleName="pods", Path="/nodes/", AssumeRolePolicyDocument=pods)
        yield client


def take(
    sandbox: Sandbox, role: str, service: str, source: str = "arn:aws:ec2:eu-west-1:111122223333:instance/i-1"
) -> Session:
    arn = f"arn:aws:iam::111122223333:role/{role}"
    return take_role(sandbox.state(), arn, service=service, session="i-1", source_arn=source)


def caller(sandbox: Sandbox, session: Session) -> str:
    state = sandbox.state()
    client = boto3.client(
        "sts",
        endpoint_url=state.aws_endpoint,
        region_name=state.region,
        aws_access_key_id=session.access_key,
        aws_secret_access_key=session.secret_key,
        aws_session_token=session.token,
    )
    with closing(client) as sts:
        return str(sts.get_caller_identity()["Arn"])


@pytest.mark.usefixtures("iam")
def test_a_machine_is_a_session_of_its_role_without_the_path(sandbox: Sandbox) -> None:
    session = take(sandbox, "nodes/pods", "eks-fargate-pods.amazonaws.com", f"{PROFILES}batch/1")

    assert caller(sandbox, session) == "arn:aws:sts::111122223333:assumed-role/pods/i-1"


@pytest.mark.usefixtures("iam")
@pytest.mark.parametrize(
    ("role", "service", "source"),
    [
        ("machines", "ssm.amazonaws.com", "arn:aws:ssm:eu-west-1:111122223333:managed-instance/mi-1"),
        ("nodes/pods", "ec2.amazonaws.com", f"{PROFILES}batch/1"),
        ("nodes/pods", "eks-fargate-pods.amazonaws.com", PROFILES.replace("/dev/", "/other/") + "batch/1"),
        ("pods", "eks-fargate-pods.amazonaws.com", f"{PROFILES}batch/1"),
        ("nobody", "ec2.amazonaws.com", ""),
    ],
    ids=["another service", "a service that isn't named", "another cluster's profile", "the path left out", "no role"],
)
def test_nobody_else_takes_a_role(sandbox: Sandbox, role: str, service: str, source: str) -> None:
    with pytest.raises(SandboxError, match=f"role/{role}"):
        take(sandbox, role, service, source)


def test_only_the_sandbox_itself_speaks_for_services(sandbox: Sandbox) -> None:
    asked = json.dumps({"role": "arn:aws:iam::111122223333:role/ci/pulumi"})
    for port in (sandbox.state().emulator_port, sandbox.state().port):
        with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=20)) as connection:
            connection.request("POST", PATH, asked, {"x-sandbox-root-key": "a guess"})
            assert connection.getresponse().status >= 400


def test_the_sessions_of_a_role_end_with_it(sandbox: Sandbox, iam: Any) -> None:
    iam.create_role(RoleName="leaving", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
    session = take(sandbox, "leaving", "ec2.amazonaws.com")
    other = take(sandbox, "machines", "ec2.amazonaws.com")
    assert caller(sandbox, session)

    iam.delete_role(RoleName="leaving")
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        caller(sandbox, session)
    # made again under its name it is another role
    iam.create_role(RoleName="leaving", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        caller(sandbox, session)
    assert caller(sandbox, other)


def test_a_kind_of_node_that_is_none_is_refused_by_name(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="lambda is no kind of node"):
        Nodes(sandbox).start("dev", "arn:aws:iam::111122223333:role/machines", "lambda")
