"""Who the provider is and where AWS is: the provider's configuration as boto3 clients."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any

import boto3
import botocore.session
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.standins.resource import UNKNOWN, Failure
from sandbox.standins.values import parsed

_ASSUMED_SESSION = "pulumi"
_DESCRIPTIONS = botocore.session.Session().get_component("data_loader")
"""botocore's descriptions of AWS's services. To read them takes longer than the calls of most updates."""


class Session:
    """One configured AWS provider. Clients are made on first use and are safe to share between threads."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = {key: parsed(value) if _structured(value) else value for key, value in config.items()}
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}
        self._account = ""
        self.region = self._text("region") or os.environ.get(
            "AWS_REGION", ""
        )  # boto3 itself reads only AWS_DEFAULT_REGION
        self._boto = self._assume(self._base())
        self.region = self.region or self._boto.region_name or ""
        if not self.region:
            raise Failure("Invalid AWS Region: the region is not set; set `aws:region`, or AWS_REGION", "region")

    @property
    def default_tags(self) -> dict[str, str]:
        """Tags that every taggable resource gets unless it says otherwise."""
        block = self._config.get("defaultTags")
        tags = block.get("tags") if isinstance(block, Mapping) else None
        return dict(tags or {})

    def client(self, service: str, region: str | None = None) -> Any:
        """Return the boto3 client of a service, in the provider's region unless another is named."""
        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._boto.client(service, region_name=key[1], **self._place(service))
            return self._clients[key]

    def verify_account(self) -> None:
        """Refuse credentials of another account than the configuration allows, before anything is read or made."""
        allowed, forbidden = self._accounts("allowedAccountIds"), self._accounts("forbiddenAccountIds")
        if not allowed and not forbidden:
            return
        account = self.account()
        if account in forbidden or (allowed and account not in allowed):
            raise Failure(f"AWS account ID not allowed: {account}", "allowedAccountIds")

    def account(self) -> str:
        """Return the account that the credentials belong to."""
        try:
            return str(self.client("sts").get_caller_identity()["Account"])
        except (ClientError, BotoCoreError) as error:
            raise Failure(f"retrieving AWS account details: validating provider credentials: {error}") from error

    def presigned_identity(self, headers: Mapping[str, str], seconds: int) -> str:
        """Return a GetCallerIdentity URL that anybody may call for a while, with headers that are signed along."""
        url = f"https://sts.{self.region}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
        request = AWSRequest("GET", url, headers=dict(headers))
        SigV4QueryAuth(self._boto.get_credentials().get_frozen_credentials(), "sts", self.region, seconds).add_auth(
            request
        )
        return str(request.url)

    def account_id(self) -> str:
        """Return the account, asked for once."""
        if not self._account:
            self._account = self.account()
        return self._account

    def _accounts(self, name: str) -> list[str]:
        return [
            f"{account:012d}" if isinstance(account, int) else str(account) for account in self._config.get(name) or []
        ]

    def _text(self, name: str) -> str | None:
        value = self._config.get(name)
        return None if value in (None, "", UNKNOWN) else str(value)

    def _base(self) -> Any:
        return boto3.Session(
            botocore_session=_knowing(),
            aws_access_key_id=self._text("accessKey"),
            aws_secret_access_key=self._text("secretKey"),
            aws_session_token=self._text("token"),
            profile_name=self._text("profile"),
            region_name=self.region or None,
        )

    def _assume(self, session: Any) -> Any:
        """Walk the chain of `assumeRoles`, each role being assumed with the credentials of the one before it."""
        chain = self._config.get("assumeRoles") or [self._config.get("assumeRole")]
        for role in chain:
            if not role or not role.get("roleArn"):
                continue
            sts = session.client("sts", **self._place("sts"))
            wanted = {"RoleArn": role["roleArn"], "RoleSessionName": role.get("sessionName") or _ASSUMED_SESSION}
            extra = {"ExternalId": role.get("externalId")} if role.get("externalId") else {}
            try:
                credentials = sts.assume_role(**wanted, **extra)["Credentials"]
            except (ClientError, BotoCoreError) as error:
                raise Failure(
                    f"Cannot assume IAM Role: IAM Role ({role['roleArn']}) cannot be assumed: {error}"
                ) from error
            session = boto3.Session(
                botocore_session=_knowing(),
                aws_access_key_id=credentials["AccessKeyId"],
                aws_secret_access_key=credentials["SecretAccessKey"],
                aws_session_token=credentials["SessionToken"],
                region_name=session.region_name,
            )
        return session

    def _place(self, service: str) -> dict[str, Any]:
        """Where this service is: the `endpoints` of the configuration, else what boto3 finds in the environment."""
        keys = {"logs": ("logs", "cloudwatchlogs"), "elbv2": ("elbv2",)}.get(service, (service,))
        settings = Config(retries={"max_attempts": 5, "mode": "standard"})
        for block in self._config.get("endpoints") or []:
            for key in keys:
                if block.get(key):
                    return {"endpoint_url": block[key], "config": settings}
        return {"config": settings}


def _knowing() -> Any:
    """Make a session that shares with all others of this process nothing but what services there are."""
    session = botocore.session.Session()
    session.register_component("data_loader", _DESCRIPTIONS)
    return session


def _structured(value: Any) -> bool:
    """Whether a setting came as the JSON text of a list or an object; account ids must stay text."""
    return isinstance(value, str) and value[:1] in ("[", "{")
