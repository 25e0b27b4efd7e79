"""A client of the real API server that can ask thousands of things: connections stay open, a few threads share them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import urllib3
import yaml
from eks_access.authz.model import Identity, Request

RBAC = "/apis/rbac.authorization.k8s.io/v1"
REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
THREADS = 6

T = TypeVar("T")
R = TypeVar("R")
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """A status code and what came with it."""

    status: int
    body: dict[str, Any]


class ApiServer:
    """Speaks as the holder of a kubeconfig's client certificate."""

    def __init__(self, kubeconfig: Path) -> None:
        document = yaml.safe_load(kubeconfig.read_text())
        cluster, user = document["clusters"][0]["cluster"], document["users"][0]["user"]
        self._endpoint = cluster["server"]
        self._pool = urllib3.PoolManager(
            maxsize=THREADS,
            block=True,
            ca_certs=cluster["certificate-authority"],
            cert_file=user["client-certificate"],
            key_file=user["client-key"],
            retries=False,
        )

    def call(
        self, method: str, path: str, body: Document | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Make one request."""
        content = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        answer = self._pool.request(method, self._endpoint + path, body=content, headers=sent)
        is_json = "json" in answer.headers.get("Content-Type", "")  # an API group that isn't there has a line of text
        return Answer(answer.status, json.loads(answer.data) if is_json else {})

    def create(self, document: Document, *, query: str = "", headers: Mapping[str, str] | None = None) -> Answer:
        """Create an RBAC object."""
        return self.call("POST", collection(document) + query, document, headers)

    def items(self, resource: str) -> list[dict[str, Any]]:
        """List RBAC objects of all namespaces, each with its kind."""
        answer = self.call("GET", f"{RBAC}/{resource}").body
        kind = {"apiVersion": answer["apiVersion"], "kind": answer["kind"].removesuffix("List")}
        return [kind | item for item in answer["items"]]

    def review(self, identity: Identity, request: Request) -> dict[str, Any]:
        """Ask whether somebody may do something."""
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": review_of(identity, request),
        }
        answer = self.call("POST", REVIEWS, body)
        assert answer.status == 201, answer
        status: dict[str, Any] = answer.body["status"]
        return status

    def close(self) -> None:
        """Close all connections."""
        self._pool.clear()


def review_of(identity: Identity, request: Request) -> dict[str, Any]:
    """Write the `spec` of a SubjectAccessReview."""
    spec: dict[str, Any] = {"user": identity.username, "groups": list(identity.groups)}
    if request.path is not None:
        return spec | {"nonResourceAttributes": {"verb": request.verb, "path": request.path}}
    attributes = {
        "verb": request.verb,
        "group": request.api_group,
        "resource": request.resource,
        "subresource": request.subresource,
        "name": request.name,
        "namespace": request.namespace,
    }
    return spec | {"resourceAttributes": attributes}


def collection(document: Document) -> str:
    """Return the path that an RBAC object is created under."""
    namespace = document["metadata"].get("namespace")
    inside = f"/namespaces/{namespace}" if namespace else ""
    return f"{RBAC}{inside}/{document['kind'].lower()}s"


def item(document: Document) -> str:
    """Return the path of one RBAC object."""
    return f"{collection(document)}/{quote(document['metadata']['name'], safe='')}"


def in_parallel(work: Callable[[T], R], over: Iterable[T]) -> list[R]:
    """Do the work for each, a few at a time, in order."""
    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(work, over))
