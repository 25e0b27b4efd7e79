"""The stations of the way into a cluster, asked one by one with a person's own access; each says what ends it there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import boto3
import botocore.exceptions as boto
import botocore.session
import urllib3
from botocore.parsers import ResponseParserError

from ..authz.model import Identity, Request
from ..diagnosis.symptoms import read_symptoms
from ..diagnosis.symptoms_model import AwsDenied, Lack, NoCluster, NoToken, Road, Symptom, Unreachable
from ..errors import NoAnswerError
from .api_server import ApiServer, of_endpoint, pool_for, tls_context
from .aws import CONFIG, opened
from .contexts import Context
from .eks import token

SKEW = 300
"""Seconds by which a clock may be wrong before AWS refuses what it signs
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html)."""
_EXPIRED = ("ExpiredToken", "ExpiredTokenException")
_SIGNATURE = ("SignatureDoesNotMatch", "RequestExpired", "InvalidSignatureException", "RequestTimeTooSkewed")
_INVALID = ("InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure", "IncompleteSignature")
_DENIED = ("AccessDenied", "AccessDeniedException")
_SSO = (boto.SSOTokenLoadError, boto.TokenRetrievalError, boto.UnauthorizedSSOTokenError)
_NONE = (boto.NoCredentialsError, boto.PartialCredentialsError, boto.CredentialRetrievalError)
_PROBE = urllib3.Timeout(connect=5, read=10)
_ONCE_MORE = urllib3.Retry(total=1, read=0, redirect=False, respect_retry_after_header=False)
_READY = "/readyz"
_ENDPOINTS = "look at AWS_ENDPOINT_URL, `endpoint_url` of the profile, and the proxy"


class StoppedError(Exception):
    """The way ends here."""

    def __init__(self, symptom: Symptom, *evidence: str) -> None:
        super().__init__(symptom.seen)
        self.symptom = symptom
        self.evidence = evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who AWS says this is."""

    arn: str
    unique_id: str
    account: str
    skew: float
    """Seconds by which this machine's clock is ahead of AWS's."""


def open_session(
    context: Context | None, profile: str | None, region: str | None, cluster: str
) -> tuple[boto3.Session, str]:
    """Open the AWS session that kubectl's token command would use, and say where each part comes from.

    Raises:
        StoppedError: there is no such profile, no credentials, no region, or no such command.
    """
    if context and context.command and shutil.which(context.command) is None:
        seen = f'exec: "{context.command}": executable file not found in $PATH'
        raise StoppedError(NoToken(seen=seen, lack=Lack.COMMAND, name=context.command), f"named by {context.file}")
    named, whence = chosen_profile(context, profile)
    try:
        # the AWS CLI goes by AWS_REGION, boto3 does not
        where = region or (context.region if context else "") or os.environ.get("AWS_REGION")
        session = opened(named, where)
        credentials = session.get_credentials()
    except boto.ProfileNotFound as error:
        missing = NoToken(seen=str(error), lack=Lack.PROFILE, name=named or "")
        raise StoppedError(missing, f"the profile {named} is named by {whence}", *_profiles()) from error
    except boto.BotoCoreError as error:
        raise StoppedError(NoToken(seen=str(error), lack=_lack(error)), f"profile {named or 'none'}") from error
    if credentials is None:
        said = "Unable to locate credentials"
        raise StoppedError(NoToken(seen=said, lack=Lack.NONE, name=named or ""), _searched(named), *_profiles())
    if not session.region_name:
        said = (
            f"no region: neither --region nor {whence if named else 'a profile'} nor AWS_REGION says where {cluster} is"
        )
        raise NoAnswerError(f"{said}; add --region, or `region = …` to the profile")
    shown = f"profile {named} ({whence})" if named else "credentials of this shell"
    return session, f"{shown}, found by {credentials.method}; region {session.region_name}"


def call_sts(session: boto3.Session) -> Caller:
    """Ask AWS who this is.

    Raises:
        StoppedError: AWS doesn't take the credentials.
        NoAnswerError: it doesn't answer.
    """
    with closing(_client(session, "sts")) as sts:
        answer = _aws(sts.get_caller_identity, "sts:GetCallerIdentity")
    if not answer.get("Arn"):
        raise NoAnswerError(f"{sts.meta.endpoint_url} does not answer as AWS STS does; {_ENDPOINTS}")
    return Caller(
        arn=answer["Arn"],
        unique_id=answer.get("UserId", "").partition(":")[0],
        account=answer.get("Account", ""),
        skew=_ahead(answer),
    )


