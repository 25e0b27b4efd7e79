"""The lines that EKS itself writes into aws-auth, for node groups and Fargate profiles in mode CONFIG_MAP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

NAMESPACE, NAME = "kube-system", "aws-auth"
ATTEMPTS = 5


def with_role(map_roles: str, line: dict[str, Any]) -> str | None:
    """Return `mapRoles` with the line at its end; None when the role is there already, whatever its line says."""
    lines = yaml.safe_load(map_roles or "[]") or []
    if any(isinstance(each, dict) and each.get("rolearn") == line["rolearn"] for each in lines):
        return None
    return yaml.safe_dump([*lines, line], sort_keys=True)


def add_role(kubeconfig: Path, line: dict[str, Any]) -> None:
    """Add a mapRoles line to the live ConfigMap, making it when there is none; never overwrites an edit in between."""
    from kubernetes import client, config
    from kubernetes.client.exceptions import ApiException

    connect: Any = config.new_client_from_config
    api = client.CoreV1Api(connect(str(kubeconfig)))
    for attempt in range(ATTEMPTS):
        try:
            _add_once(api, line)
        except ApiException as error:
            if error.status != 409 or attempt == ATTEMPTS - 1:
                raise
        else:
            return


def _add_once(api: Any, line: dict[str, Any]) -> None:
    found = api.list_namespaced_config_map(NAMESPACE, field_selector=f"metadata.name={NAME}").items
    data = dict(found[0].data or {}) if found else {}
    roles = with_role(data.get("mapRoles", ""), line)
    if roles is None:
        return
    body = {"metadata": {"name": NAME, "namespace": NAMESPACE}, "data": data | {"mapRoles": roles}}
    if found:
        body["metadata"]["resourceVersion"] = found[0].metadata.resource_version
        api.replace_namespaced_config_map(NAME, NAMESPACE, body)
    else:
        api.create_namespaced_config_map(NAMESPACE, body)
