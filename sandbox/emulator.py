"""``python -m sandbox.emulator``: ministack, with what it lacks of IAM: paths in ARNs, MFA, roles that services take.

ministack keeps virtual MFA devices but never looks at a code, so a role whose trust asks for
`aws:MultiFactorAuthPresent` could not be assumed by anybody. Here a right code makes that condition true for the call
and for the session that comes of it; a wrong one is refused as on AWS.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qs

from ministack import app as ministack
from ministack.core import iam_actions, iam_evaluator
from ministack.services import ec2, iam, sts

from sandbox import service_sessions
from sandbox.account_network import PRIVATE_SUBNETS, PUBLIC_SUBNETS, VPC, foretold
from sandbox.messages import CREDENTIAL
from sandbox.mfa import is_valid

ACCOUNT = os.environ.get("MINISTACK_ACCOUNT_ID", "")
WITH_CODE = ("AssumeRole", "GetSessionToken")
SESSION_MARK = "SandboxMfa"
KEY = "aws:multifactorauthpresent"
REFUSAL = (
    b'<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
    b"<Code>AccessDenied</Code><Message>MultiFactorAuthentication failed with invalid MFA one time pass code. "
    b"</Message></Error><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"
)

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

code_was_right: ContextVar[bool] = ContextVar("code_was_right", default=False)


def device_of_caller(access_key: str, serial: str) -> Mapping[str, Any] | None:
    """Return the device with this serial number, if it is the caller's own."""
    key = iam._access_keys.get_scoped(ACCOUNT, None, access_key) or {}
    device: Mapping[str, Any] | None = iam._mfa_devices.get_scoped(ACCOUNT, None, serial)
    return device if device and device["User"] and device["User"] == key.get("UserName") else None


def check_code(authorization: str, body: bytes) -> bool | None:
    """Whether the code in an STS call is right; None where none is given."""
    form = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
    if form.get("Action") not in WITH_CODE or not form.get("TokenCode"):
        return None
    credential = CREDENTIAL.search(authorization)
    device = device_of_caller(credential["key"], form.get("SerialNumber", "")) if credential else None
    return device is not None and is_valid(device["Base32StringSeed"], form["TokenCode"])


def with_codes(application: Application) -> Application:
    """Return the application behind a look at the codes of STS calls."""

    async def guarded(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers") or [])
        authorization = headers.get(b"authorization", b"").decode("latin-1")
        if scope["type"] != "http" or "/sts/aws4_request" not in authorization:
            await application(scope, receive, send)
            return
        body = await _read(receive)
        verdict = check_code(authorization, body)
        if verdict is False:
            await _refuse(send)
            return
        code_was_right.set(bool(verdict))
        await application(scope, _replay(body, receive), send)

    return guarded


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _replay(body: bytes, receive: Receive) -> Receive:
    unread = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> dict[str, Any]:
        return unread.pop() if unread else await receive()

    return again


async def _refuse(send: Send) -> None:
    await _send(send, 403, b"text/xml", REFUSAL)


async def _send(send: Send, status: int, content_type: bytes, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", content_type)]})
    await send({"type": "http.response.body", "body": body})


def with_services(application: Application) -> Application:
    """Return the application, which also lets AWS's services take roles."""

    async def answering(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != service_sessions.PATH:
            await application(scope, receive, send)
            return
        status, told = service_sessions.answer(dict(scope.get("headers") or []), await _read(receive))
        await _send(send, status, b"application/json", json.dumps(told).encode())

    return answering


def with_whole_arns(resource_arn: Callable[..., str]) -> Callable[..., str]:
    """Return the function that names what an IAM call is about, with paths and MFA devices, as IAM does.

    ministack leaves the path out, so a policy on `user/developers/hanako` would never match her own calls.
    """

    def whole(service: str, method: str, path: str, headers: Any, body: bytes, query: Any, *rest: str) -> str:
        plain = resource_arn(service, method, path, headers, body, query, *rest)
        if service != "iam":
            return plain
        kind, _, name = plain.rpartition(":")[2].partition("/")
        known = {"user": iam._users, "role": iam._roles}.get(kind)
        if known is not None and (found := known.get_scoped(ACCOUNT, None, name)):
            return str(found["Arn"])
        device = iam_actions._query_param(query, "VirtualMFADeviceName")
        return f"arn:aws:iam::{ACCOUNT}:mfa/{device}" if device and plain == "*" else plain

    return whole


def install() -> None:
    """Put the additions into ministack's modules."""
    keys_of, register, create, delete_role = (
        iam_evaluator._principal_keys,
        sts.register_session,
        iam._IAM_HANDLERS["CreateVirtualMFADevice"],
        iam._IAM_HANDLERS["DeleteRole"],
    )

    def principal_keys(credential: Any) -> dict[str, Any]:
        keys: dict[str, Any] = keys_of(credential)
        session = sts._sessions.get(credential.access_key_id) or {}
        return keys | {KEY: "true"} if code_was_right.get() or session.get(SESSION_MARK) else keys

    def register_session(access_key: str, session: dict[str, Any]) -> None:
        register(access_key, session | {SESSION_MARK: code_was_right.get()})

    def create_device(parameters: Any) -> tuple[int, Any, bytes]:
        """Give the device a seed in base32: an authenticator app could not use ministack's own."""
        known = set(iam._mfa_devices)
        status, headers, body = create(parameters)
        for serial in set(iam._mfa_devices) - known:
            device, seed = iam._mfa_devices[serial], base64.b32encode(secrets.token_bytes(20)).decode()
            body = body.replace(base64.b64encode(device["Base32StringSeed"].encode()), base64.b64encode(seed.encode()))
            device["Base32StringSeed"] = seed
        return status, headers, body

    def end_with_sessions(parameters: Any) -> tuple[int, Any, bytes]:
        """Delete a role, and with it its sessions: AWS knows none of them any longer."""
        name = iam_actions._query_param(parameters, "RoleName")
        role = iam._roles.get_scoped(ACCOUNT, None, name) or {}
        answer: tuple[int, Any, bytes] = delete_role(parameters)
        if role and iam._roles.get_scoped(ACCOUNT, None, name) is None:
            gone = [k for k, s in sts._sessions.items() if str(s.get("UserId", "")).startswith(f"{role['RoleId']}:")]
            for key in gone:
                del sts._sessions[key]
        return answer

    iam_actions.extract_resource_arn = with_whole_arns(iam_actions.extract_resource_arn)
    iam_evaluator._principal_keys = sts._principal_keys = principal_keys
    sts.register_session = register_session
    iam._IAM_HANDLERS["CreateVirtualMFADevice"] = create_device
    iam._IAM_HANDLERS["DeleteRole"] = end_with_sessions
    ec2._new_vpc_id = foretold([VPC], ec2._new_vpc_id)
    ec2._new_subnet_id = foretold([*PRIVATE_SUBNETS, *PUBLIC_SUBNETS], ec2._new_subnet_id)
    ministack.app = with_services(with_codes(ministack.app))


if __name__ == "__main__":
    install()
    ministack.main()
