"""What EKS answers about one cluster: itself, its access entries, their policies; and a token to enter with."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Any

from botocore.config import Config

from .aws import CONFIG, answers

WORKERS = 8
"""Calls at once; EKS slows down whoever asks much faster."""
# Thousands of entries take two calls each: a call that is told to slow down has to be tried more often than usual.
_CONFIG = CONFIG.merge(Config(max_pool_connections=WORKERS, retries={"mode": "standard", "max_attempts": 8}))
_TOKEN_PREFIX, _CLUSTER_HEADER, _TOKEN_SECONDS = "k8s-aws-v1.", "x-k8s-aws-id", 60


def read_eks(session: Any, cluster: str) -> list[dict[str, Any]]:
    """Ask for the cluster, and in modes with access entries for each of them; the answers are as the AWS CLI's.

    Raises:
        NoAnswerError: AWS could not be asked, or refused.
    """
    described = describe(session, cluster)
    return [{"cluster": described}, *read_entries(session, described)]


def describe(session: Any, cluster: str) -> dict[str, Any]:
    """Ask for the cluster itself.

    Raises:
        NoAnswerError: AWS could not be asked, or refused.
    """
    with (
        closing(session.client("eks", config=_CONFIG)) as eks,
        answers(f"eks:DescribeCluster {cluster} in {session.region_name}"),
    ):
        return dict(eks.describe_cluster(name=cluster)["cluster"])


def mode_of(described: Mapping[str, Any]) -> str | None:
    """Return the authentication mode that EKS says, if it says one."""
    mode: str | None = (described.get("accessConfig") or {}).get("authenticationMode")
    return mode


def read_entries(session: Any, described: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Ask for each access entry and its policies, if the cluster's mode has any.

    Raises:
        NoAnswerError: AWS could not be asked, or refused.
    """
    if mode_of(described) not in ("API", "API_AND_CONFIG_MAP"):
        return []
    cluster, found = str(described["name"]), []
    with closing(session.client("eks", config=_CONFIG)) as eks:
        with answers("eks:ListAccessEntries"):
            pages = eks.get_paginator("list_access_entries").paginate(clusterName=cluster)
            arns = [arn for page in pages for arn in page["accessEntries"]]
        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            for both in pool.map(partial(_entry, eks, cluster), arns):
                found += both
    return found


def _entry(eks: Any, cluster: str, arn: str) -> list[dict[str, Any]]:
    """Ask for one entry; one that was deleted since it was listed is none."""
    try:
        with answers(f"eks:DescribeAccessEntry {arn}"):
            entry = eks.describe_access_entry(clusterName=cluster, principalArn=arn)["accessEntry"]
        with answers(f"eks:ListAssociatedAccessPolicies {arn}"):
            pages = eks.get_paginator("list_associated_access_policies").paginate(clusterName=cluster, principalArn=arn)
            policies = [policy for page in pages for policy in page["associatedAccessPolicies"]]
    except Exception as error:
        if isinstance(error.__cause__, eks.exceptions.ResourceNotFoundException):
            return []
        raise
    return [
        {"accessEntry": entry},
        {"clusterName": cluster, "principalArn": arn, "associatedAccessPolicies": policies},
    ]


def token(session: Any, cluster: str, region: str) -> str:
    """Make a token as `aws eks get-token` does: a GetCallerIdentity that is signed and not sent.

    Source: https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster

    Raises:
        NoAnswerError: there are no credentials to sign with.
    """
    # The token names the host that the authenticator will ask, and that takes AWS's own hosts only.
    config = CONFIG.merge(Config(ignore_configured_endpoint_urls=True, signature_version="v4"))
    with answers("sts:GetCallerIdentity"), closing(session.client("sts", region_name=region, config=config)) as sts:
        events = sts.meta.events
        events.register("provide-client-params.sts.GetCallerIdentity", _keep_cluster)
        events.register("before-sign.sts.GetCallerIdentity", _add_cluster)
        url = sts.generate_presigned_url(
            "get_caller_identity", Params={_CLUSTER_HEADER: cluster}, ExpiresIn=_TOKEN_SECONDS, HttpMethod="GET"
        )
    return _TOKEN_PREFIX + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def _keep_cluster(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    context[_CLUSTER_HEADER] = params.pop(_CLUSTER_HEADER)


def _add_cluster(request: Any, **_: object) -> None:
    request.headers[_CLUSTER_HEADER] = request.context[_CLUSTER_HEADER]