def describe_cluster(session: boto3.Session, name: str) -> Mapping[str, Any] | None:
    """Ask EKS for the cluster; None where this caller may not.

    Raises:
        StoppedError: there is no such cluster there.
        NoAnswerError: EKS doesn't answer.
    """
    with closing(_client(session, "eks")) as eks:
        try:
            answer = _aws(lambda: eks.describe_cluster(name=name), "eks:DescribeCluster")
        except StoppedError as stopped:
            if isinstance(stopped.symptom, AwsDenied):
                return None
            raise
        except eks.exceptions.ResourceNotFoundException as error:
            said = f"No cluster found for name: {name}."
            raise StoppedError(NoCluster(seen=said, name=name), *_clusters_there(eks, session.region_name)) from error
    described: Mapping[str, Any] | None = answer.get("cluster")
    if not described:
        raise NoAnswerError(f"{eks.meta.endpoint_url} does not answer as EKS does; {_ENDPOINTS}")
    return described


def knock(url: str, authority: str) -> None:
    """Knock at the API server without saying who this is; any answer will do.

    Raises:
        StoppedError: nothing answers there, or something else.
    """
    host = _host(url)
    pool = pool_for(url, {"ssl_context": tls_context(authority)} if url.startswith("https:") else {})
    try:
        pool.request("GET", url + _READY, timeout=_PROBE, retries=_ONCE_MORE)
    except urllib3.exceptions.HTTPError as error:
        cause = getattr(error, "reason", None) or error
        raise StoppedError(Unreachable(seen=_line(cause), road=_road(cause), host=host)) from error


def log_in(session: boto3.Session, cluster: str, url: str, authority: str) -> ApiServer:
    """Come in with a token as `aws eks get-token` makes it."""
    key = token(session, cluster, session.region_name)
    return of_endpoint(url, authority, key, "this caller")


def who_am_i(server: ApiServer) -> Identity | None:
    """Ask the API server who this is to it; None where it is nobody.

    Raises:
        NoAnswerError: it doesn't answer as an API server does.
    """
    group = "authentication.k8s.io/v1"
    status, answer = server.review(
        f"/apis/{group}/selfsubjectreviews", {"apiVersion": group, "kind": "SelfSubjectReview"}
    )
    if status == 401:
        return None
    told = answer.get("status")  # of a refusal it is a word
    found = told.get("userInfo") if isinstance(told, dict) else None
    if not isinstance(found, dict):
        raise NoAnswerError(f"the API server at {server.url} does not say who this is: status {status}")
    groups = found.get("groups")
    groups = groups if isinstance(groups, list) else []
    return Identity(username=str(found.get("username", "")), groups=tuple(map(str, groups)))


def may(server: ApiServer, request: Request) -> tuple[bool, str]:
    """Ask the API server whether this caller may do something, and what it says of it.

    Raises:
        NoAnswerError: it doesn't answer as an API server does.
    """
    group = "authorization.k8s.io/v1"
    asked = {
        "verb": request.verb,
        "resource": request.resource,
        "group": request.api_group,
        "namespace": request.namespace,
    }
    body = {"apiVersion": group, "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": asked}}
    status, answer = server.review(f"/apis/{group}/selfsubjectaccessreviews", body)
    told = answer.get("status")
    if not isinstance(told, dict) or "allowed" not in told:
        raise NoAnswerError(f"the API server at {server.url} does not say what this caller may do: status {status}")
    return bool(told["allowed"]), str(told.get("reason") or "")


def chosen_profile(context: Context | None, profile: str | None) -> tuple[str | None, str]:
    """Name the AWS profile that kubectl's token command would use, None where nothing names one, and who names it."""
    if profile:
        return profile, "--profile"
    if context and context.profile:
        return context.profile, f"the kubeconfig, context {context.name}"
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        if os.environ.get(name):
            return os.environ[name], name
    return None, "nobody"


def _profiles() -> tuple[str, ...]:
    # boto3's own session refuses to open where AWS_PROFILE names one that is not there
    known = botocore.session.Session().available_profiles
    return (f"profiles on this machine: {', '.join(known[:12]) or 'none'}",)


