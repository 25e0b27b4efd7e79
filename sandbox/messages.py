"""HTTP requests and answers as the front passes them on: nothing is decoded that need not be."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from sandbox.network import LOOPBACK

HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
CREDENTIAL = re.compile(r"(?P<key>[^/=\s]+)/\d{8}/(?P<region>[\w-]+)/(?P<service>[\w-]+)/aws4_request")


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came in; path and query as they were signed."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> Mapping[str, list[str]]:
        """The decoded query."""
        return parse_qs(self.target.partition("?")[2], keep_blank_values=True)

    def header(self, name: str) -> str:
        """Return the first header of this name, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def credential(self) -> tuple[str, str]:
        """Access key and service of the signature, in the header or (presigned) in the query; blank when unsigned."""
        presigned = self.query.get("X-Amz-Credential", [""])[0]
        match = CREDENTIAL.search(self.header("Authorization")) or CREDENTIAL.search(presigned)
        return (match["key"], match["service"]) if match else ("", "")

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object; anything else counts as an empty one."""
        try:
            document = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}


@dataclass(frozen=True, slots=True)
class Response:
    """An answer to be sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


def json_response(document: Mapping[str, Any], status: int = 200, **headers: str) -> Response:
    """Return an answer in JSON; underscores in header names stand for hyphens."""
    extra = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(status, (("Content-Type", "application/json"), *extra), json.dumps(document).encode())


class Upstream:
    """The AWS emulator behind the front, one connection a thread."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._local = threading.local()

    def forward(self, request: Request) -> Response:
        """Pass the request on unchanged (its Host too, which is signed) and hand back the answer."""
        try:
            return self._exchange(request)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # an idle connection that the other side has closed; the request was not read
            self._drop()
            return self._exchange(request)

    def _exchange(self, request: Request) -> Response:
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(LOOPBACK, self._port, timeout=120)
            self._local.connection = connection
        try:
            connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers:
                if name.lower() not in HOP_BY_HOP and name.lower() != "content-length":
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(request.body)))
            connection.endheaders(request.body)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            self._drop()
            raise
        kept = tuple(
            (name, value)
            for name, value in answer.getheaders()
            if name.lower() not in HOP_BY_HOP and name.lower() != "content-length"
        )
        return Response(answer.status, kept, body)

    def _drop(self) -> None:
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
        self._local.connection = None
