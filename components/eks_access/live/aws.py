"""Sessions with AWS, and its errors in words that say what to do. Endpoints come from the usual AWS_* environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from ..errors import NoAnswerError

CONFIG = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "max_attempts": 4})
DEFAULT_REGION = "us-east-1"
"""Where IAM is asked when nobody says a region: it answers for the whole partition."""
_LOG_IN = "log in again (`aws sso login`, or what gives you credentials), and check with `aws sts get-caller-identity`"
_NO_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError)
_SSO_EXPIRED = (SSOTokenLoadError, TokenRetrievalError, UnauthorizedSSOTokenError)
_UNREACHABLE = (EndpointConnectionError, ConnectTimeoutError, ReadTimeoutError)
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
_UNKNOWN_KEY = ("InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure")
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


def session(profile: str | None = None, region: str | None = None) -> Any:
    """Open a boto3 session.

    Raises:
        NoAnswerError: there is no such profile.
    """
    with answers("opening a session"):
        # the AWS CLI goes by AWS_REGION, boto3 does not
        where = region or os.environ.get("AWS_REGION") or None
        found = boto3.Session(profile_name=profile, region_name=where)
        return found if found.region_name else boto3.Session(profile_name=profile, region_name=DEFAULT_REGION)


@contextmanager
def answers(doing: str) -> Iterator[None]:
    """Turn what goes wrong with AWS into `NoAnswerError`.

    Args:
        doing: what was asked, e.g. ``iam:ListRoles``.
    """
    try:
        yield
    except ClientError as error:
        raise NoAnswerError(_refused(doing, error.response.get("Error", {}))) from error
    except ProfileNotFound as error:
        raise NoAnswerError(f"{error}; `aws configure list-profiles` lists those that there are") from error
    except _NO_CREDENTIALS as error:
        raise NoAnswerError(f"no AWS credentials ({error}): name a --profile, or {_LOG_IN}") from error
    except _SSO_EXPIRED as error:
        raise NoAnswerError(f"the SSO session is over ({error}): {_LOG_IN}") from error
    except _UNREACHABLE as error:
        raise NoAnswerError(
            f"no answer to {doing}: {error}; look at the network, the proxy and AWS_ENDPOINT_URL"
        ) from (error)
    except BotoCoreError as error:
        raise NoAnswerError(f"{doing} failed: {error}; check the profile in ~/.aws/config") from error


def _refused(doing: str, error: dict[str, str]) -> str:
    code, message = error.get("Code", "?"), error.get("Message", "no message")
    if code in _EXPIRED:
        return f"the AWS credentials have expired ({code}): {_LOG_IN}"
    if code in _UNKNOWN_KEY:
        return f"AWS does not know these credentials ({code}): {_LOG_IN}"
    if code in _DENIED:
        return f"{doing} is not allowed ({code}): {message}; use a --profile that may"
    return f"AWS refused {doing} ({code}): {message}"
