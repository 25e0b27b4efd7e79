"""What the engine was asked during a run, from its own log of gRPC calls (`PULUMI_DEBUG_GRPC`).

The engine writes it whatever plugins it works with, so a run on real ones and a run on stand-ins are seen alike.
It holds secrets in clear: read it once, then let it go.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

Entry = dict[str, Any]

_MONITOR: Final = "/pulumirpc.ResourceMonitor/"
_OF_THE_SDK: Final = ("pulumi:pulumi:getResource",)
"""How an SDK turns a reference to a resource into the resource; each SDK does it at its own time."""


@dataclass(frozen=True, slots=True)
class Registration:
    """Options that a resource was registered with and that the state doesn't keep."""

    delete_before_replace: bool | None = None
    aliases: tuple[str, ...] = ()


def read_log(path: Path) -> list[Entry]:
    """Return the calls that were answered, or that failed."""
    entries = (json.loads(line) for line in path.read_text().splitlines() if line.strip())
    return [entry for entry in entries if entry.get("progress", "response_completed") == "response_completed"]


def registrations(entries: list[Entry]) -> dict[str, Registration]:
    """Return the options by URN."""
    found = {}
    for entry in _asked(entries, "RegisterResource"):
        request, urn = entry["request"], (entry.get("response") or {}).get("urn")
        if urn:
            replace = bool(request.get("deleteBeforeReplace")) if request.get("deleteBeforeReplaceDefined") else None
            found[urn] = Registration(replace, tuple(_aliases(request)))
    return found


def calls(entries: list[Entry]) -> list[Entry]:
    """Return every function and method that was called, each different call once: asking twice is no difference."""
    found = []
    for entry in _asked(entries, "Invoke", "StreamInvoke", "Call"):
        request, response = entry["request"], entry.get("response") or {}
        if request["tok"] in _OF_THE_SDK:
            continue
        call = {
            "token": request["tok"],
            "provider": request.get("provider") or "",
            "args": request.get("args") or {},
            "returns": sorted(response.get("return") or {}),
            "failures": [failure.get("reason", "") for failure in response.get("failures") or ()],
            "errors": entry.get("errors") or [],
        }
        if call not in found:
            found.append(call)
    return sorted(found, key=lambda call: (call["token"], json.dumps(call["args"], sort_keys=True)))


def _asked(entries: list[Entry], *methods: str) -> Iterator[Entry]:
    wanted = {f"{_MONITOR}{method}" for method in methods}
    return (entry for entry in entries if entry["method"] in wanted)


def _aliases(request: Mapping[str, Any]) -> Iterator[str]:
    yield from request.get("aliasURNs") or ()
    for alias in request.get("aliases") or ():
        spec = {key: value for key, value in (alias.get("spec") or {}).items() if value not in ("", False)}
        if "urn" in alias:
            yield alias["urn"]
        elif not (spec.keys() == {"type"} and _other_version(spec["type"], request["type"])):
            yield json.dumps(spec, sort_keys=True)


def _other_version(alias: str, type_: str) -> bool:
    """Whether the alias is the same Kubernetes kind in another API version: SDKs add those by themselves."""
    return type_.startswith("kubernetes:") and alias.rpartition(":")[2] == type_.rpartition(":")[2]
