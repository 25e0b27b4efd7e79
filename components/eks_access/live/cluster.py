"""A running cluster's access, asked from EKS and from its API server."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..declaration.kinds import AuthenticationMode
from ..errors import NoAnswerError
from ..review.dumps import state_of_documents
from ..review.state import AccessState
from .api_server import ApiServer, of_endpoint

_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_CLUSTER_WIDE = (f"{_RBAC}/clusterroles", f"{_RBAC}/clusterrolebindings")
_EVERYTHING = (*_CLUSTER_WIDE, f"{_RBAC}/roles", f"{_RBAC}/rolebindings", "/api/v1/namespaces")
_NAMESPACE = re.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_AWS_AUTH = "/api/v1/namespaces/kube-system/configmaps/aws-auth"
_NO_AWS = (
    "AWS was not asked, so access entries are not counted and the authentication mode is assumed: name the --cluster"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How to get to a cluster, and what to read there."""

    cluster: str | None = None
    """Its name in EKS; without one AWS isn't asked, and the kubeconfig leads to it."""
    profile: str | None = None
    region: str | None = None
    kubeconfig: str | Path | None = None
    """Over the endpoint that EKS tells; so does `context`."""
    context: str | None = None
    within: str | None = None
    """The one namespace that is asked about: RBAC of others is not read. Empty: of none; None: everything is."""
    served: bool = False
    """Whether what it serves is read of a part, too, as it is of the whole."""


def read_live(reach: Reach) -> AccessState:
    """Ask everything that decides who may do what in a running cluster, or in the one namespace that is asked about.

    Raises:
        NoAnswerError: AWS or the API server doesn't answer, or not to this caller; the text says what to do.
    """
    documents, notices = read_documents(reach)
    state = state_of_documents(documents, cluster=reach.cluster, complete=True)
    return replace(state, notices=(*notices, *state.notices))


def read_documents(reach: Reach) -> tuple[list[dict[str, Any]], list[str]]:
    """Ask as `read_live` does, and return the answers as they are, with what a reader should know of them.

    Raises:
        NoAnswerError: AWS or the API server doesn't answer, or not to this caller; the text says what to do.
    """
    if reach.cluster is None:
        server = _of_kubeconfig(reach)
        found = read_api_server(server, within=reach.within, served=reach.served)
        return found, _notices(reach, None, server)
    from .aws import session
    from .eks import describe, mode_of, read_entries

    aws = session(reach.profile, reach.region)
    cluster = describe(aws, reach.cluster)
    by_kubeconfig = reach.kubeconfig is not None or reach.context is not None
    server = _of_kubeconfig(reach) if by_kubeconfig else _of_eks(reach, aws, cluster)
    with ThreadPoolExecutor(max_workers=1) as pool:
        entries = pool.submit(read_entries, aws, cluster)
        with_aws_auth = mode_of(cluster) != AuthenticationMode.API
        found = read_api_server(server, with_aws_auth=with_aws_auth, within=reach.within, served=reach.served)
        return [{"cluster": cluster}, *entries.result(), *found], _notices(reach, cluster, server)


def _of_kubeconfig(reach: Reach) -> ApiServer:
    from .kubeconfig import of_kubeconfig

    return of_kubeconfig(reach.kubeconfig, reach.context)


def _of_eks(reach: Reach, aws: Any, cluster: dict[str, Any]) -> ApiServer:
    """Go to the endpoint that EKS tells, by the credentials with which it was asked."""
    from .eks import token

    name = str(reach.cluster)
    authority = (cluster.get("certificateAuthority") or {}).get("data") or ""
    who = f"AWS profile {reach.profile}" if reach.profile else "the AWS credentials of this shell"
    return of_endpoint(_endpoint(name, cluster), authority, token(aws, name, aws.region_name), who)


def read_api_server(
    server: ApiServer, *, with_aws_auth: bool = True, within: str | None = None, served: bool = False
) -> list[dict[str, Any]]:
    """Ask for RBAC, namespaces, the version and aws-auth, all at once; of the whole cluster also what it serves.

    Args:
        server: whom to ask.
        with_aws_auth: whether the cluster looks at it.
        within: as `Reach.within`.
        served: as `Reach.served`.

    Raises:
        NoAnswerError: no answer, or not for this caller.
    """
    with ThreadPoolExecutor(max_workers=len(_EVERYTHING) + 3) as pool:
        version = pool.submit(server.get, "/version")
        aws_auth = pool.submit(server.get, _AWS_AUTH) if with_aws_auth else None
        resources = pool.submit(server.discover) if within is None or served else None
        lists = [pool.submit(server.list, path) for path in _lists(within)]
        found = [each.result() for each in lists]
        if told := version.result():
            found.append({"serverVersion": told})
        if aws_auth and (config_map := aws_auth.result()):
            found.append({"apiVersion": "v1", "kind": "ConfigMap", **config_map})
        if resources and (told := resources.result()):
            found.append(told)
        return found


def _lists(within: str | None) -> tuple[str, ...]:
    """Say what to read; in a namespace that can't be there is nothing, and its name may lead to another path."""
    if within is None:
        return _EVERYTHING
    if not _NAMESPACE.fullmatch(within):
        return _CLUSTER_WIDE
    there = f"{_RBAC}/namespaces/{within}"
    return (*_CLUSTER_WIDE, f"{there}/roles", f"{there}/rolebindings")


def _endpoint(cluster: str, described: dict[str, Any]) -> str:
    if endpoint := described.get("endpoint"):
        return str(endpoint)
    raise NoAnswerError(
        f"cluster {cluster} has no endpoint yet (it is {described.get('status')}); wait until it is ACTIVE"
    )


def _notices(reach: Reach, described: dict[str, Any] | None, server: ApiServer) -> list[str]:
    if described is None:
        return [_NO_AWS]
    endpoint = str(described.get("endpoint") or "").rstrip("/")
    if endpoint and endpoint != server.url:
        return [
            f"the kubeconfig leads to {server.url}, and cluster {reach.cluster} is at {endpoint}: is it the same one?"
        ]
    return []
