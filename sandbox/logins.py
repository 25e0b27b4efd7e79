"""Logging in as somebody without a program of theirs: credentials, a token of them, a request to the API server.

A token is the presigned call of STS that kubectl's plugins make. No two are alike, so no cache of the API server can
answer for the authenticator.
"""

from __future__ import annotations

import base64
import itertools
import json
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import boto3
import urllib3
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.account import new_access_key
from sandbox.daemon import root_client
from sandbox.mfa import totp
from sandbox.profiles import deployer_role_arn
from sandbox.state import SandboxState

_EXPIRES = itertools.cycle(range(61, 900))
"""How long a token says it lives; it makes tokens of one second differ."""


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody's credentials, for one cluster."""

    cluster: str
    region: str
    credentials: Credentials

    def token(self) -> str:
        """Return a token that nobody has seen yet."""
        url = f"https://sts.{self.region}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
        request = AWSRequest("GET", url, headers={"x-k8s-aws-id": self.cluster})
        SigV4QueryAuth(self.credentials, "sts", self.region, next(_EXPIRES)).add_auth(request)
        return "k8s-aws-v1." + base64.urlsafe_b64encode(str(request.url).encode()).decode().rstrip("=")


class Door:
    """The API server of a cluster; connections stay open and are shared by threads."""

    def __init__(self, state: SandboxState, cluster: str, *, connections: int = 8) -> None:
        facts = state.cluster(cluster)
        self._server = facts.api_server
        self._pool = urllib3.PoolManager(maxsize=connections, ca_certs=facts.ca_file, retries=False, timeout=30)

    def ask(self, login: Login, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, str]:
        """Return status and text of the answer to one request with a fresh token."""
        headers = {"Authorization": f"Bearer {login.token()}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        answer = self._pool.request(method, self._server + path, body=content, headers=headers)
        return answer.status, answer.data.decode(errors="replace")

    def close(self) -> None:
        """Close all connections."""
        self._pool.clear()


class Keyring:
    """The credentials of one account's people: keys of IAM users, with MFA devices, and roles that they take."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self._keys: dict[str, Credentials] = {}
        self._seeds: dict[str, str] = {}

    def user(self, name: str) -> Credentials:
        """Return a key of an IAM user, made the first time."""
        if name not in self._keys:
            with closing(root_client(self._state, "iam", self._state.emulator_port)) as iam:
                key = new_access_key(iam, name)
            self._keys[name] = Credentials(key.access_key, key.secret_key)
        return self._keys[name]

    def forget(self, name: str) -> None:
        """Forget a user who is gone: one of the same name is somebody else."""
        self._keys.pop(name, None)
        self._seeds.pop(name, None)

    def role(self, user: str, arn: str, *, mfa: bool = False, session: str = "") -> Credentials:
        """Take a role as a user does, with a code of their device where that is asked for."""
        return self._assume(self.user(user), arn, session or user, self._code(user) if mfa else {})

    def deployer(self) -> Credentials:
        """Take the role with which every stack is deployed."""
        key = self._state.credentials
        assert key is not None
        own = Credentials(key.access_key, key.secret_key)
        return self._assume(own, deployer_role_arn(self._state.account), "sandbox", {})

    def _code(self, user: str) -> dict[str, str]:
        serial = f"arn:aws:iam::{self._state.account}:mfa/{user}"
        if user not in self._seeds:
            with closing(self._client("iam", self.user(user))) as iam:
                device = iam.create_virtual_mfa_device(VirtualMFADeviceName=user)["VirtualMFADevice"]
                self._seeds[user] = seed = device["Base32StringSeed"].decode()
                codes = {"AuthenticationCode1": totp(seed, time.time() - 30), "AuthenticationCode2": totp(seed)}
                iam.enable_mfa_device(UserName=user, SerialNumber=serial, **codes)
        return {"SerialNumber": serial, "TokenCode": totp(self._seeds[user])}

    def _assume(self, own: Credentials, arn: str, session: str, code: Mapping[str, str]) -> Credentials:
        with closing(self._client("sts", own)) as sts:
            made = sts.assume_role(RoleArn=arn, RoleSessionName=session, **code)["Credentials"]
        return Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])

    def _client(self, service: str, own: Credentials) -> Any:
        return boto3.client(
            service,
            endpoint_url=self._state.aws_endpoint,
            region_name=self._state.region,
            aws_access_key_id=own.access_key,
            aws_secret_access_key=own.secret_key,
            aws_session_token=own.token,
        )
