"""What AWS's services do and the emulator's STS has no caller for: take a role that trusts them, for a machine.

EC2 does it for an instance, Fargate for a pod, Systems Manager for a machine outside of AWS. It is asked for at the
emulator's own port with the root key, so nobody in the account can.
"""

from __future__ import annotations

import hmac
import http.client
import json
import os
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sandbox.errors import SandboxError
from sandbox.network import LOOPBACK
from sandbox.state import SandboxState

PATH = "/_sandbox/service-session"
KEY_HEADER = "x-sandbox-root-key"
SECONDS = 12 * 3600
"""Of a session; a real machine gets new credentials in time, one of the sandbox needs to be started again."""


@dataclass(frozen=True, slots=True)
class Session:
    """Credentials of a role, for one machine."""

    arn: str
    access_key: str
    secret_key: str
    token: str


def take_role(state: SandboxState, role_arn: str, *, service: str, session: str, source_arn: str) -> Session:
    """Take a role as a service of AWS does.

    Args:
        state: the sandbox.
        role_arn: of the role.
        service: that takes it, e.g. ``ec2.amazonaws.com``.
        session: name of the session.
        source_arn: what the service does it for, by which trust policies guard against confused deputies.

    Raises:
        SandboxError: there is no such role, or it doesn't trust the service for that.
    """
    asked = {"role": role_arn, "service": service, "session": session, "source": source_arn, "region": state.region}
    with closing(http.client.HTTPConnection(LOOPBACK, state.emulator_port, timeout=30)) as connection:
        connection.request("POST", PATH, json.dumps(asked), {KEY_HEADER: state.root.secret_key})
        answer = connection.getresponse()
        told: dict[str, str] = json.loads(answer.read())
    if answer.status != 200:
        raise SandboxError(told["message"])
    return Session(**told)


def answer(headers: Mapping[bytes, bytes], body: bytes) -> tuple[int, dict[str, str]]:
    """Answer such a request inside the emulator."""
    key = headers.get(KEY_HEADER.encode(), b"")
    if not hmac.compare_digest(key, os.environ.get("AWS_SECRET_ACCESS_KEY", "").encode()):
        return 403, {"message": "services only"}
    asked: dict[str, str] = json.loads(body)
    role = _role(asked["role"])
    if role is None:
        return 404, {"message": f"there is no role {asked['role']}"}
    if not _trusts(role, asked):
        return 403, {"message": f"{asked['role']} does not trust {asked['service']} for {asked['source']}"}
    return 200, _register(role, asked["session"])


def _role(arn: str) -> dict[str, Any] | None:
    from ministack.services import iam

    found: dict[str, Any] | None = iam._roles.get_scoped(arn.split(":")[4], None, arn.rpartition("/")[2])
    return found if found and found["Arn"] == arn else None


def _trusts(role: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
    """Evaluate the trust policy, with those of its statements that name this very service or everybody."""
    from ministack.core.iam_evaluator import EvalContext, evaluate_trust_policy

    account = asked["role"].split(":")[4]
    trust = json.loads(role["AssumeRolePolicyDocument"])
    own = [statement for statement in _list(trust.get("Statement")) if _names(statement, asked["service"])]
    context = EvalContext(
        principal_arn=f"arn:aws:iam::{account}:root",
        principal_type="Root",
        principal_account=account,
        action="sts:AssumeRole",
        resource_arn=asked["role"],
        region=asked["region"],
        service_context={"aws:sourcearn": asked["source"], "aws:sourceaccount": account},
    )
    return bool(evaluate_trust_policy({"Version": "2012-10-17", "Statement": own}, context.principal_arn, context))


def _names(statement: Mapping[str, Any], service: str) -> bool:
    principal = statement.get("Principal")
    return service in _list(principal.get("Service")) if isinstance(principal, dict) else principal == "*"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _register(role: Mapping[str, Any], session: str) -> dict[str, str]:
    from ministack.services import iam, sts

    account, name = role["Arn"].split(":")[4], role["Arn"].rpartition("/")[2]
    made = {
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        "access_key": iam._gen_session_access_key(),
        "secret_key": iam._gen_secret(),
        "token": iam._gen_session_token(),
    }
    sts.register_session(
        made["access_key"],
        {
            "Arn": made["arn"],
            "UserId": f"{role['RoleId']}:{session}",
            "SecretAccessKey": made["secret_key"],
            "SessionToken": made["token"],
            "Expiration": time.time() + SECONDS,
            "AccountId": account,
            "PrincipalType": "AssumedRole",
            "SourceAccessKeyId": os.environ.get("AWS_ACCESS_KEY_ID", ""),
            "SourcePrincipalArn": f"arn:aws:iam::{account}:root",
            "SessionTags": [],
            "SessionPolicies": None,
        },
    )
    return made
