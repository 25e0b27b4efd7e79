"""YAML in which a text is a text to everybody who reads it: Go's YAML 1.1, Python's, and YAML 1.2.

PyYAML leaves ``y``, ``1e3`` and ``012345678901`` without quotes, since it takes them for text itself. go-yaml reads a
boolean and numbers, which in aws-auth leaves a mapping without its user name or group.
"""

from __future__ import annotations

from typing import Any

import yaml

from ..declaration.yaml_scalars import scalar as scalar_of_1_2
from .go_yaml_values import STRING, scalar


class _Dumper(yaml.SafeDumper):
    """Quotes what anybody would take for something else than text."""


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    tag, _ = scalar("", text, implicit=True)
    plain = tag == STRING and isinstance(scalar_of_1_2(text), str)
    return dumper.represent_scalar(STRING, text, style=None if plain else "'")


_Dumper.add_representer(str, _text)


def dump_yaml(data: Any, *, width: int = 80) -> str:
    """Write plain data as a block, its keys in their order."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, default_flow_style=False, width=width)
