"""What IAM and EKS are asked about principals, and what is said where IAM doesn't answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from eks_access.errors import NoAnswerError
from eks_access.live.surroundings import ask_surroundings
from eks_access.plan.model import EntryType

A = "arn:aws:iam::111122223333"
Answers = list[tuple[str, dict[str, Any] | str]]


class Session:
    """Clients whose answers are written down, in their order; a text is an error's code."""

    def __init__(self, **answers: Answers) -> None:
        self._answers = answers

    def client(self, service: str, config: object) -> Any:
        client: Any = boto3.client(
            service, region_name="eu-west-1", aws_access_key_id="AKIA", aws_secret_access_key="secret"
        )
        stub = Stubber(client)
        left = self._answers[service]
        while left:
            operation, answer = left.pop(0)
            if isinstance(answer, str):
                stub.add_client_error(operation, answer, "not for you", 403)
                break
            stub.add_response(operation, answer)
            if operation in ("list_roles", "list_users"):
                break
        stub.activate()
        return client


def role(name: str, service: str = "ec2.amazonaws.com") -> dict[str, Any]:
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}
    return {
        "Path": "/",
        "RoleName": name.rpartition("/")[2],
        "RoleId": "AROA0123456789ABCDEF",
        "Arn": f"{A}:role/{name}",
        "CreateDate": "2026-01-01T00:00:00Z",
        "AssumeRolePolicyDocument": json.dumps(trust),
    }


def eks() -> Answers:
    named = {"clusterName": "prod"}
    return [
        ("list_nodegroups", {"nodegroups": ["linux", "windows"]}),
        ("describe_nodegroup", {"nodegroup": {**named, "nodegroupName": "linux", "nodeRole": f"{A}:role/linux"}}),
        (
            "describe_nodegroup",
            {
                "nodegroup": {
                    **named,
                    "nodegroupName": "windows",
                    "nodeRole": f"{A}:role/windows",
                    "amiType": "WINDOWS_CORE_2022_x86_64",
                }
            },
        ),
        ("list_fargate_profiles", {"fargateProfileNames": ["pods"]}),
        ("describe_fargate_profile", {"fargateProfile": {**named, "podExecutionRoleArn": f"{A}:role/pods"}}),
    ]


def iam(roles: dict[str, Any] | str, users: dict[str, Any] | str) -> Answers:
    return [("list_roles", roles), ("list_users", users)]


def test_paths_types_of_nodes_and_who_is_gone_are_known() -> None:
    roles = {"Roles": [role("teams/dev"), role("on-premises", "ssm.amazonaws.com")]}

    known, notices = ask_surroundings(Session(eks=eks(), iam=iam(roles, {"Users": []})), "prod")

    assert notices == ()
    assert known.asked_eks
    assert known.full_arn(f"{A}:role/DEV") == f"{A}:role/teams/dev"
    types = {name: known.node_type(f"{A}:role/{name}") for name in ("linux", "windows", "pods", "on-premises", "dev")}
    assert types == {
        "linux": EntryType.EC2_LINUX,
        "windows": EntryType.EC2_WINDOWS,
        "pods": EntryType.FARGATE_LINUX,
        "on-premises": EntryType.HYBRID_LINUX,
        "dev": None,
    }
    assert known.is_gone(f"{A}:role/nobody")
    assert not known.is_gone("arn:aws:iam::444455556666:role/nobody")


def test_who_may_not_ask_iam_is_told_what_to_name_instead() -> None:
    known, notices = ask_surroundings(Session(eks=eks(), iam=iam("AccessDenied", "AccessDenied")), "prod")

    assert len(notices) == 2
    assert all("--role" in notice for notice in notices)
    assert not known.is_gone(f"{A}:role/nobody"), "what isn't known may be there"


@pytest.mark.parametrize("broken", [lambda found: [("list_nodegroups", "AccessDeniedException")]])
def test_without_eks_there_is_no_plan(broken: Callable[[Answers], Answers]) -> None:
    session = Session(eks=broken(eks()), iam=iam({"Roles": []}, {"Users": []}))

    with pytest.raises(NoAnswerError, match="eks:ListNodegroups"):
        ask_surroundings(session, "prod")
