"""Tokens of a kubeconfig's exec plugin (`aws eks get-token`, `aws-iam-authenticator token`), kept until they expire.

The official client runs such plugins too, but only logs their failures and goes on without credentials, so that the
user would read about `system:anonymous` and not about the expired session that is the cause.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

_SECONDS: Final = 60
_MARGIN: Final = timedelta(seconds=60)


class CredentialsError(Exception):
    """The plugin gave no token; the message is what client-go says, with the plugin's own last words."""


class ExecToken:
    """What one `exec` section of a kubeconfig gives."""

    def __init__(self, section: Mapping[str, Any]) -> None:
        self._section = section
        self._lock = threading.Lock()
        self._token = ""
        self._expires: datetime | None = None

    def get(self) -> str:
        """Return a token that is good for a minute at least, from the plugin when the last one isn't."""
        with self._lock:
            if not self._token or (self._expires is not None and datetime.now(UTC) + _MARGIN > self._expires):
                status = self._run()
                self._token = str(status["token"])
                self._expires = _moment(status.get("expirationTimestamp"))
            return self._token

    def _run(self) -> Mapping[str, Any]:
        command = str(self._section.get("command", ""))
        version = self._section.get("apiVersion", "client.authentication.k8s.io/v1beta1")
        request = {"apiVersion": version, "kind": "ExecCredential", "spec": {"interactive": False}}
        extra = {item["name"]: item["value"] for item in self._section.get("env") or []}
        environment = {**os.environ, **extra, "KUBERNETES_EXEC_INFO": json.dumps(request)}
        arguments = [command, *map(str, self._section.get("args") or [])]
        try:
            done = subprocess.run(
                arguments, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CredentialsError(f"getting credentials: exec: executable {command} failed: {error}") from error
        if done.returncode != 0:
            words = done.stderr.strip().splitlines()
            raise CredentialsError(
                f"getting credentials: exec: executable {command} failed with exit code {done.returncode}"
                + (f": {words[-1]}" if words else "")
            )
        return _status(command, done.stdout)


def _status(command: str, output: str) -> Mapping[str, Any]:
    try:
        status = json.loads(output)["status"]
    except (ValueError, KeyError, TypeError) as error:
        raise CredentialsError(f"getting credentials: exec: {command} printed no ExecCredential") from error
    if not isinstance(status, Mapping) or not status.get("token"):
        raise CredentialsError(f"getting credentials: exec: {command} returned no token")
    return status


def _moment(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
