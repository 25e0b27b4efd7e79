"""Kubeconfigs, by the rules of the official client: contexts, certificates, commands that fetch tokens."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kubernetes import config
from kubernetes.client import Configuration
from kubernetes.config import ConfigException

from ..errors import NoAnswerError
from .api_server import ApiServer, pool_for


def of_kubeconfig(file: str | Path | None = None, context: str | None = None) -> ApiServer:
    """Go where a kubeconfig leads: the given one, else KUBECONFIG or ~/.kube/config; in a pod, its own API server.

    Raises:
        NoAnswerError: there is none, no such context, or its command gives no credentials.
    """
    found = _load(str(file) if file else None, context)
    settings: dict[str, Any] = {
        "cert_reqs": "CERT_REQUIRED" if found.verify_ssl else "CERT_NONE",
        "ca_certs": found.ssl_ca_cert,
        "cert_file": found.cert_file,
        "key_file": found.key_file,
        "server_hostname": getattr(found, "tls_server_name", None),
    }
    headers = {
        setting["key"]: setting["value"]
        for setting in found.auth_settings().values()
        if setting["in"] == "header" and setting["value"]
    }
    pool = pool_for(found.host, {key: value for key, value in settings.items() if value is not None}, found.proxy)
    return ApiServer(found.host, pool, headers, f"context {context}" if context else "the kubeconfig's user")


def _load(file: str | None, context: str | None) -> Any:
    loaded = Configuration()
    try:
        with _logged() as said:
            config.load_kube_config(file, context=context, client_configuration=loaded)  # type: ignore[no-untyped-call]
    except ConfigException as error:
        if file or context or not _in_cluster(loaded):
            raise NoAnswerError(
                f"no usable kubeconfig ({_line(error)}): name --kubeconfig and --context, or --cluster to go there by "
                "AWS alone"
            ) from error
    except Exception as error:  # commands that fetch tokens fail in every way there is
        raise _no_credentials(_line(error)) from error
    # The client logs that a command failed and goes on as nobody; without TLS (`kubectl proxy`) that is right.
    if not loaded.auth_settings() and not loaded.cert_file and not loaded.host.startswith("http://"):
        raise _no_credentials("; ".join(said) or "its user has no token, certificate or command")
    return loaded


def _no_credentials(reason: str) -> NoAnswerError:
    return NoAnswerError(f"the kubeconfig gives no credentials ({reason}): try `kubectl auth whoami` with it")


@contextmanager
def _logged() -> Iterator[list[str]]:
    """Catch what the client logs instead of raising it; it would be printed otherwise."""
    said: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(" ".join(record.getMessage().split())[:200])

    root, handler = logging.getLogger(), Kept(logging.ERROR)
    root.addHandler(handler)
    try:
        yield said
    finally:
        root.removeHandler(handler)


def _in_cluster(loaded: Any) -> bool:
    try:
        config.load_incluster_config(client_configuration=loaded)  # type: ignore[no-untyped-call]
    except ConfigException:
        return False
    return True


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
