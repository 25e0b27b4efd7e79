"""The HTTP server under the front, and the proxy through which programs that insist on AWS's own host names come.

The authenticator calls ``https://sts.<region>.amazonaws.com`` and nothing else, and the real eks plugin looks at the
certificate of ``https://oidc.eks.<region>.amazonaws.com``. With HTTPS_PROXY set to this server their CONNECT ends here,
in a TLS session with a certificate of the sandbox's own authority. The plugin brings its calls to a cluster's endpoint
here as well, whatever NO_PROXY says; what is on loopback is passed on as it is.
"""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sandbox.certificates import Authority
from sandbox.messages import HOP_BY_HOP, Request, Response, json_response
from sandbox.network import LOOPBACK
from sandbox.tunnel import relay

log = logging.getLogger(__name__)

_LOCAL = (LOOPBACK, "localhost")
_CONNECT_SECONDS = 10
METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS")


def aws_hosts(region: str) -> tuple[str, ...]:
    """Return the host names that end here."""
    regional = (f"{service}.{region}.amazonaws.com" for service in ("sts", "ec2", "oidc.eks"))
    return (*regional, "sts.amazonaws.com")


class FrontServer(ThreadingHTTPServer):
    """Serves `answer` on loopback, plain and (after CONNECT) over TLS."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, port: int, answer: Callable[[Request], Response], authority: Authority, hosts: tuple[str, ...]
    ) -> None:
        super().__init__((LOOPBACK, port), FrontHandler)
        self.answer = answer
        self.hosts = hosts
        serving = authority.issue_server("aws", hosts=hosts)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(serving.certificate, serving.key)


class FrontHandler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: FrontServer
    # small answers in two writes would otherwise wait for the client's delayed acknowledgement
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_CONNECT(self) -> None:
        """End the tunnel here and go on reading requests inside it; pass on what goes to loopback."""
        host, _, port = self.path.rpartition(":")
        if host in _LOCAL and port.isdecimal():
            self._pass_on(int(port))
            return
        if host not in self.server.hosts:
            self.send_error(403, f"This sandbox answers for {', '.join(self.server.hosts)} only, not for {host}")
            return
        self._established()
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", -1)
        self.close_connection = False

    def _pass_on(self, port: int) -> None:
        self.close_connection = True
        try:
            upstream = socket.create_connection((LOOPBACK, port), timeout=_CONNECT_SECONDS)
        except (OSError, OverflowError) as error:
            self.send_error(502, f"Nothing answers at {LOOPBACK}:{port}: {error}")
            return
        with upstream:
            upstream.settimeout(None)
            self._established()
            relay(self.connection, upstream)

    def _established(self) -> None:
        self.send_response_only(200, "Connection established")
        self.end_headers()
        self.wfile.flush()

    def finish(self) -> None:
        """Close the TLS session as well, which the server knows nothing of."""
        super().finish()
        if self.connection is not self.request:
            self.connection.close()

    def handle_method(self) -> None:
        """Read the request, have it answered, send the answer."""
        request = Request(self.command, self.path, tuple(self.headers.items()), self._read_body())
        try:
            response = self.server.answer(request)
        except Exception as error:
            log.exception("%s %s failed", self.command, self.path.partition("?")[0])
            message = f"The sandbox's AWS front failed: {type(error).__name__}: {error}"
            response = json_response({"message": message, "__type": "ServerException"}, 500)
        self._send(response)

    def log_message(self, format: str, *args: object) -> None:
        """One line a request, without the query: presigned URLs carry credentials."""
        log.info("%s %s %s", self.command, self.path.partition("?")[0], args[1] if len(args) > 1 else "")

    def _read_body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts: list[bytes] = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            continue
        return b"".join(parts)

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers:
            if name.lower() not in HOP_BY_HOP | {"date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()


for _method in METHODS:
    setattr(FrontHandler, f"do_{_method}", FrontHandler.handle_method)
