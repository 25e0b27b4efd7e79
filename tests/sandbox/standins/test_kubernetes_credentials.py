"""Tokens of exec plugins: renewed when they expire, and helpful when there is none."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.standins.kubernetes.credentials import CredentialsError, ExecToken


def plugin(script: str, **env: str) -> dict[str, Any]:
    return {
        "command": sys.executable,
        "args": ["-c", script],
        "env": [{"name": name, "value": value} for name, value in env.items()],
    }


def counting(tmp_path: Path, lifetime: timedelta | None) -> ExecToken:
    """A plugin that prints how often it ran, as a token."""
    count = tmp_path / "count"
    status: dict[str, Any] = {}
    if lifetime is not None:
        status["expirationTimestamp"] = (datetime.now(UTC) + lifetime).strftime("%Y-%m-%dT%H:%M:%SZ")
    script = (
        "import json, os, pathlib; count = pathlib.Path(os.environ['COUNT'])\n"
        "ran = int(count.read_text()) + 1 if count.exists() else 1; count.write_text(str(ran))\n"
        f"print(json.dumps({{'status': {{**json.loads({json.dumps(status)!r}), 'token': f'token-{{ran}}'}}}}))"
    )
    return ExecToken(plugin(script, COUNT=str(count)))


@pytest.mark.parametrize("lifetime", [None, timedelta(minutes=14)])
def test_a_good_token_is_kept(tmp_path: Path, lifetime: timedelta | None) -> None:
    token = counting(tmp_path, lifetime)
    assert [token.get(), token.get()] == ["token-1", "token-1"]


def test_a_token_about_to_expire_is_renewed(tmp_path: Path) -> None:
    token = counting(tmp_path, timedelta(seconds=30))
    assert [token.get(), token.get()] == ["token-1", "token-2"]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("import sys; sys.exit('The SSO session has expired')", "failed with exit code 1: The SSO session has expired"),
        ("print('hello')", "printed no ExecCredential"),
        ("print('{\"status\": {}}')", "returned no token"),
    ],
)
def test_a_failure_says_what_the_plugin_said(script: str, message: str) -> None:
    with pytest.raises(CredentialsError, match=message):
        ExecToken(plugin(script)).get()


def test_a_missing_plugin_is_named() -> None:
    with pytest.raises(CredentialsError, match="executable no-such-plugin failed"):
        ExecToken({"command": "no-such-plugin"}).get()
