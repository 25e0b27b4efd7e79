"""Tokens for a cluster's API server."""

from __future__ import annotations

import base64

from sandbox.standins.aws.session import Session

_HEADER = "x-k8s-aws-id"
_LIFETIME = 60


def cluster_token(session: Session, cluster: str) -> str:
    """Return what the authenticator takes: a presigned GetCallerIdentity that names the cluster in a signed header.

    The authenticator asks the region's own STS endpoint and refuses any other, so that one is in the URL whatever
    endpoint the provider itself uses.
    """
    url = session.presigned_identity({_HEADER: cluster}, _LIFETIME)
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
