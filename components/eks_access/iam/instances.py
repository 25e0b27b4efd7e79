"""What an EC2 instance type's name says."""

from __future__ import annotations

import re

_ARM = re.compile(r"^([a-z]+\d+g[a-z]*|a1|p6e-gb\d+)\.")
"""Graviton families: m7g.large, c7gn.xlarge, t4g.small, a1.medium."""


def is_arm(instance_type: str) -> bool:
    """Tell whether its processor is Graviton (arm64); every other one is x86_64."""
    return _ARM.match(instance_type) is not None
