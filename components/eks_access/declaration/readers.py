"""Readers of /metrics given as plain data: the reasons for what cannot be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from ..errors import Problem, Refused
from .models import MetricsReader

_REASONS = {
    "namespace": (
        "a Role cannot give /metrics: a non-resource URL belongs to no namespace, so it takes a ClusterRole",
        "leave it out; the ServiceAccount's own namespace is part of `service_account: namespace/name`",
    ),
    "api_groups": (
        "a rule cannot have apiGroups beside nonResourceURLs; the API server refuses it",
        "leave it out; /metrics is no resource and has no API group",
    ),
}
_REASONS["role"] = _REASONS["kind"] = _REASONS["namespace"]
_REASONS["apiGroups"] = _REASONS["resources"] = _REASONS["api_groups"]


def metrics_readers(readers: Sequence[Mapping[str, Any]]) -> tuple[MetricsReader, ...]:
    """Check readers and return them as models.

    Raises:
        Refused: with every reader that cannot be, and why.
    """
    problems: list[Problem] = []
    checked: list[MetricsReader] = []
    for index, reader in enumerate(readers):
        found = _problems(f"readers[{index}]", reader)
        problems += found
        if not found:
            checked.append(MetricsReader.model_validate(dict(reader), by_alias=True, by_name=True))
    if problems:
        raise Refused(problems)
    return tuple(checked)


def _problems(path: str, reader: Mapping[str, Any]) -> list[Problem]:
    found = [
        Problem(path=f"{path}.{key}", value=repr(reader[key]), rule=rule, fix=fix)
        for key, (rule, fix) in _REASONS.items()
        if key in reader
    ]
    name = reader.get("service_account", reader.get("serviceAccount"))
    if isinstance(name, str) and name.startswith("system:"):
        found.append(
            Problem(
                path=f"{path}.service_account",
                value=name,
                rule="/metrics is given to named ServiceAccounts only: whoever can reach the endpoint is "
                "system:anonymous, and groups of system: hold more than one means",
                fix="write `namespace/name` of the ServiceAccount that scrapes, and scrape with its token",
            )
        )
    return found or _form_problems(path, reader)


def _form_problems(path: str, reader: Mapping[str, Any]) -> list[Problem]:
    try:
        MetricsReader.model_validate(dict(reader), by_alias=True, by_name=True)
    except ValidationError as error:
        return [
            Problem(
                path=".".join([path, *map(str, detail["loc"])]),
                value=repr(detail["input"]),
                rule=detail["msg"],
                fix="write `service_account: namespace/name` and, where kubelets are scraped too, `kubelets: True`",
            )
            for detail in error.errors()
        ]
    return []
