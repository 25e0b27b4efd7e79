"""Loopback only: free ports and the question whether something answers."""

from __future__ import annotations

import http.client
import socket
import ssl
from contextlib import closing
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
