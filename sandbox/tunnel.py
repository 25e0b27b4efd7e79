"""A connection passed on as it is, between a client of the proxy and a server on loopback."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

_CHUNK = 65536


def relay(client: socket.socket, server: socket.socket) -> None:
    """Pass on both ways until each side has said all it has to say."""
    upward = threading.Thread(target=_copy, args=(client, server), daemon=True)
    upward.start()
    _copy(server, client)
    upward.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Pass on one way. A side that breaks off ends the other's waiting too."""
    try:
        while chunk := source.recv(_CHUNK):
            target.sendall(chunk)
    except OSError:
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
    else:
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)