def _searched(profile: str | None) -> str:
    if profile:
        return f"the profile {profile} is there, and nothing in it gives credentials"
    return "looked in the environment, ~/.aws/credentials, ~/.aws/config and this machine's own role"


def _client(session: boto3.Session, service: Literal["sts", "eks"]) -> Any:
    try:
        return session.client(service, config=CONFIG)
    except (boto.BotoCoreError, ValueError) as error:
        raise NoAnswerError(f"AWS can't be asked: {_line(error)}; look at the region and AWS_ENDPOINT_URL") from error


def _aws(call: Any, action: str) -> Any:
    """Call AWS; what it refuses because of who asks is the end of the way."""
    try:
        return call()
    except boto.ClientError as error:
        told = error.response.get("Error", {})
        code, seen = str(told.get("Code")), _line(error)
        if code in _DENIED:
            # the call that was made may be that of the credentials: of a profile with a role_arn
            operation = error.operation_name
            action = action if action.endswith(f":{operation}") else f"sts:{operation}"
            read = (each for each in read_symptoms(seen) if isinstance(each, AwsDenied) and each.action == action)
            raise StoppedError(next(read, AwsDenied(seen=seen, action=action))) from error
        lacks = ((_EXPIRED, Lack.EXPIRED), (_SIGNATURE, Lack.SIGNATURE), (_INVALID, Lack.INVALID))
        for codes, lack in lacks:
            if code in codes:
                raise StoppedError(NoToken(seen=seen, lack=lack), *_clock(_ahead(error.response))) from error
        if code == "ResourceNotFoundException":
            raise
        raise NoAnswerError(f"AWS refused {action} ({code}): {told.get('Message', 'no message')}") from error
    except (*_SSO, *_NONE) as error:
        raise StoppedError(NoToken(seen=_line(error), lack=_lack(error))) from error
    except EOFError as error:
        said = "Enter MFA code: nobody is at a terminal to give it"
        raise StoppedError(NoToken(seen=said, lack=Lack.MFA)) from error
    except boto.BotoCoreError as error:
        raise NoAnswerError(f"no answer to {action}: {_line(error)}; look at the network and the proxy") from error
    except (ResponseParserError, AttributeError, KeyError, TypeError, ValueError) as error:
        # botocore's parsers fail so on what is no answer of AWS: the page of a hotel or a proxy
        raise NoAnswerError(f"what answers {action} is not AWS; {_ENDPOINTS}") from error


def _lack(error: Exception) -> Lack:
    if isinstance(error, _SSO):
        return Lack.SSO
    return Lack.NONE if isinstance(error, _NONE) else Lack.FAILED


def _ahead(answer: Mapping[str, Any]) -> float:
    """Compare clocks by the Date header of AWS's answer; 0 where it has none."""
    header = (answer.get("ResponseMetadata", {}).get("HTTPHeaders") or {}).get("date")
    try:
        return (datetime.now(UTC) - parsedate_to_datetime(header)).total_seconds() if header else 0.0
    except (TypeError, ValueError):
        return 0.0


def _clock(ahead: float) -> tuple[str, ...]:
    if abs(ahead) < SKEW:
        return ()
    return (clock_note(ahead),)


def clock_note(ahead: float) -> str:
    """Say by how much a clock is wrong."""
    way = "ahead of" if ahead > 0 else "behind"
    return f"this machine's clock is {abs(ahead) / 60:.0f} min {way} AWS's: set it by NTP"


def _clusters_there(eks: Any, region: str) -> tuple[str, ...]:
    try:
        names = eks.list_clusters()["clusters"]
    except (boto.ClientError, boto.BotoCoreError):
        return (f"asked in {region}",)
    return (f"clusters of this account in {region}: {', '.join(names[:12]) or 'none'}",)


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in ("http", "https") or not parts.netloc:
        raise NoAnswerError(f"{url[:200]} is no address of an API server, as https://… is; write the kubeconfig anew")
    return parts.netloc


def _road(error: BaseException) -> Road:
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return Road.HOST
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return Road.TIMEOUT
    if isinstance(error, urllib3.exceptions.SSLError):
        return Road.CERTIFICATE
    return Road.REFUSED


def _line(error: object) -> str:
    return " ".join(str(error).split())[:300]
