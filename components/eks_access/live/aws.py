"""Sessions with AWS, and its errors in words that say what to do. Endpoints come from the usual AWS_* environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import botocore.session
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
from botocore.utils import JSONFileCache

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
_WRONG_CODE = "MultiFactorAuthentication failed"
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


def session(profile: str | None = None, region: str | None = None) -> Any:
    """Open a boto3 session.

    Raises:
        NoAnswerError: there is no such profile.
    """
    with answers("opening a session"):
        # the AWS CLI goes by AWS_REGION, boto3 does not
        found = opened(profile, region or os.environ.get("AWS_REGION"))
        return found if found.region_name else opened(profile, DEFAULT_REGION)


def opened(profile: str | None, region: str | None) -> Any:
    """Open a boto3 session that asks for an MFA code no more often than the AWS CLI does.

    A session of a role that was taken with a code lies where the CLI keeps it, for both: AWS takes a code once, so
    without it a second command within half a minute would fail
    (https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html#cli-configure-role-cache).

    Raises:
        botocore.exceptions.ProfileNotFound: there is no such profile.
    """
    inner = botocore.session.Session(profile=profile)
    if inner.get_scoped_config().get("mfa_serial"):
        taker = inner.get_component("credential_provider").get_provider("assume-role")
        taker.cache = JSONFileCache(str(Path.home() / ".aws" / "cli" / "cache"))
    return boto3.Session(botocore_session=inner, region_name=region or None)


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
    except EOFError as error:
        raise NoAnswerError(
            f"{doing} needs a session with MFA, and nobody is at a terminal to give the code: run "
            "`aws sts get-caller-identity` with this profile first, its session is used here"
        ) from error


def _refused(doing: str, error: dict[str, str]) -> str:
    code, message = error.get("Code", "?"), error.get("Message", "no message")
    if code in _EXPIRED:
        return f"the AWS credentials have expired ({code}): {_LOG_IN}"
    if code in _UNKNOWN_KEY:
        return f"AWS does not know these credentials ({code}): {_LOG_IN}"
    if _WRONG_CODE in message:
        return f"AWS did not take the MFA code: {message}; each is taken once, so wait for the next"
    if code in _DENIED:
        return f"{doing} is not allowed ({code}): {message}; use a --profile that may"
    return f"AWS refused {doing} ({code}): {message}"
