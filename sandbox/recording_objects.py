"""What a run left in the stack's state, object by object, with the options under which each was registered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sandbox.recording_log import Registration

Document = dict[str, Any]

_OUTPUTS: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:eks/accessEntry:AccessEntry": ("kubernetesGroups", "principalArn", "type", "userName"),
    "aws:eks/cluster:Cluster": ("accessConfig", "certificateAuthority", "endpoint", "name", "roleArn", "version"),
    "aws:iam/role:Role": ("arn", "uniqueId"),
    "aws:iam/user:User": ("arn", "uniqueId"),
}
"""Outputs on which access depends. Everything of Kubernetes is read from the API server instead."""

_LISTS = ("additionalSecretOutputs", "ignoreChanges", "replaceOnChanges")
_FLAGS = ("external", "protect", "retainOnDelete")
_OTHER = ("customTimeouts", "importID", "replacementTrigger")

_REASONS = ("diffReasons", "replaceReasons")

_OF_THE_SDK = ("pulumi:providers:pulumi",)
"""Made by an SDK that looks a resource up (`pulumi:pulumi:getResource`), not by the program."""


def objects(resources: Sequence[Mapping[str, Any]], registered: Mapping[str, Registration]) -> list[Document]:
    """Return the stack's objects in the order of their URNs."""
    ordered = sorted((r for r in resources if r["type"] not in _OF_THE_SDK), key=lambda r: str(r["urn"]))
    return [_object(resource, registered.get(resource["urn"], Registration())) for resource in ordered]


def planned(steps: Iterable[Mapping[str, Any]]) -> list[Document]:
    """Return the resources of a preview, each with `plan`: what is to be done to it, and why.

    A replacement comes in several steps of one URN. What is to be deleted is told as it is now.
    """
    found: dict[str, Document] = {}
    for step in steps:
        resource = step.get("newState") or step.get("oldState")
        if not resource:
            continue
        known = found.get(str(resource["urn"]), {"plan": {"operations": []}})
        plan = known["plan"] | {
            "operations": sorted({*known["plan"]["operations"], step["op"]}),
            **{name: sorted({*known["plan"].get(name, ()), *step[name]}) for name in _REASONS if step.get(name)},
        }
        kept = resource if step.get("newState") else {**resource, **known}
        found[str(resource["urn"])] = {**kept, "plan": plan}
    return list(found.values())


def _object(resource: Mapping[str, Any], registration: Registration) -> Document:
    type_ = str(resource["type"])
    outputs = resource.get("outputs") or {}
    kept = (
        outputs if type_ == "pulumi:pulumi:Stack" else {k: outputs[k] for k in _OUTPUTS.get(type_, ()) if k in outputs}
    )
    found = {
        "key": label(resource["urn"]),
        "custom": bool(resource.get("custom")),
        "parent": label(resource.get("parent")),
        "provider": label(provider_urn(resource.get("provider"))),
        "id": "" if type_.startswith("pulumi:providers:") else resource.get("id"),
        "inputs": resource.get("inputs"),
        "options": _options(resource, registration),
        "outputs": kept,
        "plan": resource.get("plan"),
    }
    return {key: value for key, value in found.items() if value or key == "custom"}


def _options(resource: Mapping[str, Any], registration: Registration) -> Document:
    found: Document = {name: sorted(resource[name]) for name in _LISTS if resource.get(name)}
    found |= {name: resource[name] for name in (*_FLAGS, *_OTHER) if resource.get(name)}
    found |= {
        "aliases": sorted({*map(label, resource.get("aliases") or ()), *registration.aliases}),
        "deletedWith": label(resource.get("deletedWith")),
        "deleteBeforeReplace": registration.delete_before_replace,
        "dependencies": _labels(resource.get("dependencies")),
        "propertyDependencies": {
            name: _labels(urns) for name, urns in (resource.get("propertyDependencies") or {}).items() if urns
        },
    }
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}


def _labels(urns: Iterable[str] | None) -> list[str]:
    return sorted({label(urn) for urn in urns or ()})


def label(urn: str | None) -> str:
    """Return `type name` of a URN: whose child it is, is told by its parent. Versions of default providers go."""
    if not urn:
        return ""
    types, _, name = urn.split("::", 2)[2].partition("::")
    type_ = types.rsplit("$", 1)[-1]
    if type_.startswith("pulumi:providers:"):
        name = re.sub(r"^default_\d[0-9A-Za-z_.+-]*$", "default", name)
    return f"{type_} {name}"


def provider_urn(reference: str | None) -> str:
    """Return the URN in a provider reference, which ends with the provider's id."""
    return reference.rpartition("::")[0] if reference else ""
