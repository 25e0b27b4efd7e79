"""Readers of /metrics given as plain data: the reasons for what cannot be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import Problem, Refused
from .arguments import argument_problems
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


def metrics_readers(readers: Sequence[Mapping[str, Any]] | None) -> tuple[MetricsReader, ...]:
    """Check readers and return them as models.

    Raises:
        Refused: with every reader that cannot be, and why.
    """
    if readers is None:
        fix = "write `readers: [{service_account: namespace/name}]`"
        raise Refused([Problem(path="readers", rule="is required", fix=fix)])
    problems: list[Problem] = []
    checked: list[MetricsReader] = []
    for index, reader in enumerate(readers):
        found = _problems(f"readers[{index}]", reader)
        problems += found
        if not found:
            checked.append(MetricsReader.model_validate(dict(reader), by_alias=True, by_name=True))
    names = [reader.service_account for reader in checked]
    for name in sorted({name for name in names if names.count(name) > 1}):
        fix = "name each ServiceAccount once"
        problems.append(Problem(path="readers", value=name, rule="a ServiceAccount is listed twice", fix=fix))
    if problems:
        raise Refused(problems)
    return tuple(checked)


def _problems(path: str, reader: object) -> list[Problem]:
    if not isinstance(reader, Mapping):
        fix = "write `{service_account: namespace/name}`"
        return [Problem(path=path, value=repr(reader), rule="a reader is a mapping", fix=fix)]
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
    fix = "write `service_account: namespace/name` and, where kubelets are scraped too, `kubelets: True`"
    return found or argument_problems(MetricsReader, reader, path, fix)
