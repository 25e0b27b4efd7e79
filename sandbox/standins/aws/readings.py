"""Values that several services write in the same way: tags in pairs, times, policy documents."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping
from typing import Any

from sandbox.standins.aws.spec import Props, Reading, pick


def pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as IAM and EC2 write them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def mapping(tags: Any) -> dict[str, str]:
    """Tags as Pulumi writes them."""
    return {tag["Key"]: tag["Value"] for tag in tags or []}


def document(path: str) -> Reading:
    """Find a policy document in an answer, where IAM has it percent-encoded (and boto3 sometimes parsed)."""

    def read(answer: Any, _props: Props) -> Any:
        value = pick(path, answer)
        return urllib.parse.unquote(value) if isinstance(value, str) else json.dumps(value) if value else None

    return read


def moment(path: str) -> Reading:
    """Return a time as the real provider writes it."""

    def read(answer: Any, _props: Props) -> Any:
        value = pick(path, answer)
        return str(value.strftime("%Y-%m-%dT%H:%M:%SZ")) if hasattr(value, "strftime") else value

    return read
