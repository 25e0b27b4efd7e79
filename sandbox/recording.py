"""Run a stack and write down what came of it, so that a run on real plugins can be laid beside one on stand-ins."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.environment import Sandbox
from sandbox.errors import SandboxError
from sandbox.recording_live import cluster_names, cluster_objects, eks_objects
from sandbox.recording_log import calls, read_log, registrations
from sandbox.recording_normal import Normaliser
from sandbox.recording_objects import label, objects, planned, provider_urn
from sandbox.recording_secrets import secrets_of
from sandbox.stacks import Stack
from sandbox.state import PROJECT

FORMAT = 2
SECTIONS = ("objects", "calls", "cluster", "aws")
OPERATIONS = ("up", "preview")

Document = dict[str, Any]
Resources = Sequence[Mapping[str, Any]]


def record(sandbox: Sandbox, name: str, operation: str = "up", project: Path = PROJECT) -> Document:
    """Preview or deploy a stack and return the normalised recording of the run.

    Raises:
        SandboxError: the operation is unknown, or the run failed and has said why itself.
    """
    if operation not in OPERATIONS:
        raise SandboxError(f"--operation {operation}: there are {', '.join(OPERATIONS)}")
    run: Callable[[Stack], Resources] = _previewed if operation == "preview" else _deployed
    with tempfile.TemporaryDirectory(dir=sandbox.home, prefix="recording-") as folder:
        log = Path(folder) / "grpc.jsonl"
        stack = Stack(sandbox, name, project, {"PULUMI_DEBUG_GRPC": str(log)})
        stack.select()
        log.unlink(missing_ok=True)
        resources = run(stack)
        entries = read_log(log)
    found = {"objects": objects(resources, registrations(entries)), "calls": _calls(entries), "cluster": [], "aws": []}
    if operation == "up":
        state = sandbox.state()
        for cluster in cluster_names(resources):
            found["cluster"] += cluster_objects(state, cluster)
            found["aws"] += eks_objects(state, cluster)
    literals = {str(sandbox.home): "<sandbox>", str(project): "<project>"}
    heading = {
        "format": FORMAT,
        "stack": name,
        "operation": operation,
        "providers": {choice.name: str(choice) for choice in sandbox.providers()},
    }
    return heading | normalised(found, resources, literals, secrets_of(entries))


def normalised(
    found: Mapping[str, list[Document]],
    resources: Resources,
    literals: Mapping[str, str],
    secrets: Iterable[str] = (),
) -> Document:
    """Return the sections with nothing in them that differs from run to run by nature, sorted, keys used once."""
    normaliser = Normaliser(literals, secrets)
    normaliser.learn(sorted(resources, key=lambda resource: str(resource["urn"])))
    for item in (*found["cluster"], *found["aws"]):
        normaliser.own(item["key"], item)
    return {section: _distinct([normaliser.clean(item) for item in found[section]]) for section in SECTIONS}


def write(recording: Document, file: Path) -> None:
    """Write a recording as JSON."""
    file.write_text(json.dumps(recording, indent=1, sort_keys=True) + "\n")


def _calls(entries: list[Document]) -> list[Document]:
    named = []
    for call in calls(entries):
        provider = label(provider_urn(call["provider"]))
        asked = json.dumps(call["args"], sort_keys=True)
        named.append({"key": f"{call['token']} {asked}", **call, "provider": provider})
    return named


def _distinct(items: list[Document]) -> list[Document]:
    """Sort by key, and number those that share one."""
    seen: dict[str, int] = {}
    distinct = []
    for item in sorted(items, key=lambda item: (item["key"], json.dumps(item, sort_keys=True))):
        seen[item["key"]] = count = seen.get(item["key"], 0) + 1
        distinct.append(item if count == 1 else {**item, "key": f"{item['key']} ({count})"})
    return distinct


def _deployed(stack: Stack) -> Resources:
    stack.up()
    exported = json.loads(stack.run("stack", "export", "--stack", stack.name).stdout)
    resources: Resources = exported["deployment"].get("resources", [])
    return resources


def _previewed(stack: Stack) -> Resources:
    options = ("--json", "--show-sames", "--non-interactive")
    shown = json.loads(stack.run("preview", "--stack", stack.name, *options).stdout)
    return planned(shown["steps"])
