"""Make two runs comparable: what differs from run to run by nature is replaced, the same value by the same name.

A value that belongs to an object of the stack (its id, a cluster's endpoint) is named after it, so that one object more
or less doesn't rename what others have. The rest is numbered by first appearance.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import yaml

from sandbox.recording_secrets import pattern_of
from sandbox.standins.values import OUTPUT_MARK, RESOURCE_MARK, SECRET_MARK, SIGNATURE, UNKNOWN_TEXTS

SECRET: Final = "<secret>"  # noqa: S105 - what stands for one
UNKNOWN: Final = "<unknown>"

_EC2 = "acl|ami|dopt|eipalloc|eni|i|igw|lt|nat|rtb|rtbassoc|sg|sgr|subnet|vol|vpc|vpc-cidr-assoc|vpce"

_VOLATILE: Final = re.compile(
    "|".join(
        (
            rf"(?P<unknown>{'|'.join(sorted(UNKNOWN_TEXTS))})",
            r"(?P<private>-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----)",
            r"(?P<certificate>LS0tLS1CRUdJTi[A-Za-z0-9+/=]+"
            r"|-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----)",
            r"(?P<endpoint>(?:https?://)?(?:127\.0\.0\.1|localhost):\d+"
            r"|https://[0-9A-F]{32}\.[a-z0-9-]+\.[a-z0-9-]+\.eks\.amazonaws\.com(?:\.cn)?)",
            r"(?P<issuer>(?<=/id/)[0-9A-F]{32}\b)",
            r"(?P<time>\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)",
            r"(?P<uuid>\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)",
            r"(?P<principal>\bA(?:IDA|ROA|KIA|SIA|GPA|NPA|IPA)[A-Z0-9]{12,}\b)",
            rf"\b(?P<ec2>(?:{_EC2})-(?:[0-9a-f]{{17}}|[0-9a-f]{{16}}|[0-9a-f]{{8}}))\b",
            r"(?P<fingerprint>\b[0-9a-f]{40}\b)",
            r"(?P<manager>\bpulumi-kubernetes-[0-9a-f]{8}\b)",
        )
    )
)

_AUTONAME = re.compile(r"[0-9a-f]{7,8}")
_AWS_AUTH = ("mapRoles", "mapUsers", "mapAccounts")
_ORIGINS: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:eks/cluster:Cluster": ("endpoint", "certificateAuthority", "vpcConfig"),
    "aws:iam/role:Role": ("uniqueId",),
    "aws:iam/user:User": ("uniqueId",),
}
"""Outputs whose volatile values are named after the object, as its id is."""


class Normaliser:
    """Replaces volatile values in one recording; use one for all of it, and hand it things in a fixed order."""

    def __init__(self, literals: Mapping[str, str] | None = None, secrets: Iterable[str] = ()) -> None:
        self._literals = dict(literals or {})
        self._secrets = pattern_of(secrets)
        self._names: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def learn(self, resources: Iterable[Mapping[str, Any]]) -> None:
        """Name the values that belong to these resources, given in order: physical names, ids, some outputs."""
        listed = list(resources)
        for resource in listed:
            self._learn_autoname(resource)
        for resource in listed:
            self.own(_name(resource), resource.get("id"))
        for resource in listed:
            for name in _ORIGINS.get(str(resource["type"]), ()):
                self.own(_name(resource), (resource.get("outputs") or {}).get(name))

    def _learn_autoname(self, resource: Mapping[str, Any]) -> None:
        logical = _name(resource)
        inputs = resource.get("inputs") or {}
        for value in map(str, (resource.get("id"), inputs.get("name"), inputs.get("namePrefix"))):
            suffix = value.removeprefix(f"{logical}-")
            if suffix != value and _AUTONAME.fullmatch(suffix):
                self._literals[value] = f"{logical}-<random>"

    def own(self, name: str, value: Any) -> None:
        """Name what is volatile in a value after the thing that has it, unless something else had it before."""
        for match in _VOLATILE.finditer(json.dumps(value, sort_keys=True, default=str)):
            kind = _kind(match)
            if match[0] not in self._names and kind not in _FIXED:
                self._names[match[0]] = self._numbered(f"{kind} of {self.text(name)}", first="")

    def clean(self, value: Any) -> Any:
        """Return the value with nothing volatile and no secret in it, and text that is data as data."""
        if isinstance(value, Mapping):
            return self._clean_object(value)
        if isinstance(value, list | tuple):
            return [self.clean(item) for item in value]
        if isinstance(value, str):
            return self._clean_text(value)
        if isinstance(value, datetime):
            return _FIXED["time"]
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def _clean_object(self, value: Mapping[str, Any]) -> Any:
        mark = value.get(SIGNATURE)
        if mark == SECRET_MARK or (mark == OUTPUT_MARK and value.get("secret")):
            return SECRET
        if mark == OUTPUT_MARK:
            return self.clean(value["value"]) if "value" in value else UNKNOWN
        if mark == RESOURCE_MARK:
            return self.clean(value.get("id") or value.get("urn"))
        cleaned = {}
        for key in sorted(value):
            if not key.startswith("__"):
                item = value[key]
                cleaned[self.text(key)] = self.clean(_yaml(item) if key in _AWS_AUTH else item)
        return cleaned

    def _clean_text(self, value: str) -> Any:
        if value == "[secret]":
            return SECRET
        parsed = _json(value)
        return self.text(value) if parsed is None else self.clean(parsed)

    def text(self, value: str) -> str:
        """Return the text with placeholders."""
        if self._secrets is not None:
            value = self._secrets.sub(lambda match: SECRET if match["secret"] else match[0], value)
        for literal in sorted(self._literals, key=len, reverse=True):
            value = value.replace(literal, self._literals[literal])
        return _VOLATILE.sub(self._placeholder, value)

    def _placeholder(self, match: re.Match[str]) -> str:
        kind = _kind(match)
        if kind in _FIXED:
            return _FIXED[kind]
        if match[0] not in self._names:
            self._names[match[0]] = self._numbered(kind, first="-1")
        return self._names[match[0]]

    def _numbered(self, label: str, *, first: str) -> str:
        self._counts[label] = self._counts.get(label, 0) + 1
        number = self._counts[label]
        return f"<{label}{first if number == 1 else f'-{number}'}>"


_FIXED: Final = {"unknown": UNKNOWN, "private": SECRET, "time": "<time>"}
"""Not numbered. Of times it is chance whether two are the same."""


def _kind(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    return match[0].rpartition("-")[0] if kind == "ec2" else kind


def _name(resource: Mapping[str, Any]) -> str:
    return str(resource["urn"]).rpartition("::")[2]


def _json(value: str) -> Any:
    """Return what a JSON document in a text says: tools lay the same one out differently."""
    if value[:1] not in ("{", "["):
        return None
    try:
        parsed = json.loads(value)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict | list) else None


def _yaml(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return yaml.safe_load(value)
    except yaml.YAMLError:
        return value
