"""Loopback only: free ports, servers for as long as they are needed, and the question whether something answers."""

from __future__ import annotations

import http.client
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

LOOPBACK = "127.0.0.1"


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on; taken together so that no two are the same."""
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    try:
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def answers(port: int, path: str, *, authority: Path | None = None, seconds: float = 2) -> bool:
    """Whether GET `path` on this port is answered with 200, over TLS when an authority is given."""
    try:
        if authority is None:
            connection = http.client.HTTPConnection(LOOPBACK, port, timeout=seconds)
        else:
            context = ssl.create_default_context(cafile=str(authority))
            connection = http.client.HTTPSConnection(LOOPBACK, port, timeout=seconds, context=context)
        with closing(connection):
            connection.request("GET", path)
            return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


@contextmanager
def running(server: socketserver.BaseServer, poll_seconds: float = 0.02) -> Iterator[None]:
    """Let a server that is bound already answer from a thread of its own, and close it at the end."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": poll_seconds})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
