"""A cluster's API server, asked for plain JSON: typed clients take many times longer to read thousands of objects."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import urllib3

from ..errors import NoAnswerError

PAGE = 1000
"""Objects a page; the API server reads each page from etcd by itself."""
CONNECTIONS = 8
"""Kept open: each list is read by a thread of its own."""
_DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
_TIMEOUT = urllib3.Timeout(connect=5, read=60)
_RETRIES = urllib3.Retry(total=3, backoff_factor=0.5, status_forcelist=(429, 502, 503, 504), raise_on_status=False)
_GONE, _FORBIDDEN, _UNAUTHORIZED, _MISSING, _OK = 410, 403, 401, 404, 200


class ApiServer:
    """One API server, as one caller."""

    def __init__(self, url: str, pool: urllib3.PoolManager, headers: Mapping[str, str], who: str) -> None:
        self.url = url.rstrip("/")
        self._pool = pool
        self._headers = {"Accept": "application/json", "User-Agent": "eks-access", **headers}
        self._who = who
        """How the caller was chosen, for messages."""

    def get(self, path: str) -> dict[str, Any] | None:
        """Read one object; None where there is none.

        Raises:
            NoAnswerError: no answer, or not for this caller.
        """
        status, answer = self._ask(path)
        if status == _MISSING:
            return None
        self._refuse(status, answer, "get", path)
        return answer

    def discover(self) -> dict[str, Any] | None:
        """Ask what is served beside the core group, all at once; None where it doesn't tell this caller, or not so.

        Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery

        Raises:
            NoAnswerError: no answer.
        """
        status, answer = self._ask("/apis", headers={"Accept": _DISCOVERY})
        return answer if status == _OK and answer.get("kind") == "APIGroupDiscoveryList" else None

    def review(self, path: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """Ask for a review such as a SelfSubjectReview; nothing is stored by it. Returns status and answer as they are.

        Raises:
            NoAnswerError: no answer.
        """
        return self._ask(path, body)

    def list(self, path: str) -> dict[str, Any]:
        """Read a whole list, page by page.

        Raises:
            NoAnswerError: no answer, or not for this caller.
        """
        items: list[Any] = []
        query: dict[str, Any] = {"limit": PAGE}
        while True:
            status, page = self._ask(f"{path}?{urlencode(query)}")
            if status == _GONE and "continue" in query:
                # the list grew too old while it was read: from the start, in one piece
                items, query = [], {}
                continue
            self._refuse(status, page, "list", path)
            items += page.get("items") or []
            following = (page.get("metadata") or {}).get("continue")
            if not following:
                return {**page, "items": items}
            query = {"limit": PAGE, "continue": following}

    def _ask(
        self, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        sent = {**self._headers, **({} if body is None else {"Content-Type": "application/json"}), **(headers or {})}
        try:
            answer = self._pool.request(
                "GET" if body is None else "POST",
                self.url + path,
                headers=sent,
                body=None if body is None else json.dumps(body),
                retries=_RETRIES,
                timeout=_TIMEOUT,
            )
        except urllib3.exceptions.HTTPError as error:
            raise NoAnswerError(
                f"no answer from the API server at {self.url}: {_reason(error)}; look at the network, the proxy, and "
                "whether its endpoint is public"
            ) from error
        try:
            content = json.loads(answer.data)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            if answer.status == _OK:
                raise NoAnswerError(f"{self.url}{path} answers no JSON; is it an API server?")
            content = {}
        return answer.status, content

    def _refuse(self, status: int, answer: Mapping[str, Any], verb: str, path: str) -> None:
        if status == _OK:
            return
        message = " ".join(str(answer.get("message") or f"status {status}").split())[:300]
        if status == _UNAUTHORIZED:
            raise NoAnswerError(
                f"the API server at {self.url} does not let {self._who} in (Unauthorized): no aws-auth line and no "
                "access entry maps it; use a --profile or --context that is mapped"
            )
        if status == _FORBIDDEN:
            raise NoAnswerError(
                f"{self._who} may not {verb} {path.rpartition('/')[2]} (Forbidden): {message}; reading access needs "
                "get and list of RBAC objects, namespaces and aws-auth: use a --profile or --context of an admin"
            )
        raise NoAnswerError(f"the API server at {self.url} refused to {verb} {path}: {message}")


def of_endpoint(url: str, authority: str, token: str, who: str) -> ApiServer:
    """Go to an endpoint as EKS describes it.

    Args:
        url: of the API server.
        authority: its CA, base64 of PEM.
        token: of the caller.
        who: the caller, for messages.

    Raises:
        NoAnswerError: there is no such endpoint yet.
    """
    context = tls_context(authority)
    return ApiServer(url, pool_for(url, {"ssl_context": context}), {"Authorization": f"Bearer {token}"}, who)


def tls_context(authority: str) -> ssl.SSLContext:
    """Trust a cluster's CA, base64 of PEM, and nobody else.

    Raises:
        NoAnswerError: it is none.
    """
    try:
        context = ssl.create_default_context(cadata=base64.b64decode(authority).decode() or "none")
    except (ValueError, ssl.SSLError) as error:
        raise NoAnswerError(
            f"the cluster has no certificate authority yet ({error}); wait until it is ACTIVE"
        ) from None
    # EKS's CAs lack an extension that Python 3.13 asks for: https://github.com/kubernetes-client/python/issues/2394
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def pool_for(url: str, settings: Mapping[str, Any], proxy: str | None = None) -> urllib3.PoolManager:
    """Open a pool of connections, through the proxy that is given or that the environment names for this host."""
    settings = {"maxsize": CONNECTIONS, **settings}
    parts = urlsplit(url)
    proxies = getproxies_environment()
    if proxy is None and not proxy_bypass(parts.netloc):
        proxy = proxies.get(parts.scheme)
    return urllib3.ProxyManager(proxy, **settings) if proxy else urllib3.PoolManager(**settings)


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", None) or error
    return " ".join(str(inner).split())[:200]


def path_of(*parts: str) -> str:
    """Write a path of the API, each part escaped."""
    return "/" + "/".join(quote(part, safe="") for part in parts)
