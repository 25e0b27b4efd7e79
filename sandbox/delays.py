"""EKS's own slowness, for those who want to see what it does to them: off until it is asked for."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from sandbox.errors import SandboxError
from sandbox.network import LOOPBACK
from sandbox.state import DELAYS_PATH, SandboxState


@contextmanager
def delayed(state: SandboxState, *, entries: float = 0, principals: float = 0) -> Iterator[None]:
    """Let changes take this many seconds while the block runs.

    Args:
        state: the sandbox.
        entries: until authenticator and authorizer follow a change of access entries and policy associations; the API
            answers the new state at once.
        principals: until EKS takes a user or role that was just created; `invalid principal` before.
    """
    set_delays(state, entries=entries, principals=principals)
    try:
        yield
    finally:
        set_delays(state, entries=0, principals=0)


def set_delays(state: SandboxState, **seconds: float) -> dict[str, float]:
    """Set the named delays and return all of them; changes that are on their way keep theirs.

    Raises:
        SandboxError: there is no such delay, or it is less than nothing.
    """
    with closing(http.client.HTTPConnection(LOOPBACK, state.port, timeout=30)) as connection:
        connection.request("POST", DELAYS_PATH, json.dumps(seconds))
        answer = connection.getresponse()
        document: dict[str, Any] = json.loads(answer.read())
    if answer.status != 200:
        raise SandboxError(document["message"])
    return document
