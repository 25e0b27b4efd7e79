"""Where somebody may step in: before and after each call of a stand-in that changes something. Off until they listen.

A rehearsal of faults (`sandbox.faults`) listens on a loopback port and writes it into a file. A stand-in that finds the
file tells it of each Create, Update and Delete, waits for the word to go on, and fails if it is told so.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sandbox.network import LOOPBACK
from sandbox.standins.resource import Failure

T = TypeVar("T")

BEFORE, AFTER = "before", "after"
"""The effect of a call. An engine that is killed after it never gets the answer."""
_SECONDS = 120


def port_file(home: Path) -> Path:
    """Where the listener's port is written, for the stand-ins of the sandbox in `home`."""
    return home / "run" / "faults.port"


class Hook:
    """One stand-in's side."""

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def around(self, method: str, urn: str, work: Callable[[], T]) -> T:
        """Do the work, with a listener told before and after.

        Raises:
            Failure: the listener says that the call fails; before the effect or after it.
        """
        self._meet(BEFORE, method, urn)
        try:
            return work()
        finally:
            self._meet(AFTER, method, urn)

    def _meet(self, phase: str, method: str, urn: str) -> None:
        if self._file is None:
            return
        try:
            port = int(self._file.read_text())
        except FileNotFoundError:
            return
        with socket.create_connection((LOOPBACK, port), timeout=_SECONDS) as connection:
            connection.sendall(json.dumps({"phase": phase, "method": method, "urn": urn}).encode() + b"\n")
            answer = connection.makefile("r", encoding="utf-8").readline()
        if message := json.loads(answer or "{}").get("fail"):
            raise Failure(message)
