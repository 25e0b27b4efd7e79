"""The stand-in for the kubernetes plugin: any kind by apiVersion and kind, on a real API server."""

from __future__ import annotations

from typing import Any

from sandbox.standins.kubernetes.cluster import Cluster
from sandbox.standins.kubernetes.config import diff_config
from sandbox.standins.kubernetes.handler import ObjectHandler
from sandbox.standins.kubernetes.rules import kind_of
from sandbox.standins.provider import Provider
from sandbox.standins.resource import Instance


def configure(config: dict[str, Any]) -> Instance:
    """Return an instance for one kubeconfig. Nothing is called yet."""
    cluster = Cluster(config)
    return Instance(resources=lambda token: ObjectHandler(kind_of(token), cluster), functions={})


PROVIDER = Provider(name="kubernetes", version="4.34.2", configure=configure, diff_config=diff_config)
