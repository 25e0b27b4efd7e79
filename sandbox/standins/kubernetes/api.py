"""Talking to an API server in the plainest way that honours a kubeconfig: paths, JSON, the server's own error texts.

The official client reads the kubeconfig and makes the connection (addresses, certificates, proxies, plain tokens).
Requests are made without its typed layer, since kinds are known by name only here; `credentials` runs exec plugins.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3
import yaml
from kubernetes.client import ApiClient, Configuration
from kubernetes.config import ConfigException, kube_config

from sandbox.standins.kubernetes.credentials import CredentialsError, ExecToken

APPLY = "application/apply-patch+yaml"
JSON_PATCH = "application/json-patch+json"
_JSON = "application/json"
_SECONDS = urllib3.Timeout(connect=5, read=60)


class ApiError(Exception):
    """The API server's refusal, with its message and its machine-readable reason (`NotFound`, `AlreadyExists`, …)."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message


class Unreachable(Exception):  # noqa: N818 - a state of things
    """There is no answer to be had: no usable kubeconfig, no connection, or no accepted credentials."""


class Api:
    """One API server, seen through one kubeconfig."""

    def __init__(self, kubeconfig: str | None, context: str | None) -> None:
        configuration = Configuration()
        try:
            _load(configuration, kubeconfig, context or None)
        except (ConfigException, yaml.YAMLError, OSError, KeyError, TypeError) as error:
            raise Unreachable(
                f"failed to parse kubeconfig data in `kubernetes:config:kubeconfig`- {_first_line(error)}"
            ) from error
        configuration.retries = False
        self._exec = _exec_token(kubeconfig, context or None)
        self._client = ApiClient(configuration)

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = _JSON,
    ) -> dict[str, Any]:
        """Return the server's JSON answer. Raises ApiError for a refusal and Unreachable for no answer."""
        url = f"{self._client.configuration.host}{path}" + (f"?{urlencode(query)}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        try:
            response = self._client.rest_client.pool_manager.request(
                method, url, body=data, headers=self._headers(content_type), timeout=_SECONDS, retries=False
            )
        except (urllib3.exceptions.HTTPError, ConfigException, CredentialsError) as error:
            raise Unreachable(f'{method.capitalize()} "{url}": {_first_line(error)}') from error
        answer = _parsed(response.data)
        if response.status >= 400:
            raise _error(response.status, answer)
        return answer

    def _headers(self, content_type: str) -> dict[str, str]:
        headers = {"Accept": _JSON, "Content-Type": content_type}
        if self._exec is not None:
            return headers | {"Authorization": f"Bearer {self._exec.get()}"}
        for setting in self._client.configuration.auth_settings().values():  # reading one renews an expired token
            if setting["in"] == "header" and setting["value"]:
                headers[setting["key"]] = setting["value"]
        return headers


def _load(configuration: Configuration, kubeconfig: str | None, context: str | None) -> None:
    """Take over what the kubeconfig says, but run no plugin."""
    parsed = _read(kubeconfig)
    if not isinstance(parsed, dict):
        raise ConfigException("it is neither a kubeconfig nor the path of one")
    quiet = copy.deepcopy(parsed)
    for user in quiet.get("users") or []:
        if isinstance(user.get("user"), dict):
            user["user"].pop("exec", None)
    loader: Any = kube_config.load_kube_config_from_dict  # which the client leaves untyped
    loader(quiet, context=context, client_configuration=configuration, persist_config=False)


def _exec_token(kubeconfig: str | None, context: str | None) -> ExecToken | None:
    """Return the tokens of the plugin that the context's user names, if it does."""
    parsed = _read(kubeconfig)
    name = context or parsed.get("current-context")
    used = named(parsed, "contexts", name, "context") or {}
    user = named(parsed, "users", used.get("user"), "user") or {}
    return ExecToken(user["exec"]) if isinstance(user.get("exec"), Mapping) else None


def _read(kubeconfig: str | None) -> Any:
    """Return the kubeconfig in the setting, or the user's own when there is none."""
    default = os.environ.get("KUBECONFIG") or "~/.kube/config"
    return kubeconfig_of(kubeconfig or default.split(os.pathsep)[0])


def named(kubeconfig: Mapping[str, Any], section: str, name: Any, key: str) -> Mapping[str, Any] | None:
    """Return the entry of that name in a list such as `contexts`, without its wrapping."""
    for item in kubeconfig.get(section) or []:
        if isinstance(item, Mapping) and item.get("name") == name and isinstance(item.get(key), Mapping):
            found: Mapping[str, Any] = item[key]
            return found
    return None


def kubeconfig_of(text: str) -> Any:
    """Return the kubeconfig that a provider's setting is: its YAML or JSON, or what the file at that path has."""
    if "\n" not in text and "{" not in text:
        path = Path(text).expanduser()
        if path.is_file():
            text = path.read_text(encoding="utf-8")
    return yaml.safe_load(text)


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(data or b"{}")
    except ValueError:
        answer = None
    return answer if isinstance(answer, dict) else {"message": data.decode(errors="replace")}


def _error(status: int, answer: Mapping[str, Any]) -> Exception:
    if status == 401:
        return Unreachable("the server has asked for the client to provide credentials")
    reason = str(answer.get("reason") or "Unknown")
    return ApiError(status, reason, str(answer.get("message") or f"the server answered {status}"))


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
