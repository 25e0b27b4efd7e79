"""Loopback only: free ports, servers for as long as they are needed, and the question whether something answers."""

from __future__ import annotations

import http.client
import random
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sandbox.errors import SandboxError

LOOPBACK = "127.0.0.1"
_PORTS = range(20_000, 32_768)
_kept: list[socket.socket] = []


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, kept from other sandboxes of this machine as long as this process runs.

    They lie below those that systems give to outgoing connections, which would come in between: a port is free now, and
    its server starts seconds later. What keeps it is a socket of UDP with the same number, which is in no server's way.
    """
    return [_free_port() for _ in range(count)]


def _free_port() -> int:
    for port in random.sample(_PORTS, len(_PORTS)):
        kept = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tried:
            try:
                kept.bind((LOOPBACK, port))
                tried.bind((LOOPBACK, port))
            except OSError:
                kept.close()
                continue
        _kept.append(kept)
        return port
    raise SandboxError(f"no port between {_PORTS.start} and {_PORTS.stop} is free")


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
