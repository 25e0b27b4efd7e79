"""The same resources with the same inputs and dependencies, registered directly with the providers' own classes."""

from __future__ import annotations

import importlib
import json
import re
from typing import Any

import pulumi

from bench.programs.common import RESOURCES, providers

_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")
_NOT_OURS = ("__defaults", "apiVersion", "kind", "tagsAll")
"""What providers and classes add by themselves."""


def _class(type_: str) -> Any:
    """``aws:iam/user:User`` → pulumi_aws.iam.User; ``kubernetes:rbac.authorization.k8s.io/v1:Role`` likewise."""
    package, module, name = type_.split(":")
    if package == "aws":
        return getattr(importlib.import_module(f"pulumi_aws.{module.partition('/')[0]}"), name)
    group, _, version = module.partition("/")
    return getattr(importlib.import_module(f"pulumi_kubernetes.{group.partition('.')[0]}.{version}"), name)


aws_provider, cluster = providers()
made: dict[str, pulumi.Resource] = {}
for each in json.loads(RESOURCES.read_text()):
    inputs = {_HUMP.sub(r"_\1", k).lower(): v for k, v in each["inputs"].items() if k not in _NOT_OURS}
    needs = [made[urn] for urn in each.get("dependencies", ()) if urn in made]
    provider = aws_provider if each["type"].startswith("aws:") else cluster
    made[each["urn"]] = _class(each["type"])(
        each["urn"].rpartition("::")[2], opts=pulumi.ResourceOptions(depends_on=needs, provider=provider), **inputs
    )
